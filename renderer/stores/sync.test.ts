import { expect, test } from 'vitest';
import type { OutboxItem } from '../../shared/model/sync.ts';
import { createApi } from '../api.ts';
import { createSyncStore, waitingDecision } from './sync.ts';
import { connectionTo } from './test-connection.ts';
import { outboxItem, syncStatus } from './test-outbox-item.ts';

/** A store on a desk whose outbox a test may change. */
function storeOn(desk: { outbox: OutboxItem[]; withdraw?: () => Promise<object> }) {
  const status = async () => syncStatus();
  const outbox = async () => desk.outbox;
  return createSyncStore(createApi(connectionTo({ sync: { status, outbox, withdraw: desk.withdraw } })));
}

test('a request is known to wait by its own entries, and no longer once they came back', async () => {
  const decision = outboxItem({ entry_id: 'one', request_id: 'REV-1' });
  const form = outboxItem({ entry_id: 'two', kind: 'form', request_id: null });
  const desk = { outbox: [decision, form] };
  const store = storeOn(desk);
  await store.getState().load();
  expect(store.getState().byRequest).toEqual({ 'REV-1': [decision] });
  expect(waitingDecision(store.getState().byRequest['REV-1'])).toEqual(decision);
  desk.outbox = [{ ...decision, state: 'returned' }];
  await store.getState().load();
  expect(waitingDecision(store.getState().byRequest['REV-1'])).toBe(undefined);
});

test('what is shown is not replaced while nothing has changed', async () => {
  const store = storeOn({ outbox: [outboxItem()] });
  await store.getState().load();
  const before = store.getState().outbox;
  await store.getState().load();
  expect(store.getState().outbox).toBe(before);
});

test('an entry that cannot be withdrawn any more says so, and what is now is read', async () => {
  const desk = {
    outbox: [outboxItem()],
    async withdraw(): Promise<object> {
      desk.outbox = [];
      throw new Error('It is under way.');
    },
  };
  const store = storeOn(desk);
  await store.getState().load();
  await expect(store.getState().withdraw('entry-1')).rejects.toThrow('It is under way.');
  expect(store.getState().outbox).toEqual([]);
});
