import { setTimeout as sleep } from 'node:timers/promises';
import { implement } from '@orpc/server';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { type ServedConsole, serveConsole } from '../../electron/core/rpc/websocket.ts';
import { ConnectionLostError } from '../../renderer/transport/channel.ts';
import { type Connection, keepConnected } from '../../renderer/transport/connection.ts';
import { webSocketOpener } from '../../renderer/transport/websocket.ts';
import { type ChangeEvent, contract } from '../../shared/contract/contract.ts';

const { changes, system, records } = implement(contract);
const change: ChangeEvent = { requestIds: ['REV-1'], areas: ['requests'] };
const silentLog = { debug() {}, info() {}, warn() {}, error() {}, child: () => silentLog };

/** Answers, never answers, and sends one change and then waits: what the tests below need of the contract. */
const router = {
  system: { status: system.status.handler(() => ({ systems: [] })) },
  records: { owners: records.owners.handler(() => new Promise<never>(() => {})) },
  changes: {
    watch: changes.watch.handler(async function* ({ signal }) {
      yield change;
      await new Promise((resolve) => signal?.addEventListener('abort', resolve));
    }),
  },
};

let port: number;
let token: string;
let served: ServedConsole;
let connection: Connection;
let drop: () => void;

async function serve(wanted: number): Promise<void> {
  served = await serveConsole({
    host: '127.0.0.1',
    port: wanted,
    router,
    createContext: () => ({}),
    staticDir: import.meta.dirname,
    log: silentLog,
  });
  port = served.port;
  token = new URL(served.url).hash.replace('#token=', '');
}

const connect = (withToken: string | null) => {
  const open = webSocketOpener(`http://127.0.0.1:${port}`, withToken);
  return keepConnected({
    open: async () => {
      const result = await open();
      if ('channel' in result) drop = result.channel.close;
      return result;
    },
    patienceMs: 1_000,
    backOffMs: () => 20,
  });
};

const stateBecomes = (state: string) => vi.waitFor(() => expect(connection.getStatus().state).toBe(state));

beforeEach(async () => {
  await serve(0);
  const origin = `http://127.0.0.1:${port}`;
  // A browser says where its page is from; Node's own WebSocket does not.
  vi.stubGlobal(
    'WebSocket',
    class extends WebSocket {
      constructor(url: URL, protocols: string[]) {
        super(url, protocols, { origin });
        this.on('error', () => {});
      }
    },
  );
});

afterEach(async () => {
  connection.close();
  await served.stop();
  vi.unstubAllGlobals();
});

describe('a console that is connected over a WebSocket', () => {
  it('calls the contract, also before the socket is open', async () => {
    connection = connect(token);
    expect(connection.getStatus().state).toBe('connecting');
    expect(await connection.client.system.status()).toEqual({ systems: [] });
    expect(connection.getStatus()).toEqual({ state: 'online', words: null, isFinal: false });
  });

  it('rejects a call in flight when the socket drops, and says that the answer is not known', async () => {
    connection = connect(token);
    await stateBecomes('online');
    const inFlight = connection.client.records.owners();
    await sleep(50);
    drop();
    await expect(inFlight).rejects.toThrow(/look whether it was done before you do it again/);
    expect(await connection.client.system.status()).toEqual({ systems: [] });
  });

  it('waits a moment for a connection and then says that nothing was sent', async () => {
    await served.stop();
    connection = connect(token);
    await expect(connection.client.system.status()).rejects.toThrow(
      new ConnectionLostError('There is no connection to Switchyard. Nothing was sent.'),
    );
    expect(connection.getStatus()).toMatchObject({ state: 'offline', isFinal: false });
  });

  it('says how to get the right link when the token is missing or of another start, and stops trying', async () => {
    for (const wrong of [null, 'of-another-start']) {
      connection = connect(wrong);
      await vi.waitFor(() => expect(connection.getStatus().isFinal).toBe(true));
      await expect(connection.client.system.status()).rejects.toThrow(
        /Open the link that the program printed/,
      );
    }
  });

  it('tells of changes, and after a lost connection says that anything may have changed', async () => {
    connection = connect(token);
    const heard: ChangeEvent[] = [];
    const stop = connection.watchChanges((event) => heard.push(event));
    await vi.waitFor(() => expect(heard).toEqual([change]));

    drop();
    const everything: ChangeEvent = {
      requestIds: [],
      areas: ['requests', 'sandbox', 'system', 'sync', 'connections'],
    };
    await vi.waitFor(() => expect(heard).toEqual([change, everything, change]));

    stop();
    await sleep(20);
    drop();
    await stateBecomes('online');
    await sleep(60);
    expect(heard).toHaveLength(3);
  });
});
