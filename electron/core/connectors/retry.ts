import { type AppError, toAppError } from '../../../shared/model/errors.ts';
import type { Clock } from '../ports.ts';

/** Tries in all, before a system counts as unreachable. */
export const maximumTries = 5;
const firstDelayMs = 250;
const longestDelayMs = 20_000;

export interface RetryOptions {
  clock: Clock;
  signal: AbortSignal;
  /** At most so many tries; the usual five where it is not given. */
  tries?: number;
}

export type Tried<Value> = { tries: number } & (
  | { isOk: true; value: Value }
  | { isOk: false; error: AppError }
);

/** How long to wait after the given try, in milliseconds: what the vendor asked for, else twice as long each time. */
function delayAfter(tries: number, error: AppError): number {
  if (error.retryAfterMs !== undefined) return Math.min(error.retryAfterMs, longestDelayMs);
  const base = Math.min(firstDelayMs * 2 ** (tries - 1), longestDelayMs);
  return Math.round(base * (0.75 + Math.random() * 0.5));
}

/**
 * Makes a call until it succeeds, fails for good, or was tried as often as allowed. Only errors that the error table
 * marks as retried are tried again. Throws only what the signal asks for, defects, and `paused`: whoever needs a paused
 * system waits as long as the pause lasts.
 */
export async function withRetries<Value>(
  call: () => Promise<Value>,
  { clock, signal, tries: limit = maximumTries }: RetryOptions,
): Promise<Tried<Value>> {
  for (let tries = 1; ; tries += 1) {
    signal.throwIfAborted();
    try {
      return { isOk: true, value: await call(), tries };
    } catch (thrown) {
      const error = toAppError(thrown);
      if (error.code === 'cancelled' || error.code === 'paused' || error.code === 'internal') throw thrown;
      if (!error.isRetried || tries >= limit) return { isOk: false, error, tries };
      await clock.sleep(delayAfter(tries, error), signal);
    }
  }
}

/** Whether the vendor has answered and says no, so that to try again later is no use. */
export function isRefusal({ code }: AppError): boolean {
  return code === 'vendor_refused' || code === 'vendor_auth';
}
