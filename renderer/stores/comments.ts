import { z } from 'zod';
import { createStore, type StoreApi } from 'zustand/vanilla';
import { type Api, newIdempotencyKey } from '../api.ts';
import type { RequestsStore } from './requests.ts';
import { readStored, writeStored } from './stored-json.ts';
import type { SyncStore } from './sync.ts';

const Texts = z.record(z.string(), z.string());

export interface CommentsState {
  /** What is being written, by request. */
  drafts: Record<string, string>;
  /** What is on its way, by request: shown at once. */
  sending: Record<string, string>;
  /** What was sent since the page was opened, by entry of the outbox: its whole text, as long as it waits. */
  sent: Record<string, string>;
  write(requestId: string, text: string): void;
  /** Puts what was sent and does not stand before what was written since. */
  giveBack(requestId: string, text: string): void;
  /** Throws the server's refusal, and then keeps the text. */
  send(requestId: string): Promise<void>;
}
export type CommentsStore = StoreApi<CommentsState>;

const draftsKey = 'switchyard.comment-drafts';

interface CommentsStoreOptions {
  api: Api;
  requests: RequestsStore;
  sync: SyncStore;
  storage: Storage;
}

export function createCommentsStore({ api, requests, sync, storage }: CommentsStoreOptions): CommentsStore {
  const store = createStore<CommentsState>()((set, get) => ({
    drafts: readStored(storage, draftsKey, Texts) ?? {},
    sending: {},
    sent: {},

    write(requestId, text) {
      const { [requestId]: _, ...others } = get().drafts;
      set({ drafts: text === '' ? others : { ...others, [requestId]: text } });
    },

    giveBack(requestId, text) {
      get().write(requestId, [text, get().drafts[requestId]].filter(Boolean).join('\n'));
    },

    async send(requestId) {
      const text = get().drafts[requestId]?.trim() ?? '';
      const idempotencyKey = newIdempotencyKey();
      get().write(requestId, '');
      set({ sending: { ...get().sending, [requestId]: text } });
      try {
        const { entryId } = await api.sendOnce(() =>
          api.call.requests.comment({ requestId, text, idempotencyKey }),
        );
        set({ sent: { ...get().sent, [entryId]: text } });
      } catch (thrown) {
        get().giveBack(requestId, text);
        throw thrown;
      } finally {
        await Promise.all([requests.getState().refreshDetails([requestId]), sync.getState().load()]);
        const { [requestId]: _, ...others } = get().sending;
        set({ sending: others });
      }
    },
  }));
  store.subscribe(({ drafts }, before) => {
    if (drafts !== before.drafts) writeStored(storage, draftsKey, drafts);
  });
  return store;
}
