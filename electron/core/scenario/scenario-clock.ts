import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../ports.ts';

/** A clock that stands still until it is set; sleeping takes no time and moves nothing. */
export interface ScenarioClock extends Clock {
  set(now: Date): void;
}

export function createScenarioClock(start: Date): ScenarioClock {
  let now = start;
  return {
    now: () => new Date(now),
    set(to) {
      now = to;
    },
    async sleep(_ms, signal) {
      signal?.throwIfAborted();
      await setImmediate();
    },
  };
}
