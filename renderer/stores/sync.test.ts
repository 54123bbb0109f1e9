import { expect, test } from 'vitest';
import type { OutboxItem, SyncStatus } from '../../shared/model/sync.ts';
import { createApi } from '../api.ts';
import type { Connection, ConnectionStatus, ContractClient } from '../transport/connection.ts';
import { createSyncStore, waitingDecision } from './sync.ts';
import { outboxItem, syncStatus } from './test-outbox-item.ts';

/** A store on a desk whose outbox a test may change. */
function storeOn(desk: { outbox: OutboxItem[]; status?: SyncStatus; withdraw?: () => Promise<object> }) {
  const online: ConnectionStatus = { state: 'online', words: null, isFinal: false };
  const connection: Connection = {
    // Only what is called here has to be there.
    client: {
      sync: {
        status: async () => desk.status ?? syncStatus(),
        outbox: async () => desk.outbox,
        withdraw: desk.withdraw,
      },
    } as unknown as ContractClient,
    getStatus: () => online,
    onStatus: () => () => undefined,
    watchChanges: () => () => undefined,
    close: () => undefined,
  };
  return createSyncStore(createApi(connection));
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
