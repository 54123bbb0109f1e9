import { randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { AnyContractRouter } from '@orpc/contract';
import type { Context, Router } from '@orpc/server';
import { RPCHandler } from '@orpc/server/ws';
import sirv from 'sirv';
import { type WebSocket, WebSocketServer } from 'ws';
import { pageSecurityHeaders } from '../../../shared/contract/page-security.ts';
import {
  closeCodes,
  largestMessageBytes,
  rpcPath,
  rpcProtocol,
  tokenFromProtocols,
} from '../../../shared/contract/wire.ts';
import { AppError } from '../../../shared/model/errors.ts';
import type { Log } from '../ports.ts';
import type { Connection } from './connection.ts';

/** Where the console is looked for when nobody names a port. */
const defaultConsolePort = 47_100;

const portsTried = 20;
const pingEveryMs = 30_000;
const closeWithinMs = 500;

export interface ServeConsoleOptions<InitialContext extends Context> {
  /** The loopback's address, `127.0.0.1`. */
  host: string;
  /** Null: the default port, or the next free one after it. 0: any free one. Else this one and no other. */
  port: number | null;
  router: Router<AnyContractRouter, InitialContext>;
  createContext(connection: Connection): InitialContext;
  /** The built renderer. */
  staticDir: string;
  /** Of an earlier server in whose place this one comes, so that pages that are open go on with it. */
  token?: string | undefined;
  log: Log;
}

export interface ServedConsole {
  /** The link with this start's token in its hash; whoever has it is the person at the desk. */
  url: string;
  port: number;
  token: string;
  stop(): Promise<void>;
}

/**
 * Serves the console's page and, on `/rpc`, its contract over WebSocket. Only pages of this very origin that know
 * this start's token are answered: another site in the same browser, and a foreign name that resolves to the
 * loopback, are refused before a socket opens.
 *
 * @throws AppError `port_in_use` when the given port is taken
 */
export async function serveConsole<InitialContext extends Context>(
  options: ServeConsoleOptions<InitialContext>,
): Promise<ServedConsole> {
  const { host, log } = options;
  const token = options.token ?? randomBytes(32).toString('base64url');
  const server = createServer();
  const port = await listen(server, host, options.port);
  const authorities = [`${host}:${port}`, `localhost:${port}`];
  const origins = authorities.map((authority) => `http://${authority}`);

  server.on('request', pageListener(options.staticDir, authorities));
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: largestMessageBytes,
    handleProtocols: (offered) => (offered.has(rpcProtocol) ? rpcProtocol : false),
  });
  server.on('upgrade', (request, socket, head) => {
    const refusal = upgradeRefusal(request, { authorities, origins });
    if (refusal !== null) {
      log.warn({ origin: request.headers.origin, host: request.headers.host }, refusal);
      refuseUpgrade(socket, refusal);
      return;
    }
    sockets.handleUpgrade(request, socket, head, (webSocket) =>
      sockets.emit('connection', webSocket, request),
    );
  });

  const handler = new RPCHandler<Context>(options.router);
  sockets.on('connection', (socket, request) => {
    socket.on('error', (error) => log.warn({ error: error.message }, 'A console connection failed'));
    if (!isSameToken(offeredToken(request), token)) {
      socket.close(closeCodes.wrongToken, 'Open the link that the running program printed');
      return;
    }
    const connection = { id: randomUUID(), transport: 'browser' } satisfies Connection;
    log.debug({ connection: connection.id }, 'A console connected');
    socket.binaryType = 'arraybuffer';
    void handler.upgrade(socket, { context: options.createContext(connection) });
  });
  const stopPings = keepAlive(sockets);

  return {
    url: `http://${host}:${port}/#token=${token}`,
    port,
    token,
    async stop() {
      stopPings();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets.clients) socket.close(closeCodes.goingAway, 'Switchyard ends');
      const impatience = setTimeout(() => endAll(sockets), closeWithinMs);
      server.closeAllConnections();
      await closed;
      clearTimeout(impatience);
    },
  };
}

