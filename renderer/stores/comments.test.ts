import { expect, test } from 'vitest';
import { createApi } from '../api.ts';
import { createCommentsStore } from './comments.ts';
import { createPeopleStore } from './people.ts';
import { createRequestsStore } from './requests.ts';
import { createSyncStore } from './sync.ts';
import { connectionTo, memoryStorage } from './test-connection.ts';
import { syncStatus } from './test-outbox-item.ts';

function commentsOn(comment: () => Promise<{ entryId: string }>, storage = memoryStorage()) {
  const api = createApi(
    connectionTo({
      requests: { comment },
      sync: { status: async () => syncStatus(), outbox: async () => [] },
    }),
  );
  const sync = createSyncStore(api);
  const requests = createRequestsStore({ api, people: createPeopleStore(api), sync });
  return createCommentsStore({ api, requests, sync, storage });
}

test('a comment shows at once, and its whole text as long as it waits', async () => {
  const comments = commentsOn(async () => ({ entryId: 'entry-1' }));
  comments.getState().write('REV-1', 'Ben agrees. ');
  const sending = comments.getState().send('REV-1');
  expect(comments.getState()).toMatchObject({ drafts: {}, sending: { 'REV-1': 'Ben agrees.' } });
  await sending;
  expect(comments.getState()).toMatchObject({ sending: {}, sent: { 'entry-1': 'Ben agrees.' } });
});

test('a refused comment is in its field again, before what was written since', async () => {
  const comments = commentsOn(async () => {
    throw new Error('You may not comment on this request.');
  });
  comments.getState().write('REV-1', 'Ben agrees.');
  const sending = comments.getState().send('REV-1');
  comments.getState().write('REV-1', 'And Ana too.');
  await expect(sending).rejects.toThrow('You may not comment');
  expect(comments.getState()).toMatchObject({
    sending: {},
    drafts: { 'REV-1': 'Ben agrees.\nAnd Ana too.' },
  });
});

test('what is being written outlives the page', () => {
  const storage = memoryStorage();
  const write = commentsOn(async () => ({ entryId: 'entry-1' }), storage).getState().write;
  write('REV-1', 'Half a sent');
  expect(commentsOn(async () => ({ entryId: 'entry-2' }), storage).getState().drafts).toEqual({
    'REV-1': 'Half a sent',
  });
});
