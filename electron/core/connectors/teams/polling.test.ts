import { expect, onTestFinished, test } from 'vitest';
import { AppError } from '../../../../shared/model/errors.ts';
import { createPoller, nextPauseMs } from './polling.ts';

const pace = { shortestMs: 2_000, longestMs: 30_000 };
const busy = (retryAfterMs?: number) =>
  new AppError('vendor_busy', 'Wait.', retryAfterMs === undefined ? {} : { retryAfterMs });
const refused = new AppError('vendor_refused', 'No.');

test.each([
  ['news: at once again', 20_000, { hadNews: true }, 2_000],
  ['none: a little slower', 2_000, { hadNews: false }, 3_000],
  ['none for long: no slower than the slowest', 29_000, { hadNews: false }, 30_000],
  ['a failure: twice as long', 4_000, { problem: busy() }, 8_000],
  ['a failure with a time: at least so long', 2_000, { problem: busy(90_000) }, 90_000],
  ['a failure with a short time: no faster for it', 8_000, { problem: busy(100) }, 16_000],
  ['what trying again will hardly help: slowest', 2_000, { problem: refused }, 30_000],
])('%s', (_, lastMs, round, expected) => {
  expect(nextPauseMs(pace, lastMs, round)).toBe(expected);
});

test('a poller goes on after failures, and ends with the round at hand when it is stopped', async () => {
  const rounds: (string | null)[] = [];
  let polls = 0;
  const poller = createPoller({
    pace: { shortestMs: 1, longestMs: 2 },
    poll: async () => {
      polls += 1;
      if (polls === 1) throw busy();
      return true;
    },
    onRound: (problem) => rounds.push(problem?.code ?? null),
  });
  onTestFinished(() => poller.stop());
  await poller.start();
  await expect.poll(() => rounds.length).toBeGreaterThan(2);
  await poller.stop();
  const count = polls;
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect({ first: rounds.slice(0, 2), more: polls - count }).toEqual({
    first: ['vendor_busy', null],
    more: 0,
  });
});
