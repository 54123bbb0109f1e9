import { expect, test } from 'vitest';
import { clockWords } from '../../components/time.ts';
import { syncStatus } from '../../stores/test-outbox-item.ts';
import { syncSentences, syncWords } from './sync-words.ts';

const now = Date.parse('2026-05-18T12:30:00.000Z');
const since = '2026-05-18T12:05:00.000Z';
const time = clockWords(since, now);

test('each state has its words', () => {
  const words = [
    syncStatus(),
    syncStatus({ state: 'syncing', behindMs: 190_000 }),
    syncStatus({ state: 'connecting' }),
    syncStatus({ state: 'filling', fill: { table: 'requests', rows: 120_000, total: 1_000_000 } }),
    syncStatus({ state: 'offline', since }),
    syncStatus({ state: 'blocked', problem: 'The store was migrated by a newer program. Update this one.' }),
  ].map((status) => Object.values(syncWords(status, now)));
  expect(words).toEqual([
    ['good', 'Online', null],
    ['busy', 'Catching up', 'behind by 3 min'],
    ['busy', 'Connecting', null],
    ['busy', 'Copying', '120K of 1M'],
    ['away', 'Offline', `since ${time}`],
    ['trouble', 'Blocked', 'The store was migrated by a newer program. Update this one.'],
  ]);
});

test('a copy that is behind by a moment counts as online, so that nothing flickers at every change', () => {
  expect(syncWords(syncStatus({ state: 'syncing', behindMs: 800 }), now).title).toBe('Online');
});

test('offline says since when, why, how old what one sees is, and that one can go on', () => {
  const status = syncStatus({ state: 'offline', since, upToDateAt: since, problem: 'The server refused.' });
  expect(syncSentences(status, now)).toEqual([
    `There is no connection to the shared store since ${time}.`,
    'The server refused.',
    `What you see is as of ${time}.`,
    'You can go on: what you decide, write or send is kept here and sent later.',
  ]);
});

test('one entry that cannot be sent does not keep the rest from going on', () => {
  const status = syncStatus({
    state: 'blocked',
    problem: '"Reject REV-1" failed 5 times.',
    blockingEntry: 'entry-1',
  });
  expect(syncSentences(status, now)).toEqual(['"Reject REV-1" failed 5 times.', 'Everything else goes on.']);
});
