import { ORPCError } from '@orpc/client';
import { expect, test } from 'vitest';
import type { DecisionInput } from '../../shared/contract/contract.ts';
import type { RequestRow } from '../../shared/model/request.ts';
import { createApi } from '../api.ts';
import { ConnectionLostError } from '../transport/channel.ts';
import { createPeopleStore } from './people.ts';
import { createRequestsStore } from './requests.ts';
import { createSyncStore } from './sync.ts';
import { connectionTo } from './test-connection.ts';
import { syncStatus } from './test-outbox-item.ts';
import { requestRow } from './test-request-row.ts';

const row = requestRow({ version: 4 });

/** A store on a server that answers decisions as told; the connection is there again whenever it is asked about. */
function storeOn(decide: (input: DecisionInput) => Promise<RequestRow>) {
  const api = createApi(
    connectionTo({
      requests: { decide },
      sync: { status: async () => syncStatus(), outbox: async () => [] },
    }),
  );
  const store = createRequestsStore({ api, people: createPeopleStore(api), sync: createSyncStore(api) });
  store.getState().putRows([row]);
  return store;
}

const approval = { action: 'approve', owner: null, note: null } as const;

test('a decision is shown at once, on the version that was seen, and stands when the server takes it', async () => {
  const sent: DecisionInput[] = [];
  const store = storeOn(async (input) => {
    sent.push(input);
    return { ...row, has_pending_decision: true, version: 5 };
  });
  const deciding = store.getState().decide('REV-1048', approval);
  expect(store.getState().sending).toEqual({ 'REV-1048': approval });
  expect(await deciding).toEqual({ requestId: 'REV-1048', state: 'done' });
  expect(store.getState().sending).toEqual({});
  expect(store.getState().rows['REV-1048']).toMatchObject({ has_pending_decision: true, version: 5 });
  expect(sent).toEqual([expect.objectContaining({ ...approval, requestId: 'REV-1048', version: 4 })]);
});

test('a refused decision is taken back with the server’s own words', async () => {
  const store = storeOn(async () => {
    throw new ORPCError('superseded', { message: 'Lars Berg rejected this two minutes ago.' });
  });
  expect(await store.getState().decide('REV-1048', approval)).toEqual({
    requestId: 'REV-1048',
    state: 'refused',
    words: 'Lars Berg rejected this two minutes ago.',
  });
  expect(store.getState()).toMatchObject({ sending: {}, rows: { 'REV-1048': row } });
});

test('a decision whose connection drops is sent once more, as the same press', async () => {
  const keys: string[] = [];
  const store = storeOn(async ({ idempotencyKey }) => {
    keys.push(idempotencyKey);
    if (keys.length === 1) throw new ConnectionLostError('The connection was lost.');
    return row;
  });
  expect(await store.getState().decide('REV-1048', approval)).toMatchObject({ state: 'done' });
  expect(keys).toEqual([keys[0], keys[0]]);
});

test('several are decided each by an entry of its own, and what became of each is kept to be read', async () => {
  const keys = new Set<string>();
  const store = storeOn(async ({ requestId, idempotencyKey }) => {
    keys.add(idempotencyKey);
    if (requestId === 'REV-2') throw new ORPCError('forbidden', { message: 'Lars Berg decides this.' });
    return requestRow({ request_id: requestId, waits_to_be_sent: requestId === 'REV-3' });
  });
  await store.getState().decideEach(['REV-1', 'REV-2', 'REV-3'], approval);
  expect(keys.size).toBe(3);
  expect(store.getState()).toMatchObject({
    sending: {},
    bulkResult: {
      action: 'approve',
      outcomes: [
        { requestId: 'REV-1', state: 'done' },
        { requestId: 'REV-2', state: 'refused', words: 'Lars Berg decides this.' },
        { requestId: 'REV-3', state: 'kept' },
      ],
    },
  });
});
