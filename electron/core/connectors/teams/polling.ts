import { setTimeout as pause } from 'node:timers/promises';
import { type AppError, toAppError } from '../../../../shared/model/errors.ts';

/** How often is asked for news, in milliseconds of real time. */
export interface PollingPace {
  shortestMs: number;
  longestMs: number;
}

export interface PollerOptions {
  pace: PollingPace;
  /** One round: whether there was any news. */
  poll(signal: AbortSignal): Promise<boolean>;
  /** Called after each round that failed, and with null after each that went well. */
  onRound(problem: AppError | null): void;
}

export interface Poller {
  /** Asks again and again until `stop`; resolves after the first round, however it went. */
  start(): Promise<void>;
  /** Resolves when the round at hand has ended. */
  stop(): Promise<void>;
}

const idleFactor = 1.5;
const failureFactor = 2;

/**
 * How long to wait after a round: shortest after news, longer with each round without, and after a failure twice as
 * long each time, at least as long as the vendor asked for, and longest where trying again will hardly help.
 */
export function nextPauseMs(
  { shortestMs, longestMs }: PollingPace,
  lastMs: number,
  round: { hadNews: boolean } | { problem: AppError },
): number {
  if ('problem' in round) {
    const { isRetried, retryAfterMs = 0 } = round.problem;
    const grown = isRetried ? Math.min(longestMs, Math.max(shortestMs, lastMs * failureFactor)) : longestMs;
    return Math.max(grown, retryAfterMs);
  }
  return round.hadNews ? shortestMs : Math.min(longestMs, Math.max(shortestMs, lastMs * idleFactor));
}

export function createPoller({ pace, poll, onRound }: PollerOptions): Poller {
  const stopping = new AbortController();
  const { signal } = stopping;
  let loop: Promise<void> = Promise.resolve();

  async function round(): Promise<{ hadNews: boolean } | { problem: AppError }> {
    try {
      const hadNews = await poll(signal);
      onRound(null);
      return { hadNews };
    } catch (thrown) {
      const problem = toAppError(thrown);
      if (!signal.aborted) onRound(problem);
      return { problem };
    }
  }

  async function keepPolling(onFirst: () => void): Promise<void> {
    let waitMs = pace.shortestMs;
    while (!signal.aborted) {
      waitMs = nextPauseMs(pace, waitMs, await round());
      onFirst();
      await pause(waitMs, undefined, { signal }).catch(() => undefined);
    }
  }

  return {
    start() {
      const first = Promise.withResolvers<void>();
      loop = keepPolling(first.resolve);
      return first.promise;
    },
    async stop() {
      stopping.abort();
      await loop;
    },
  };
}
