import { AppError, toAppError } from '../../../shared/model/errors.ts';
import type { Cache, OutboxEntry } from '../cache/cache.ts';
import type { Clock, Log } from '../ports.ts';
import { backOffMs } from './back-off.ts';
import { createOutcomeWatch } from './outcome-watch.ts';
import type { Delivery, PushStore } from './push-store.ts';
import { createWakeUp } from './wake-up.ts';

/** What came of sending an entry. */
export type Sent =
  /** The store has it. `requestId` is the request that it became or was about. */
  | { state: 'through'; requestId: string | null }
  /** The store's answer is that it does not stand. It stays in the outbox until its author has seen it. */
  | { state: 'returned'; error: AppError }
  /** Nothing is known yet; it is sent as soon as it can be. */
  | { state: 'waiting' };

type Waiter = (sent: Sent) => void;

export interface PushOptions {
  cache: Pick<Cache, 'entriesToSend' | 'entry' | 'items' | 'mark' | 'removeEntry' | 'sentEntries'>;
  clock: Clock;
  log: Log;
  /** The outbox has changed, for this request where it is about one. */
  onChanged: (requestId: string | null) => void;
}

/**
 * Brings the outbox to the store: entries of one request one after another, several requests side by side, each as
 * often as it takes and counted once. An entry leaves the outbox only when the store has it; a decision is followed
 * until it is applied, and comes back to its author where it is not.
 */
export interface Push {
  /** At the start of the program: what was blocked is tried anew. */
  recover(): Promise<void>;
  /**
   * Sends over one connection until the signal ends. Rejects where the connection is lost, or SQLite fails; nothing is
   * lost by either.
   */
  run(store: PushStore, signal: AbortSignal): Promise<void>;
  /** Something was added. */
  wake(): void;
  /** Requests, or null for any, have changed in the store: what was decided on them may be settled. */
  noteChanged(requestIds: readonly string[] | null): void;
  /** What comes of an entry within a time, in milliseconds; call it before the entry is added, to miss nothing. */
  outcome(entryId: string, withinMs: number): Promise<Sent>;
  /**
   * Takes an entry back. Throws `superseded` where it is under way or through, `invalid_input` where it came back, and
   * `store_unreachable` where an earlier delivery may have arrived and the store cannot be asked.
   */
  withdraw(entryId: string): Promise<void>;
  /** Tries one entry, or all, again at once. Throws `not_found`. */
  retry(entryId: string | null): Promise<void>;
  /** Resolves when nothing is under way. */
  idle(): Promise<void>;
}

/** Deliveries side by side; one at a time for each request. */
const width = 8;
/** After so many failures in a row that say nothing of when they pass, an entry waits for a person. */
const failuresBeforeBlocked = 5;

const lostWords = 'The connection was lost before the shared store answered. It is sent again.';
const notAsked = (cause?: unknown): AppError =>
  new AppError(
    'store_unreachable',
    'It was under way when the connection was lost and may have arrived. It can be taken back once the shared store can be asked.',
    { cause },
  );
const wordsOfUnknown = (thrown: unknown): string =>
  thrown instanceof Error ? thrown.message : String(thrown);

