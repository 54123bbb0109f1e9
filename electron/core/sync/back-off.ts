const firstMs = 500;
const longestMs = 30_000;

/**
 * How long to wait after so many failures in a row, in milliseconds: twice as long each time, at most 30 s, and drawn
 * between half of that and all of it, so that many desks do not come back at one moment. `chance` is from 0 to 1.
 */
export function backOffMs(failures: number, chance: number): number {
  const fullMs = Math.min(longestMs, firstMs * 2 ** Math.max(0, failures - 1));
  return Math.round((fullMs / 2) * (1 + chance));
}
