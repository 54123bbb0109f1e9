import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Lets the intake go first: whoever wrote waits for the acknowledgement, and the vendor delivers again what is not
 * acknowledged in time, while nobody sees a run begin a moment later.
 */
export interface IntakeFirst {
  /** Does what takes an event in. */
  takeIn<Result>(work: () => Promise<Result>): Promise<Result>;
  /** Resolves when nothing is being taken in, or after `atMostMs`: a flood does not keep the rest from being done. */
  untilCalm(atMostMs: number): Promise<void>;
}

export function createIntakeFirst(): IntakeFirst {
  let underWay = 0;
  let calm = Promise.withResolvers<void>();
  return {
    async takeIn(work) {
      underWay += 1;
      try {
        return await work();
      } finally {
        underWay -= 1;
        if (underWay === 0) {
          calm.resolve();
          calm = Promise.withResolvers();
        }
      }
    },
    async untilCalm(atMostMs) {
      if (underWay === 0) return;
      const patience = new AbortController();
      const { promise } = calm;
      await Promise.race([promise, sleep(atMostMs, undefined, { signal: patience.signal })]).finally(() =>
        patience.abort(),
      );
    },
  };
}
