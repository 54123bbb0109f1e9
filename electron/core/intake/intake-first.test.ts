import { describe, expect, it } from 'vitest';
import { createIntakeFirst } from './intake-first.ts';

const long = 60_000;

describe('the intake goes first', () => {
  it('a run begins at once where nothing is taken in', async () => {
    const intake = createIntakeFirst();
    await intake.takeIn(async () => undefined);
    await intake.untilCalm(long);
  });

  it('a run waits until the last event is stored, or could not be', async () => {
    const intake = createIntakeFirst();
    const [first, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const order: string[] = [];
    const taking = [
      intake.takeIn(() => first.promise),
      intake.takeIn(() => second.promise).catch(() => order.push('the second event failed')),
    ];
    const run = intake.untilCalm(long).then(() => order.push('the run began'));
    first.resolve();
    await taking[0];
    await new Promise(setImmediate);
    expect(order).toEqual([]);
    second.reject(new Error('no store'));
    await Promise.all([...taking, run]);
    expect(order.toSorted()).toEqual(['the run began', 'the second event failed']);
  });

  it('a flood holds a run up for so long only', async () => {
    const intake = createIntakeFirst();
    const never = Promise.withResolvers<void>();
    const taking = intake.takeIn(() => never.promise);
    await intake.untilCalm(1);
    never.resolve();
    await taking;
  });
});