async function listen(server: Server, host: string, port: number | null): Promise<number> {
  if (port !== null) {
    if (await tryListen(server, host, port)) return boundPort(server);
    throw new AppError(
      'port_in_use',
      `Port ${port} on ${host} is taken by another program. Give another one with --port, or --port 0 for any free one.`,
      { details: { host, port } },
    );
  }
  for (let candidate = defaultConsolePort; candidate < defaultConsolePort + portsTried; candidate += 1) {
    if (await tryListen(server, host, candidate)) return candidate;
  }
  await tryListen(server, host, 0);
  return boundPort(server);
}

/** False when the port is taken or may not be used; anything else that is wrong is thrown. */
function tryListen(server: Server, host: string, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException) => {
      server.off('listening', onListening);
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(false);
      else reject(error);
    };
    const onListening = () => {
      server.off('error', onError);
      resolve(true);
    };
    server.once('error', onError);
    server.once('listening', onListening);
    server.listen(port, host);
  });
}

function boundPort(server: Server): number {
  return (server.address() as AddressInfo).port;
}

function pageListener(staticDir: string, authorities: readonly string[]) {
  const security = pageSecurityHeaders(authorities.map((authority) => `ws://${authority}`));
  // Asked again each time, so that a newer program never meets an older page.
  const headers = Object.entries({ ...security, 'Cache-Control': 'no-cache' });
  const servePage = sirv(staticDir, { etag: true, dotfiles: false });
  return (request: IncomingMessage, response: ServerResponse) => {
    for (const [name, value] of headers) response.setHeader(name, value);
    if (!isOwnAuthority(request, authorities)) {
      answer(response, 421, 'This address is not served here. Open the link that the program printed.');
    } else if (request.method !== 'GET' && request.method !== 'HEAD') {
      answer(response, 405, 'Only GET and HEAD are answered here.');
    } else {
      servePage(request, response, () => answer(response, 404, 'There is no such page.'));
    }
  };
}

function answer(response: ServerResponse, status: number, words: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' }).end(`${words}\n`);
}

/** A foreign name in `Host` is how a page elsewhere reaches the loopback by DNS rebinding. */
function isOwnAuthority(request: IncomingMessage, authorities: readonly string[]): boolean {
  return request.headers.host !== undefined && authorities.includes(request.headers.host);
}

function upgradeRefusal(
  request: IncomingMessage,
  own: { authorities: readonly string[]; origins: readonly string[] },
): string | null {
  if (request.url?.split('?')[0] !== rpcPath) return 'A socket was asked for on a path that has none';
  if (!isOwnAuthority(request, own.authorities)) return 'A socket was asked for under a foreign host name';
  const { origin } = request.headers;
  if (origin === undefined || !own.origins.includes(origin))
    return 'A socket was asked for by a foreign page';
  return null;
}

function refuseUpgrade(socket: Duplex, words: string): void {
  socket.on('error', () => socket.destroy());
  socket.end(
    `HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: ${words.length}\r\n\r\n${words}`,
  );
}

function offeredToken(request: IncomingMessage): string | null {
  const offered = request.headers['sec-websocket-protocol'] ?? '';
  return tokenFromProtocols(offered.split(',').map((protocol) => protocol.trim()));
}

function isSameToken(offered: string | null, expected: string): boolean {
  if (offered === null || Buffer.byteLength(offered) !== Buffer.byteLength(expected)) return false;
  return timingSafeEqual(Buffer.from(offered), Buffer.from(expected));
}

function endAll(sockets: WebSocketServer): void {
  for (const socket of sockets.clients) socket.terminate();
}

/** Ends connections whose other side has gone without a word, e.g. a laptop that slept. */
function keepAlive(sockets: WebSocketServer): () => void {
  const waiting = new WeakSet<WebSocket>();
  sockets.on('connection', (socket) => socket.on('pong', () => waiting.delete(socket)));
  const timer = setInterval(() => {
    for (const socket of sockets.clients) {
      if (waiting.has(socket)) {
        socket.terminate();
        continue;
      }
      waiting.add(socket);
      socket.ping();
    }
  }, pingEveryMs);
  timer.unref();
  return () => clearInterval(timer);
}
