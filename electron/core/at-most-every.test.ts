import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { atMostEvery } from './at-most-every.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('works at once, then once for all calls in the time, the last one included', () => {
  const at: number[] = [];
  const start = Date.now();
  const seldom = atMostEvery(1_000, () => at.push(Date.now() - start));
  for (let step = 0; step < 25; step += 1) {
    seldom.call();
    vi.advanceTimersByTime(100);
  }
  vi.advanceTimersByTime(5_000);
  expect(at).toEqual([0, 1_000, 2_000, 3_000]);
});
