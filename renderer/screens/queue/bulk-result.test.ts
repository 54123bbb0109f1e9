import { expect, test } from 'vitest';
import type { DecisionOutcome } from '../../stores/requests.ts';
import { summaryWords } from './bulk-result.tsx';

const of = (...states: DecisionOutcome['state'][]): DecisionOutcome[] =>
  states.map((state, index) =>
    state === 'refused'
      ? { requestId: `REV-${index}`, state, words: 'Lars Berg decides this.' }
      : { requestId: `REV-${index}`, state },
  );

test('a decision on several says how many are done, how many of them wait, and how many are not', () => {
  const words = [
    of('done', 'done'),
    of('done', 'kept', 'refused', 'refused'),
    of('kept', 'kept', 'refused'),
  ].map((outcomes) => summaryWords({ action: 'approve', outcomes }));
  expect(words).toEqual([
    '2 of 2 approved.',
    '2 of 4 approved, 1 of them kept here until sent; 2 were not:',
    '2 of 3 approved, kept here until sent; one was not:',
  ]);
});
