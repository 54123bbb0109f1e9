import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { os } from '@orpc/server';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { closeCodes, largestMessageBytes, offeredProtocols } from '../../../shared/contract/wire.ts';
import { serveConsole } from './websocket.ts';

const router = { greet: os.handler(() => 'hello') };
const silentLog = { debug() {}, info() {}, warn() {}, error() {}, child: () => silentLog };

let staticDir: string;
let served: Awaited<ReturnType<typeof serveConsole>>;

const serve = (port: number | null) =>
  serveConsole({ host: '127.0.0.1', port, router, createContext: () => ({}), staticDir, log: silentLog });

beforeEach(async () => {
  staticDir = await mkdtemp(path.join(tmpdir(), 'switchyard-page-'));
  await writeFile(path.join(staticDir, 'index.html'), '<title>Switchyard</title>');
  served = await serve(0);
});

afterEach(async () => {
  await served.stop();
  await rm(staticDir, { recursive: true, force: true });
});

function get(
  pathname: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; csp: string }> {
  return new Promise((resolve, reject) => {
    const call = request({ host: '127.0.0.1', port: served.port, path: pathname, headers }, (response) => {
      response.resume();
      resolve({
        status: response.statusCode ?? 0,
        csp: String(response.headers['content-security-policy'] ?? ''),
      });
    });
    call.on('error', reject).end();
  });
}

const ownToken = () => new URL(served.url).hash.replace('#token=', '');

function openSocket(options: { token?: string; origin?: string; host?: string; path?: string }): WebSocket {
  const { token = ownToken(), origin = `http://127.0.0.1:${served.port}`, host } = options;
  return new WebSocket(`ws://127.0.0.1:${served.port}${options.path ?? '/rpc'}`, offeredProtocols(token), {
    origin,
    ...(host === undefined ? {} : { headers: { host } }),
  });
}

/** `open` when the socket stays open for a moment, else the close code or the refusal's words. */
function fateOf(socket: WebSocket): Promise<string | number> {
  return new Promise((resolve) => {
    socket.on('close', (code) => resolve(code));
    socket.on('error', (error) => resolve(error.message));
    socket.on('open', () => setTimeout(() => resolve('open'), 100));
  });
}

describe('the console on the loopback', () => {
  it('serves the page under a policy that allows nothing from elsewhere', async () => {
    const page = await get('/');
    expect(page.status).toBe(200);
    expect(page.csp).toContain("default-src 'none'");
    expect(page.csp).toContain("script-src 'self';");
    expect(page.csp).toContain(`ws://127.0.0.1:${served.port}`);
  });

  it('does not serve files outside the page, nor any page under a foreign host name', async () => {
    const statuses = await Promise.all([
      get('/../../etc/passwd'),
      get('/%2e%2e/%2e%2e/etc/passwd'),
      get('/missing.js'),
      get('/', { host: `attacker.example:${served.port}` }),
    ]);
    expect(statuses.map(({ status }) => status)).toEqual([404, 404, 404, 421]);
  });

  it('opens a socket for its own page with its token, and answers on it', async () => {
    expect(await fateOf(openSocket({}))).toBe('open');
  });

  it('closes a socket whose token is wrong with 4401', async () => {
    const fates = [openSocket({ token: 'wrong' }), openSocket({ token: 'x'.repeat(ownToken().length) })].map(
      fateOf,
    );
    expect(await Promise.all(fates)).toEqual([closeCodes.wrongToken, closeCodes.wrongToken]);
  });

  it('refuses a foreign page, a foreign host name and a foreign path before a socket opens', async () => {
    const fates = [
      openSocket({ origin: 'https://attacker.example' }),
      openSocket({ host: `attacker.example:${served.port}` }),
      openSocket({ path: '/other' }),
    ].map(fateOf);
    expect(await Promise.all(fates)).toEqual(Array(3).fill('Unexpected server response: 403'));
  });

  it('ends a connection that sends more than it takes at once, and no other', async () => {
    const [greedy, modest] = [openSocket({}), openSocket({})];
    await Promise.all([once(greedy, 'open'), once(modest, 'open')]);
    greedy.send(Buffer.alloc(largestMessageBytes + 1));
    const [code] = await once(greedy, 'close');
    expect([code, modest.readyState]).toEqual([closeCodes.messageTooBig, WebSocket.OPEN]);
  });

  it('gives every start a token of its own', async () => {
    const other = await serve(0);
    expect(new URL(other.url).hash).not.toBe(new URL(served.url).hash);
    await other.stop();
  });

  it('says that a given port is taken, and does not look for another', async () => {
    await expect(serve(served.port)).rejects.toMatchObject({
      code: 'port_in_use',
      message: expect.stringContaining(`Port ${served.port} on 127.0.0.1 is taken`),
    });
  });

  it('takes another port when the usual one is taken and none was named', async () => {
    const first = await serve(null);
    const second = await serve(null);
    expect(second.port).not.toBe(first.port);
    await Promise.all([first.stop(), second.stop()]);
  });

  it('stops although a console is connected, and frees the port', async () => {
    const socket = openSocket({});
    await once(socket, 'open');
    const closed = once(socket, 'close');
    await served.stop();
    expect((await closed)[0]).toBe(closeCodes.goingAway);
    const taker = createServer().listen(served.port, '127.0.0.1');
    await once(taker, 'listening');
    taker.close();
    served = await serve(0);
  });
});
