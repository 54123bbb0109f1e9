import { expect, it } from 'vitest';
import { createTestDatabase } from '../../electron/core/store/test-database.ts';
import { replayDay } from './day-of-intake.ts';
import { orderOfEvents, planDay } from './day-plan.ts';

/** The whole day is `npm run faults -- intake`. */
const messages = 1_000;

it('a day of messages, a tenth of them redelivered and all out of order, becomes one request a thread through a kill and a restart', async () => {
  const { threads, wrong, isAcknowledged } = await replayDay({
    messages,
    database: await createTestDatabase(),
  });
  expect({ threads, wrong, isAcknowledged }).toEqual({ threads: 752, wrong: [], isAcknowledged: true });
}, 240_000);

it('the day holds what it is to show: answers before their questions, and every tenth event twice', () => {
  const plan = planDay(messages);
  const places = new Map(orderOfEvents(plan).map((number, place) => [number, place]));
  const overtaken = plan.filter(
    ({ thread }, number) => thread !== number && (places.get(number) ?? 0) < (places.get(thread) ?? 0),
  );
  expect({
    isComplete: places.size === messages,
    redelivered: plan.filter(({ isRedelivered }) => isRedelivered).length,
    hasOvertaken: overtaken.some(({ chat }) => chat === 'slack'),
  }).toEqual({ isComplete: true, redelivered: messages / 10, hasOvertaken: true });
});
