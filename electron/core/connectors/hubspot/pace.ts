import { setTimeout as sleep } from 'node:timers/promises';

/** Lets calls through no faster than a vendor allows, in the order in which they came. */
export interface Pace {
  /** Resolves when the call may be made. Rejects with the signal's reason where it fires before. */
  wait(signal: AbortSignal | undefined): Promise<void>;
}

/** At most `max` calls in any `perMs` milliseconds. */
export function createPace({ max, perMs }: { max: number; perMs: number }): Pace {
  /** When the latest calls were, or will be, let through; by the machine's steady clock, oldest first. */
  let letThrough: number[] = [];
  return {
    async wait(signal) {
      const now = performance.now();
      letThrough = letThrough.filter((at) => at > now - perMs);
      const before = letThrough.at(-max);
      const at = before === undefined ? now : Math.max(now, before + perMs);
      letThrough.push(at);
      if (at > now) await sleep(at - now, undefined, signal === undefined ? {} : { signal });
    },
  };
}
