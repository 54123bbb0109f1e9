import type { Cache } from '../cache/cache.ts';
import type { Clock, Log } from '../ports.ts';
import { type OutboxState, outboxStateOf } from './status.ts';
import { createWakeUp } from './wake-up.ts';

export interface OutboxCountOptions {
  cache: Pick<Cache, 'items'>;
  clock: Clock;
  log: Log;
  /** The counts, or what holds up the rest, have changed. */
  onChange: () => void;
}

/** What is in the outbox, and a watchdog over it: an entry that does not get through is named. */
export interface OutboxCount {
  state(): OutboxState;
  /** The outbox has changed. */
  note(): void;
  setJoined(isJoined: boolean): void;
  run(signal: AbortSignal): Promise<void>;
}

/** A burst of changes is counted once in so long, and so much less often than a count takes. */
const countEveryMs = 100;
const restPerCount = 10;
/** Waiting is not an event: it is looked at so often. */
const lookEveryMs = 5_000;

export function createOutboxCount({ cache, clock, log, onChange }: OutboxCountOptions): OutboxCount {
  const wakeUp = createWakeUp();
  /** When each entry was seen first, by the monotonic clock: that of the machine may be set back. */
  const seenAt = new Map<string, number>();
  let joinedAt: number | null = null;
  let state: OutboxState = { counts: { waiting: 0, blocked: 0, returned: 0 }, blocking: null };

  function waitedMs(entryId: string): number {
    const from = seenAt.get(entryId);
    return joinedAt === null || from === undefined ? 0 : performance.now() - Math.max(joinedAt, from);
  }

  async function count(): Promise<void> {
    const items = await cache.items();
    const ids = new Set(items.map((item) => item.entry_id));
    for (const entryId of seenAt.keys()) if (!ids.has(entryId)) seenAt.delete(entryId);
    for (const entryId of ids) if (!seenAt.has(entryId)) seenAt.set(entryId, performance.now());
    const before = JSON.stringify(state);
    state = outboxStateOf(items, waitedMs);
    if (JSON.stringify(state) !== before) onChange();
  }

  async function look(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await clock.sleep(lookEveryMs, signal).catch(() => undefined);
      if (state.counts.waiting > 0) wakeUp.wake();
    }
  }

  return {
    state: () => state,
    note: () => wakeUp.wake(),
    setJoined(isJoined) {
      joinedAt = isJoined ? performance.now() : null;
      wakeUp.wake();
    },
    async run(signal) {
      const looking = look(signal);
      while (!signal.aborted) {
        const beganAt = performance.now();
        await count().catch((thrown) => log.warn({ err: thrown }, 'The outbox could not be counted'));
        const restMs = Math.max(countEveryMs, restPerCount * (performance.now() - beganAt));
        await clock.sleep(restMs, signal).catch(() => undefined);
        await wakeUp.sleep(signal);
      }
      await looking;
    },
  };
}
