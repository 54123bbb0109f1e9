import type { SyncStatus } from '../../../shared/model/sync.ts';
import type { Cache, OutboxEntry } from '../cache/cache.ts';
import type { Clock, Log } from '../ports.ts';
import type { FeedStore } from '../store/changes.ts';
import { createOutboxCount } from './outbox-count.ts';
import { dismissEntry, exportEntry } from './outbox-entry.ts';
import { createPull, type Pull, type PullState } from './pull.ts';
import { createPush, type Sent } from './push.ts';
import type { PushStore } from './push-store.ts';
import { type ConnectionState, syncStatusOf } from './status.ts';
import { createStayConnected } from './stay-connected.ts';

/** One connection to the shared store, as a desk uses it. */
export type StoreSide = FeedStore & PushStore & { close(): Promise<void> };

export interface DeskSyncOptions {
  cache: Cache;
  /** Opens a connection. Throws `store_unreachable`, or what a person has to do something about. */
  connect: () => Promise<StoreSide>;
  /** Whose copy it is: e-mail. Asked for with every connection. */
  viewer: () => string;
  /** The newest schema of the store that this program understands. */
  knownSchema: number;
  /** Its `sleep` takes its time: what waits for nothing here would ask again and again. */
  clock: Clock;
  log: Log;
  /** The status, the outbox, or these requests have changed; null where any may have. */
  onChange: (change: { requestIds: readonly string[] | null }) => void;
}

/** A desk's own copy and its outbox, joined to the shared store whenever that can be reached. */
export interface DeskSync {
  start(): Promise<void>;
  /** Gives what is under way a moment to end, and loses nothing where it does not. The cache is closed after it. */
  stop(): Promise<void>;
  status(): SyncStatus;
  /** Cuts the desk off until it is joined again; what is done meanwhile waits. */
  setOffline(isOffline: boolean): void;
  /** Connects anew, for another viewer. */
  reconnect(): void;
  /** Keeps an entry for good and sends it; waits a moment for what comes of it, where there is a connection. */
  send(entry: OutboxEntry, withinMs: number): Promise<Sent>;
  /** See `Push.withdraw`. */
  withdraw(entryId: string): Promise<void>;
  /** Tries one entry again, or everything, the connection included. */
  retry(entryId: string | null): Promise<void>;
  /** See `dismissEntry`. */
  dismiss(entryId: string): Promise<void>;
  /** See `exportEntry`. */
  exportEntry(entryId: string): Promise<{ name: string; text: string }>;
}

const stopWithinMs = 5_000;

/** Work that is begun and ended again; resolves when it has ended. */
function createSwitch(work: (on: AbortSignal) => Promise<void>) {
  let on: AbortController | null = null;
  let done: Promise<void> = Promise.resolve();
  return {
    set(isOn: boolean): Promise<void> {
      if (isOn && !on) {
        const next = new AbortController();
        on = next;
        done = done.then(() => work(next.signal));
      } else if (!isOn) {
        on?.abort();
        on = null;
      }
      return done;
    },
  };
}

export function createDeskSync(options: DeskSyncOptions): DeskSync {
  const { cache, connect, viewer, knownSchema, clock, log, onChange } = options;
  const stopped = new AbortController();
  let connection: ConnectionState = { kind: 'connecting', problem: null };
  let pull: Pull | null = null;
  let pullState: PullState | null = null;
  let since: { state: SyncStatus['state']; at: string } | null = null;
  let running: Promise<unknown> = Promise.resolve();

  function sinceWhen(state: SyncStatus['state']): string {
    if (since?.state !== state) since = { state, at: clock.now().toISOString() };
    return since.at;
  }

  const status = (): SyncStatus =>
    syncStatusOf({ connection, pull: pullState, outbox: count.state(), since: sinceWhen });

  /** Also notes since when it is so, whether or not anybody asks. */
  function noteStatus(): void {
    status();
    onChange({ requestIds: [] });
  }

  const count = createOutboxCount({ cache, clock, log, onChange: noteStatus });
  const push = createPush({
    cache,
    clock,
    log,
    onChanged(requestId) {
      onChange({ requestIds: requestId === null ? [] : [requestId] });
      count.note();
    },
  });
  const stayConnected = createStayConnected({
    connect,
    serve,
    clock,
    log,
    onState(state) {
      connection = state;
      count.setJoined(state.kind === 'joined');
      noteStatus();
    },
  });

  /** Pulls and pushes until the signal ends or the connection is lost. */
  async function serve(side: StoreSide, signal: AbortSignal): Promise<void> {
    const failed = new AbortController();
    const end = AbortSignal.any([signal, failed.signal]);
    const fail = (thrown: unknown) => failed.abort(thrown);
    const pushing = createSwitch((on) => push.run(side, AbortSignal.any([on, end])).catch(fail));
    /** Nothing is sent to a store that a newer program has changed. */
    async function pushUnlessNewer(): Promise<void> {
      const { schema } = await side.identity(viewer());
      pushing.set(schema <= knownSchema && !end.aborted);
    }
    pullState = null;
    pull = createPull({
      cache,
      store: side,
      viewer: viewer(),
      knownSchema,
      clock,
      log,
      onState(state) {
        pullState = state;
        noteStatus();
        // What the store is has been looked at. Whoever may not read it any more is still answered by it.
        if (state.state === 'blocked') void pushUnlessNewer().catch(fail);
        else pushing.set(true);
      },
      onChanged(requestIds) {
        push.noteChanged(requestIds);
        onChange({ requestIds });
      },
    });
    await pull.run(end).catch(fail);
    await pushing.set(false);
    if (failed.signal.aborted && !signal.aborted) throw failed.signal.reason;
  }

  return {
    async start() {
      await push.recover();
      running = Promise.allSettled([stayConnected.run(stopped.signal), count.run(stopped.signal)]);
    },
    async stop() {
      stopped.abort();
      const late = new AbortController();
      const patience = clock.sleep(stopWithinMs, late.signal).catch(() => undefined);
      await Promise.race([running.then(() => push.idle()), patience]);
      late.abort();
    },
    status,
    setOffline: (isOffline) => stayConnected.setOffline(isOffline),
    reconnect: () => stayConnected.reconnect(),
    async send(entry, withinMs) {
      const outcome = push.outcome(entry.entryId, withinMs);
      await cache.addEntry(entry);
      onChange({ requestIds: entry.requestId === null ? [] : [entry.requestId] });
      count.note();
      push.wake();
      return connection.kind === 'joined' ? outcome : { state: 'waiting' };
    },
    withdraw: (entryId) => push.withdraw(entryId),
    async retry(entryId) {
      await push.retry(entryId);
      stayConnected.tryNow();
      pull?.wake();
    },
    async dismiss(entryId) {
      const requestId = (await cache.entry(entryId))?.requestId ?? null;
      await dismissEntry(cache, entryId);
      onChange({ requestIds: requestId === null ? [] : [requestId] });
      count.note();
    },
    exportEntry: (entryId) => exportEntry(cache, entryId),
  };
}