export function createPush({ cache, clock, log, onChanged }: PushOptions): Push {
  /** What is at work on an entry: one thing at a time. */
  const busy = new Map<string, Promise<void>>();
  /** Entries that are left alone for a while, with what ends it. */
  const resting = new Map<string, AbortController>();
  /** Failures in a row. */
  const failures = new Map<string, number>();
  /** Entries under which the connection was lost: they go last and alone, so that one cannot hold up the rest. */
  const suspects = new Set<string>();
  const waiters = new Map<string, Waiter[]>();
  const wakeUp = createWakeUp();
  const watch = createOutcomeWatch({
    cache,
    clock,
    log,
    onReturned({ requestId }) {
      onChanged(requestId);
      wakeUp.wake();
    },
  });
  let connected: PushStore | null = null;

  // ── one entry ──────────────────────────────────────────────────────────────────────────────────────────────

  function occupy(entryId: string, work: () => Promise<void>): Promise<void> {
    const done = work().finally(() => {
      busy.delete(entryId);
      wakeUp.wake();
    });
    busy.set(entryId, done);
    return done;
  }

  function tell(entryId: string, sent: Sent): void {
    for (const waiter of waiters.get(entryId) ?? []) waiter(sent);
  }

  function forget(entryId: string, waiter: Waiter): void {
    const left = waiters.get(entryId)?.filter((other) => other !== waiter) ?? [];
    if (left.length === 0) waiters.delete(entryId);
    else waiters.set(entryId, left);
  }

  async function deliver(entry: OutboxEntry, store: PushStore, signal: AbortSignal): Promise<void> {
    const { entryId, requestId } = entry;
    // The try is on record before it is made: from now on the store may have the entry without our knowing.
    if (!(await cache.mark(entryId, { state: 'sending', isTry: true, nextTryAt: null }))) return;
    onChanged(requestId);
    let delivery: Delivery;
    try {
      delivery = await store.deliver(entry);
    } catch (thrown) {
      const isLost = signal.aborted || toAppError(thrown).code === 'store_unreachable';
      if (isLost) await noteLost(entry);
      else await noteFailure(entry, thrown);
      onChanged(requestId);
      if (isLost) throw thrown;
      return;
    }
    failures.delete(entryId);
    suspects.delete(entryId);
    if (delivery.kind === 'accepted') await noteThrough(entry, delivery.requestId);
    else await noteRefused(entry, delivery);
  }

  async function noteThrough(entry: OutboxEntry, requestId: string | null): Promise<void> {
    const { entryId, kind } = entry;
    if (kind === 'decision') {
      await cache.mark(entryId, { state: 'sent' });
      watch.add(entry);
    } else await cache.removeEntry(entryId);
    tell(entryId, { state: 'through', requestId });
    onChanged(requestId);
  }

  async function noteRefused(
    entry: OutboxEntry,
    refusal: Extract<Delivery, { kind: 'refused' }>,
  ): Promise<void> {
    const { entryId, requestId } = entry;
    const { error, now } = refusal;
    await cache.mark(entryId, {
      state: 'returned',
      code: error.code,
      problem: error.message,
      now,
      changed: [],
    });
    tell(entryId, { state: 'returned', error });
    onChanged(requestId);
  }

  async function noteLost({ entryId }: OutboxEntry): Promise<void> {
    suspects.add(entryId);
    await cache.mark(entryId, { state: 'waiting', code: 'store_unreachable', problem: lostWords });
  }

  async function noteFailure(entry: OutboxEntry, thrown: unknown): Promise<void> {
    const { entryId, summary } = entry;
    const error = toAppError(thrown);
    const count = (failures.get(entryId) ?? 0) + 1;
    failures.set(entryId, count);
    log.warn({ err: thrown, entryId, count }, 'The store did not take an entry of the outbox');
    const words = error.code === 'internal' ? wordsOfUnknown(thrown) : error.message;
    if (!error.isRetried && count >= failuresBeforeBlocked) {
      const problem = `"${summary}" failed ${count} times: ${words} Nothing was lost. Try it again, or export it for an admin.`;
      await cache.mark(entryId, { state: 'blocked', code: error.code, problem, nextTryAt: null });
      return;
    }
    const restMs = error.retryAfterMs ?? backOffMs(count, Math.random());
    const nextTryAt = new Date(clock.now().getTime() + restMs).toISOString();
    rest(entryId, restMs);
    await cache.mark(entryId, { state: 'waiting', code: error.code, problem: words, nextTryAt });
  }

  // ── what is sent next ──────────────────────────────────────────────────────────────────────────────────────

  function rest(entryId: string, ms: number): void {
    const end = new AbortController();
    resting.set(entryId, end);
    clock
      .sleep(ms, end.signal)
      .catch(() => undefined)
      .then(() => {
        if (resting.get(entryId) === end) resting.delete(entryId);
        wakeUp.wake();
      });
  }

  function endRest(entryId: string): void {
    const end = resting.get(entryId);
    resting.delete(entryId);
    end?.abort();
  }

  async function takeNext(): Promise<OutboxEntry[]> {
    const free = width - busy.size;
    if (free <= 0) return [];
    const away = [...busy.keys(), ...resting.keys()];
    const entries = await cache.entriesToSend(free, [...away, ...suspects]);
    if (entries.length > 0 || suspects.size === 0 || busy.size > 0) return entries;
    return cache.entriesToSend(1, away);
  }

  async function sendAll(
    store: PushStore,
    signal: AbortSignal,
    onFailure: (thrown: unknown) => void,
  ): Promise<void> {
    while (!signal.aborted) {
      const entries = await takeNext();
      // Somebody else may have begun with one of them meanwhile.
      const free = entries.filter(({ entryId }) => !busy.has(entryId) && !resting.has(entryId));
      if (signal.aborted) return;
      for (const entry of free) occupy(entry.entryId, () => deliver(entry, store, signal)).catch(onFailure);
      if (free.length === 0) await wakeUp.sleep(signal);
    }
  }

  // ── what a person does ─────────────────────────────────────────────────────────────────────────────────────

  async function takeBack(entryId: string): Promise<void> {
    const entry = await cache.entry(entryId);
    if (!entry)
      throw new AppError(
        'superseded',
        'It has reached the shared store already, so it cannot be taken back.',
      );
    if (entry.state === 'returned')
      throw new AppError(
        'invalid_input',
        'It came back and was not applied, so there is nothing to take back.',
      );
    if (entry.attempts > 0 && (await hasArrived(entry)))
      throw new AppError(
        'superseded',
        'It had reached the shared store already, so it cannot be taken back.',
      );
    await cache.removeEntry(entryId);
    endRest(entryId);
    failures.delete(entryId);
    suspects.delete(entryId);
    onChanged(entry.requestId);
  }

  /** Whether a delivery that nobody confirmed has arrived all the same. */
  async function hasArrived(entry: OutboxEntry): Promise<boolean> {
    const store = connected;
    if (!store) throw notAsked();
    const isThere = await store.has(entry).catch((thrown: unknown) => {
      // The connection was given up meanwhile, and with it whatever was asked.
      throw connected === store ? thrown : notAsked(thrown);
    });
    if (!isThere) return false;
    await noteThrough(entry, entry.requestId);
    return true;
  }

  async function tryAgain(entryId: string): Promise<void> {
    failures.delete(entryId);
    suspects.delete(entryId);
    await cache.mark(entryId, { state: 'waiting', problem: null, code: null, nextTryAt: null });
    endRest(entryId);
  }

  /** What was under way, or blocked, waits to be sent again. */
  async function takeUp(state: 'sending' | 'blocked'): Promise<void> {
    for (const item of await cache.items())
      if (item.state === state && !busy.has(item.entry_id))
        await cache.mark(item.entry_id, { state: 'waiting' });
  }

  return {
    // A newer program may manage what an older one could not.
    recover: () => takeUp('blocked'),
    async run(store, signal) {
      const failed = new AbortController();
      const end = AbortSignal.any([signal, failed.signal]);
      const fail = (thrown: unknown) => failed.abort(thrown);
      connected = store;
      for (const entryId of [...resting.keys()]) endRest(entryId);
      // Of a program that was killed, or of a moment in which SQLite could not note the end.
      await takeUp('sending');
      await Promise.all([watch.run(store, end).catch(fail), sendAll(store, end, fail).catch(fail)]);
      if (connected === store) connected = null;
      if (failed.signal.aborted && !signal.aborted) throw failed.signal.reason;
    },
    wake: () => wakeUp.wake(),
    noteChanged: (requestIds) => watch.noteChanged(requestIds),
    outcome(entryId, withinMs) {
      const { promise, resolve } = Promise.withResolvers<Sent>();
      waiters.set(entryId, [...(waiters.get(entryId) ?? []), resolve]);
      const over = new AbortController();
      clock
        .sleep(withinMs, over.signal)
        .catch(() => undefined)
        .then(() => resolve({ state: 'waiting' }));
      return promise.finally(() => {
        over.abort();
        forget(entryId, resolve);
      });
    },
    async withdraw(entryId) {
      if (busy.has(entryId))
        throw new AppError(
          'superseded',
          'It is under way to the shared store, so it cannot be taken back now.',
        );
      await occupy(entryId, () => takeBack(entryId));
    },
    async retry(entryId) {
      const items = await cache.items();
      const wanted = items.filter(
        (item) =>
          (entryId === null || item.entry_id === entryId) &&
          (item.state === 'waiting' || item.state === 'blocked') &&
          !busy.has(item.entry_id),
      );
      if (entryId !== null && !items.some((item) => item.entry_id === entryId))
        throw new AppError('not_found', 'There is no such entry in the outbox any more.');
      for (const item of wanted) await tryAgain(item.entry_id);
      wakeUp.wake();
    },
    async idle() {
      await Promise.allSettled(busy.values());
    },
  };
}
