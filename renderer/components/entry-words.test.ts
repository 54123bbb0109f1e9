import { expect, test } from 'vitest';
import { outboxItem } from '../stores/test-outbox-item.ts';
import { entryWords, problemWords } from './entry-words.ts';

test('an entry says where it is on its way, and how often it was tried', () => {
  const words = [
    outboxItem(),
    outboxItem({ attempts: 1 }),
    outboxItem({ attempts: 3 }),
    outboxItem({ state: 'sending' }),
    outboxItem({ state: 'blocked', attempts: 5 }),
  ].map(entryWords);
  expect(words).toEqual([
    'Waits to be sent',
    'Waits to be sent, tried once',
    'Waits to be sent, tried 3 times',
    'Is being sent',
    'Cannot be sent, tried 5 times',
  ]);
});

test('what came back says why: too late, overtaken by the world, or refused', () => {
  const words = ['superseded', 'stale_decision', 'tool_failure', 'withdrawn', 'forbidden', null].map((code) =>
    entryWords(outboxItem({ state: 'returned', code })),
  );
  expect(words).toEqual([
    'Somebody else was first',
    'The lead has changed since',
    'Could not be applied',
    'The requester took it back',
    'Refused',
    'Refused',
  ]);
});

test('where the summary stands above it, a problem does not say it again', () => {
  const problem = '"Approve REV-1048 for Ana Silva" was not applied. The facts had changed.';
  expect([problemWords(outboxItem({ problem })), problemWords(outboxItem({ problem: 'Too late.' }))]).toEqual(
    ['Was not applied. The facts had changed.', 'Too late.'],
  );
});
