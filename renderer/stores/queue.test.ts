import { expect, test } from 'vitest';
import type { QueuePage, QueueQuery } from '../../shared/contract/contract.ts';
import { createApi } from '../api.ts';
import { createPeopleStore } from './people.ts';
import { createQueueStore } from './queue.ts';
import { createRequestsStore } from './requests.ts';
import { createSyncStore } from './sync.ts';
import { connectionTo } from './test-connection.ts';
import { requestRow } from './test-request-row.ts';

/** A queue on a server whose rows a test may change. */
function queueOn(answer: (query: QueueQuery) => string[]) {
  const list = async (query: QueueQuery): Promise<QueuePage> => ({
    rows: answer(query).map((request_id) => requestRow({ request_id })),
    nextCursor: null,
  });
  const api = createApi(connectionTo({ requests: { list, counts: async () => ({}) } }));
  return createQueueStore(
    api,
    createRequestsStore({ api, people: createPeopleStore(api), sync: createSyncStore(api) }),
  );
}

test('the first row is chosen when a view opens, and a refresh changes neither it nor the row it is on', async () => {
  let rows = ['a', 'b', 'c'];
  const queue = queueOn(() => rows);
  await queue.getState().show({ view: 'escalated' });
  expect(queue.getState()).toMatchObject({ ids: ['a', 'b', 'c'], activeId: 'a' });
  queue.getState().step(1);
  rows = ['new', 'a', 'c'];
  await queue.getState().refresh();
  expect(queue.getState()).toMatchObject({ ids: ['new', 'b', 'a', 'c'], activeId: 'b' });
});

test('a search shows only what fits it, and keeps the chosen row where that fits', async () => {
  const queue = queueOn(({ search }) => (search === '' ? ['a', 'b', 'c'] : search === 'b' ? ['b'] : ['c']));
  await queue.getState().show({ view: 'all' });
  queue.getState().activate('b');
  await queue.getState().show({ search: 'b' });
  expect(queue.getState()).toMatchObject({ ids: ['b'], activeId: 'b' });
  await queue.getState().show({ search: 'c' });
  expect(queue.getState()).toMatchObject({ ids: ['c'], activeId: 'c' });
});

test('rows that were picked are let go when they leave the list', async () => {
  let rows = ['a', 'b', 'c'];
  const queue = queueOn(() => rows);
  await queue.getState().show({ view: 'all' });
  queue.getState().togglePick('b');
  queue.getState().togglePick('c');
  rows = ['a', 'c'];
  await queue.getState().refresh();
  expect(queue.getState().picked).toEqual(['c']);
});

test('what a search finds has an order of its own, and the list gets its own back', async () => {
  const asked: (string | undefined)[] = [];
  const queue = queueOn(({ sort }) => {
    asked.push(sort);
    return [];
  });
  await queue.getState().show({ sort: 'oldest' });
  await queue.getState().show({ search: 'weber' });
  await queue.getState().show({ searchSort: 'relevance' });
  await queue.getState().show({ search: '' });
  expect(asked).toEqual(['oldest', 'newest', 'relevance', 'oldest']);
});
