import { type ClientContext, type ClientLink, type ClientOptions, createORPCClient } from '@orpc/client';
import type { ContractRouterClient } from '@orpc/contract';
import type { ChangeEvent, Contract } from '../../shared/contract/contract.ts';
import { type Channel, type Closure, ConnectionLostError, type OpenChannel } from './channel.ts';

export type ContractClient = ContractRouterClient<Contract>;

export interface ConnectionStatus {
  state: 'connecting' | 'online' | 'offline';
  /** Why it is offline and what to do; null otherwise. */
  words: string | null;
  /** True when it will not come back by itself. */
  isFinal: boolean;
}

/** The way to the work, for as long as the page lives. */
export interface Connection {
  /**
   * A call waits a few seconds for a connection; without one, and when it is lost before the answer came, the call
   * is rejected with a ConnectionLostError, whose message says which. No call is ever sent twice by itself.
   */
  readonly client: ContractClient;
  /** The same object until something changes, as `useSyncExternalStore` wants it. */
  getStatus(): ConnectionStatus;
  onStatus(listener: () => void): () => void;
  /**
   * Hears of every change until stopped, across lost connections; after each of those once more with all areas,
   * because something may have changed meanwhile.
   */
  watchChanges(listener: (change: ChangeEvent) => void): () => void;
  close(): void;
}

export interface ConnectionOptions {
  open: OpenChannel;
  /** How long a call waits for a connection. */
  patienceMs?: number;
  /** The pause before another attempt, in milliseconds, by how many have failed in a row. */
  backOffMs?: (failures: number) => number;
}

const everything: ChangeEvent = {
  requestIds: [],
  areas: ['requests', 'sandbox', 'system', 'sync', 'connections'],
};
const closedHere: Closure = { words: 'The connection was closed.', isFinal: true };

/** Keeps one channel open at a time: opens the next one, with growing pauses, whenever one is lost. */
export function keepConnected(options: ConnectionOptions): Connection {
  const { open, patienceMs = 5_000, backOffMs = growingPauseMs } = options;
  const closing = new AbortController();
  const state = createState();
  void keepOpening({ open, backOffMs, state, closing: closing.signal });

  const link: ClientLink<ClientContext> = {
    async call(path: readonly string[], input: unknown, callOptions: ClientOptions<ClientContext>) {
      const channel = await whenOnline(state, patienceMs, callOptions.signal);
      try {
        return await channel.link.call(path, input, callOptions);
      } catch (error) {
        if (channel.life.closure === null || callOptions.signal?.aborted) throw error;
        throw lostInFlight(channel.life.closure, error);
      }
    },
  };
  const client: ContractClient = createORPCClient(link);
  return {
    client,
    getStatus: () => state.now.status,
    onStatus: state.subscribe,
    watchChanges(listener) {
      const stopping = new AbortController();
      const signal = AbortSignal.any([stopping.signal, closing.signal]);
      void watch({ client, state, signal, pauseMs: () => backOffMs(0) }, listener);
      return () => stopping.abort();
    },
    close: () => closing.abort(),
  };
}

interface State {
  status: ConnectionStatus;
  channel: Channel | null;
}

interface StateStore {
  readonly now: State;
  set(next: State): void;
  subscribe(listener: () => void): () => void;
}

function createState(): StateStore {
  const listeners = new Set<() => void>();
  let now: State = {
    status: { state: 'connecting', words: null, isFinal: false },
    channel: null,
  };
  return {
    get now() {
      return now;
    },
    set(next) {
      now = next;
      for (const listener of [...listeners]) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

interface OpeningOptions {
  open: OpenChannel;
  backOffMs: (failures: number) => number;
  state: StateStore;
  closing: AbortSignal;
}

/** Ends when it is told to, or when another attempt cannot help. */
async function keepOpening({ open, backOffMs, state, closing }: OpeningOptions): Promise<void> {
  let failures = 0;
  while (true) {
    const result = await open();
    if ('channel' in result) state.set(online(result.channel));
    const closure = 'channel' in result ? await endOf(result.channel, closing) : result.closure;
    state.set({ status: { state: 'offline', ...closure }, channel: null });
    if (closure.isFinal || closing.aborted) return;
    failures = 'channel' in result ? 0 : failures + 1;
    await pause(backOffMs(failures), closing);
  }
}

function online(channel: Channel): State {
  return { status: { state: 'online', words: null, isFinal: false }, channel };
}

function endOf(channel: Channel, closing: AbortSignal): Promise<Closure> {
  return new Promise((resolve) => {
    const end = () => {
      channel.life.end(closedHere);
      channel.close();
    };
    channel.life.onEnd((closure) => {
      closing.removeEventListener('abort', end);
      resolve(closure);
    });
    closing.addEventListener('abort', end);
    if (closing.aborted) end();
  });
}

/** The open channel; rejects when none comes within the time, when none will come, and with the signal's reason. */
function whenOnline(state: StateStore, withinMs: number, signal: AbortSignal | undefined): Promise<Channel> {
  return new Promise((resolve, reject) => {
    const finish = (settle: () => void) => {
      clearTimeout(timer);
      unsubscribe();
      signal?.removeEventListener('abort', look);
      settle();
    };
    const look = () => {
      const { status, channel } = state.now;
      if (signal?.aborted) finish(() => reject(signal.reason));
      else if (channel !== null && channel.life.closure === null) finish(() => resolve(channel));
      else if (status.isFinal) finish(() => reject(notSent(status.words ?? '')));
    };
    const giveUp = () => finish(() => reject(notSent('There is no connection to Switchyard.')));
    const timer = Number.isFinite(withinMs) ? setTimeout(giveUp, withinMs) : undefined;
    const unsubscribe = state.subscribe(look);
    signal?.addEventListener('abort', look);
    look();
  });
}

interface WatchOptions {
  client: ContractClient;
  state: StateStore;
  signal: AbortSignal;
  pauseMs: () => number;
}

async function watch(options: WatchOptions, listener: (change: ChangeEvent) => void): Promise<void> {
  const { client, state, signal, pauseMs } = options;
  for (let round = 0; !signal.aborted; round += 1) {
    try {
      await whenOnline(state, Number.POSITIVE_INFINITY, signal);
      const changes = await client.changes.watch(undefined, { signal });
      if (round > 0) listener(everything);
      for await (const change of changes) listener(change);
    } catch {
      // The end of a stream and its failure are answered alike: listen again, unless there is nobody to hear.
      if (state.now.status.isFinal) return;
    }
    await pause(pauseMs(), signal);
  }
}

function notSent(words: string): ConnectionLostError {
  return new ConnectionLostError(`${words} Nothing was sent.`);
}

function lostInFlight({ words }: Closure, cause: unknown): ConnectionLostError {
  const advice = 'The answer did not arrive: look whether it was done before you do it again.';
  return new ConnectionLostError(`${words} ${advice}`, { cause });
}

/** 0.2 s, doubled up to 5 s, each a little shorter or longer so that many tabs do not come at once. */
function growingPauseMs(failures: number): number {
  return Math.min(5_000, 200 * 2 ** failures) * (0.8 + Math.random() * 0.4);
}

/** Resolves after the time, or at once when the signal says so. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const finish = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', finish);
      resolve();
    };
    const timer = setTimeout(finish, ms);
    signal.addEventListener('abort', finish);
    if (signal.aborted) finish();
  });
}
