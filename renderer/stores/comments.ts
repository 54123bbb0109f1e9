import { z } from 'zod';
import { createStore, type StoreApi } from 'zustand/vanilla';
import { type Api, newIdempotencyKey } from '../api.ts';
import type { RequestsStore } from './requests.ts';
import { keepKeys, readStored, writeStored } from './stored-json.ts';
import type { SyncStore } from './sync.ts';

const Texts = z.record(z.string(), z.string());

export interface CommentsState {
  /** What is being written, by request. */
  drafts: Record<string, string>;
  /** What is on its way, by request: shown at once. */
  sending: Record<string, string>;
  /** What waits at this desk, by entry of the outbox. */
  waiting: Record<string, string>;
  write(requestId: string, text: string): void;
  /** Throws the server's refusal, and then keeps the text. */
  send(requestId: string): Promise<void>;
  /** Forgets the others that wait: they are through, or taken back. */
  keepWaiting(stays: (entryId: string) => boolean): void;
}
export type CommentsStore = StoreApi<CommentsState>;

const draftsKey = 'switchyard.comment-drafts';
const waitingKey = 'switchyard.comments-waiting';

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
    waiting: readStored(storage, waitingKey, Texts) ?? {},

    write(requestId, text) {
      const { [requestId]: _, ...others } = get().drafts;
      set({ drafts: text === '' ? others : { ...others, [requestId]: text } });
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
        set({ waiting: { ...get().waiting, [entryId]: text } });
      } catch (thrown) {
        get().write(requestId, text);
        throw thrown;
      } finally {
        await Promise.all([requests.getState().refreshDetails([requestId]), sync.getState().load()]);
        const { [requestId]: _, ...others } = get().sending;
        set({ sending: others });
      }
    },

    keepWaiting: (stays) => set({ waiting: keepKeys(get().waiting, stays) }),
  }));
  store.subscribe(({ drafts, waiting }, before) => {
    if (drafts !== before.drafts) writeStored(storage, draftsKey, drafts);
    if (waiting !== before.waiting) writeStored(storage, waitingKey, waiting);
  });
  return store;
}
