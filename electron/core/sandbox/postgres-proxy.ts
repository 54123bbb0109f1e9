import { connect, createServer, type Server, type Socket } from 'node:net';
import type { Log } from '../ports.ts';
import type { Fault, Faults } from './faults.ts';
import {
  createClientMessageReader,
  createServerMessageReader,
  fatalErrorMessage,
  isTlsRequest,
  sqlOf,
  type WireMessage,
} from './postgres-messages.ts';

export interface PostgresProxyOptions {
  target: { host: string; port: number };
  faults: Faults;
  log: Log;
  /** How long a `timeout` fault holds a request whose client does not give up; 60 s. */
  timeoutHoldMs?: number;
}

export interface PostgresProxy {
  /** On the loopback. */
  readonly port: number;
  /** Cuts all connections. */
  stop(): Promise<void>;
}

/**
 * Stands in front of a Postgres and lets the armed faults of the system `postgres` befall the requests that pass. A
 * request is one query of a client that has signed in, from its first message to its last; a write is one after which
 * something is kept for good: a commit, or a changing statement outside a transaction.
 */
export async function startPostgresProxy(options: PostgresProxyOptions): Promise<PostgresProxy> {
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(options.target);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.once('close', () => sockets.delete(socket));
    }
    serve(client, upstream, options);
  });
  const port = await listen(server);
  return {
    port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** What has become of the request at hand. */
type Passage = 'passes' | 'answer is swallowed' | 'is held';

function serve(client: Socket, upstream: Socket, options: PostgresProxyOptions): void {
  const { faults, log, timeoutHoldMs = 60_000 } = options;
  let isTlsAnswerDue = false;
  let isInTransaction = false;
  let isRequestOpen = false;
  let passage: Passage = 'passes';
  const fromClient = createClientMessageReader();
  const fromServer = createServerMessageReader(() => isTlsAnswerDue);

  function cut(): void {
    client.resetAndDestroy();
    upstream.destroy();
  }

  function befall({ kind }: Fault): void {
    log.debug({ kind }, 'A fault befalls a request to Postgres');
    if (kind === 'reset') cut();
    if (kind === 'write_then_reset') passage = 'answer is swallowed';
    if (kind === 'http_503' || kind === 'http_429') {
      passage = 'is held';
      client.end(fatalErrorMessage('57P03', 'the database system is not accepting connections'));
      upstream.destroy();
    }
    if (kind === 'timeout') {
      passage = 'is held';
      const timer = setTimeout(cut, timeoutHoldMs);
      client.once('close', () => clearTimeout(timer));
    }
  }

  function passOn(message: WireMessage): void {
    if (isTlsRequest(message)) isTlsAnswerDue = true;
    if (beginsRequest(message) && !isRequestOpen) {
      isRequestOpen = true;
      const isStored = isWrite(sqlOf(message), isInTransaction);
      const fault = faults.take('postgres', { isWrite: isStored, needsCredentials: false });
      if (fault !== null) befall(fault);
    }
    if (endsRequest(message)) isRequestOpen = false;
    if (passage !== 'is held' && upstream.writable) upstream.write(message.bytes);
  }

  function passBack(message: WireMessage): void {
    isTlsAnswerDue = false;
    const isEnd = message.type === 'Z';
    if (isEnd) isInTransaction = message.bytes.toString('latin1', 5) !== 'I';
    if (passage === 'passes') client.write(message.bytes);
    if (passage === 'answer is swallowed' && isEnd) cut();
  }

  client.on('data', (chunk) => {
    for (const message of fromClient.read(chunk)) passOn(message);
  });
  upstream.on('data', (chunk) => {
    for (const message of fromServer.read(chunk)) passBack(message);
  });
  client.on('error', () => {});
  upstream.on('error', (thrown) => log.debug({ err: thrown }, 'The connection behind the proxy broke'));
  client.on('close', () => upstream.destroy());
  upstream.on('close', () => {
    if (passage !== 'is held') client.destroy();
  });
}

/** A query, or the parsing or binding of a prepared one. */
function beginsRequest({ type }: WireMessage): boolean {
  return type === 'Q' || type === 'P' || type === 'B';
}

/** A simple query is one message; an extended one ends with Sync. */
function endsRequest({ type }: WireMessage): boolean {
  return type === 'Q' || type === 'S';
}

function isWrite(sql: string, isInTransaction: boolean): boolean {
  if (/^\s*(commit|end)\b/i.test(sql)) return true;
  return !isInTransaction && /\b(insert|update|delete|merge)\b/i.test(sql);
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      if (address === null || typeof address === 'string') reject(new Error('The proxy has no port'));
      else resolve(address.port);
    });
  });
}
