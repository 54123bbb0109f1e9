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
   * Calls wait a few seconds for a connection and are then rejected with a ConnectionLostError; so is a call whose
   * connection is lost before the answer came. No call is ever sent twice by itself.
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
  /** The pause before the nth attempt, in milliseconds. */
  backOffMs?: (attempt: number) => number;
}

const everything: ChangeEvent = { requestIds: [], areas: ['requests', 'sandbox', 'system'] };
const closedHere: Closure = { words: 'The connection was closed.', isFinal: true };

/** Keeps one channel open at a time: opens the next one, with growing pauses, whenever one is lost. */
export function keepConnected(options: ConnectionOptions): Connection {
  const { open, patienceMs = 5_000, backOffMs = growingPauseMs } = options;
  const listeners = new Set<() => void>();
  const closing = new AbortController();
  let channel: Channel | null = null;
  let status: ConnectionStatus = { state: 'connecting', words: null, isFinal: false };

  function setStatus(next: ConnectionStatus): void {
    status = next;
    for (const listener of [...listeners]) listener();
  }

  function onStatus(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  function goOffline(closure: Closure): void {
    channel = null;
    setStatus({ state: 'offline', ...closure });
  }

  async function keepOpening(): Promise<void> {
    let attempt = 0;
    while (!closing.signal.aborted) {
      const result = await open();
      goOffline('channel' in result ? await useUntilItEnds(result.channel) : result.closure);
      if (status.isFinal) return;
      attempt = 'channel' in result ? 0 : attempt + 1;
      await pause(backOffMs(attempt), closing.signal);
    }
  }

  function useUntilItEnds(opened: Channel): Promise<Closure> {
    return new Promise((resolve) => {
      channel = opened;
      setStatus({ state: 'online', words: null, isFinal: false });
      opened.life.onEnd(resolve);
      closing.signal.addEventListener('abort', () => {
        opened.life.end(closedHere);
        opened.close();
      });
    });
  }

  /** The open channel; waits for one at most as long as a person is patient. */
  function whenOnline(patience: number, signal: AbortSignal | undefined): Promise<Channel> {
    return new Promise((resolve, reject) => {
      const settle = () => {
        if (signal?.aborted) finish(() => reject(signal.reason));
        else if (channel !== null && channel.life.closure === null) finish(() => resolve(channel as Channel));
        else if (status.isFinal) finish(() => reject(new ConnectionLostError(status.words ?? '')));
      };
      const finish = (outcome: () => void) => {
        clearTimeout(timer);
        stopListening();
        signal?.removeEventListener('abort', settle);
        outcome();
      };
      const giveUp = () => finish(() => reject(new ConnectionLostError(noConnection)));
      const timer = Number.isFinite(patience) ? setTimeout(giveUp, patience) : undefined;
      const stopListening = onStatus(settle);
      signal?.addEventListener('abort', settle);
      settle();
    });
  }

  const link: ClientLink<ClientContext> = {
    async call(path: readonly string[], input: unknown, callOptions: ClientOptions<ClientContext>) {
      const used = await whenOnline(patienceMs, callOptions.signal);
      try {
        return await used.link.call(path, input, callOptions);
      } catch (error) {
        if (used.life.closure === null || callOptions.signal?.aborted) throw error;
        throw new ConnectionLostError(lostInFlight(used.life.closure), { cause: error });
      }
    },
  };
  const client: ContractClient = createORPCClient(link);

  async function watch(listener: (change: ChangeEvent) => void, signal: AbortSignal): Promise<void> {
    for (let round = 0; !signal.aborted; round += 1) {
      try {
        await whenOnline(Number.POSITIVE_INFINITY, signal);
        const changes = await client.changes.watch(undefined, { signal });
        if (round > 0) listener(everything);
        for await (const change of changes) listener(change);
      } catch {
        if (signal.aborted || status.isFinal) return;
      }
      await pause(backOffMs(0), signal);
    }
  }

  void keepOpening();
  return {
    client,
    getStatus: () => status,
    onStatus,
    watchChanges(listener) {
      const stopping = new AbortController();
      void watch(listener, AbortSignal.any([stopping.signal, closing.signal]));
      return () => stopping.abort();
    },
    close: () => closing.abort(),
  };
}

const noConnection =
  'There is no connection to Switchyard at the moment, so nothing was sent. Try again once it is back.';

function lostInFlight(closure: Closure): string {
  return `${closure.words} The answer did not arrive: look whether it was done before you do it again.`;
}

/** 0.2 s, doubled up to 5 s, each a little shorter or longer so that many tabs do not come at once. */
function growingPauseMs(attempt: number): number {
  return Math.min(5_000, 200 * 2 ** attempt) * (0.8 + Math.random() * 0.4);
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
