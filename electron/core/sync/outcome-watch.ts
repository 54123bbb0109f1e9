import type { Cache, OutboxEntry } from '../cache/cache.ts';
import type { Clock, Log } from '../ports.ts';
import type { DecisionOutcome } from '../store/decision-outcomes.ts';
import type { PushStore } from './push-store.ts';
import { markOfOutcome } from './returned-words.ts';
import { createWakeUp } from './wake-up.ts';

export interface OutcomeWatchOptions {
  cache: Pick<Cache, 'sentEntries' | 'mark' | 'removeEntry'>;
  clock: Clock;
  log: Log;
  /** A decision came back to its author, or has to be sent anew. */
  onReturned: (entry: OutboxEntry) => void;
}

/** Follows decisions that the store has accepted until they are applied, or come back to their author. */
export interface OutcomeWatch {
  /** An entry that was marked `sent`; it may be one that was accepted, and settled, long ago. */
  add(entry: OutboxEntry): void;
  /** Requests, or null for any, have changed: what was decided on them may be settled. */
  noteChanged(requestIds: readonly string[] | null): void;
  /** Asks the store until the signal ends; rejects where it cannot be asked. */
  run(store: PushStore, signal: AbortSignal): Promise<void>;
}

/** A hint may be lost; everything is asked for again after this. */
const recheckMs = 30_000;
const askedAtOnce = 500;

const setBackWords = 'The shared store had it and was set back since, so it is sent again.';

export function createOutcomeWatch({ cache, clock, log, onReturned }: OutcomeWatchOptions): OutcomeWatch {
  const sent = new Map<string, OutboxEntry>();
  /** Entries that are to be asked for. */
  const due = new Set<string>();
  const wakeUp = createWakeUp();
  let isAllDue = true;

  async function settle(entry: OutboxEntry, outcome: DecisionOutcome | undefined): Promise<void> {
    if (outcome?.state === 'pending') return;
    sent.delete(entry.entryId);
    if (outcome?.state === 'applied') return cache.removeEntry(entry.entryId);
    if (!outcome) {
      log.warn(
        { entryId: entry.entryId },
        'The store no longer has a decision that it had accepted; sending it again',
      );
      await cache.mark(entry.entryId, { state: 'waiting', problem: setBackWords });
    } else {
      const mark = markOfOutcome(entry, outcome);
      if (mark) await cache.mark(entry.entryId, mark);
    }
    onReturned(entry);
  }

  function takeDue(): OutboxEntry[] {
    const taken = [...sent.values()].filter(({ entryId }) => isAllDue || due.has(entryId));
    isAllDue = false;
    due.clear();
    return taken;
  }

  async function check(store: PushStore, entries: readonly OutboxEntry[]): Promise<void> {
    for (let from = 0; from < entries.length; from += askedAtOnce) {
      const page = entries.slice(from, from + askedAtOnce);
      const outcomes = await store.outcomes(page.map(({ entryId }) => entryId));
      for (const entry of page) await settle(entry, outcomes.get(entry.entryId));
    }
  }

  async function recheckNowAndThen(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await clock.sleep(recheckMs, signal).catch(() => undefined);
      isAllDue = true;
      wakeUp.wake();
    }
  }

  return {
    add(entry) {
      sent.set(entry.entryId, entry);
      due.add(entry.entryId);
      wakeUp.wake();
    },
    noteChanged(requestIds) {
      isAllDue ||= requestIds === null;
      const changed = new Set(requestIds);
      for (const { entryId, requestId } of sent.values())
        if (requestId !== null && changed.has(requestId)) due.add(entryId);
      if (isAllDue || due.size > 0) wakeUp.wake();
    },
    async run(store, signal) {
      for (const entry of await cache.sentEntries()) sent.set(entry.entryId, entry);
      void recheckNowAndThen(signal);
      isAllDue = true;
      while (!signal.aborted) {
        await check(store, takeDue());
        await wakeUp.sleep(signal);
      }
    },
  };
}
