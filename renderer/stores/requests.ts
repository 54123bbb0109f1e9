import { createStore, type StoreApi } from 'zustand/vanilla';
import type { DecisionInput, RequestDetail } from '../../shared/contract/contract.ts';
import type { RequestRow } from '../../shared/model/request.ts';
import { type Api, newIdempotencyKey, wordsOf } from '../api.ts';
import type { PeopleStore } from './people.ts';
import type { SyncStore } from './sync.ts';

export type DecisionAction = DecisionInput['action'];
export interface DecisionOrder {
  action: DecisionAction;
  /** For `approve`: null takes the proposal. */
  owner: string | null;
  note: string | null;
}

/** What became of one press of a button: through, kept at this desk until it can be sent, or refused. */
export type DecisionOutcome = { requestId: string } & (
  | { state: 'done' | 'kept' }
  | { state: 'refused'; words: string }
);

/** What became of one decision on several requests. */
export interface BulkResult {
  action: DecisionAction;
  outcomes: DecisionOutcome[];
}

export interface RequestsState {
  rows: Record<string, RequestRow>;
  details: Record<string, RequestDetail>;
  /** Why a detail could not be read. */
  problems: Record<string, string>;
  /** Decisions that are shown already and not yet confirmed. */
  sending: Record<string, DecisionOrder>;
  /** Of the last decision on several requests, until somebody has seen it. */
  bulkResult: BulkResult | null;
  putRows(rows: readonly RequestRow[]): void;
  loadDetail(requestId: string): Promise<void>;
  /** Keeps a detail fresh until the function that it returns is called. */
  watchDetail(requestId: string): () => void;
  /** Reads the watched details again; all of them where no ids are given. */
  refreshDetails(requestIds?: readonly string[]): Promise<void>;
  forgetDetails(): void;
  /** Shows the decision at once; a refused one is rolled back. */
  decide(requestId: string, order: DecisionOrder): Promise<DecisionOutcome>;
  /** The same decision on each, as an entry of its own; what became of them is kept as `bulkResult`. */
  decideEach(requestIds: readonly string[], order: DecisionOrder): Promise<void>;
  closeBulkResult(): void;
}
export type RequestsStore = StoreApi<RequestsState>;

const isSame = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);

const without = <Value>(record: Record<string, Value>, keys: readonly string[]): Record<string, Value> =>
  Object.fromEntries(Object.entries(record).filter(([name]) => !keys.includes(name)));

interface RequestsStoreOptions {
  api: Api;
  people: PeopleStore;
  sync: SyncStore;
}

export function createRequestsStore({ api, people, sync }: RequestsStoreOptions): RequestsStore {
  const watched = new Map<string, number>();

  return createStore<RequestsState>()((set, get) => {
    async function send(requestId: string, order: DecisionOrder): Promise<DecisionOutcome> {
      const input: DecisionInput = {
        requestId,
        ...order,
        version: get().rows[requestId]?.version ?? null,
        idempotencyKey: newIdempotencyKey(),
      };
      try {
        const row = await api.sendOnce(() => api.call.requests.decide(input));
        get().putRows([row]);
        return { requestId, state: row.waits_to_be_sent ? 'kept' : 'done' };
      } catch (thrown) {
        return { requestId, state: 'refused', words: wordsOf(thrown) };
      }
    }

    /** Shown at once, before anything is sent. */
    function show(requestIds: readonly string[], order: DecisionOrder) {
      set({ sending: { ...get().sending, ...Object.fromEntries(requestIds.map((id) => [id, order])) } });
    }

    /** Confirmed or rolled back, when what is now has been read. */
    async function settle(requestIds: readonly string[]) {
      await Promise.all([get().refreshDetails(requestIds), sync.getState().load()]);
      set({ sending: without(get().sending, requestIds) });
    }

    return {
      rows: {},
      details: {},
      problems: {},
      sending: {},
      bulkResult: null,

      putRows(rows) {
        const known = get().rows;
        const news = rows.filter((row) => !isSame(known[row.request_id], row));
        if (news.length === 0) return;
        set({ rows: { ...known, ...Object.fromEntries(news.map((row) => [row.request_id, row])) } });
        const named = news.flatMap(({ requester, requester_name }) =>
          requester && requester_name ? [[requester, requester_name] as const] : [],
        );
        people.getState().learn(Object.fromEntries(named));
      },

      async loadDetail(requestId) {
        try {
          const detail = await api.call.requests.get({ requestId });
          get().putRows([detail.request]);
          people.getState().learn(detail.names);
          const { details, problems } = get();
          if (problems[requestId]) set({ problems: without(problems, [requestId]) });
          if (!isSame(details[requestId], detail)) set({ details: { ...details, [requestId]: detail } });
        } catch (thrown) {
          set({ problems: { ...get().problems, [requestId]: wordsOf(thrown) } });
        }
      },

      watchDetail(requestId) {
        watched.set(requestId, (watched.get(requestId) ?? 0) + 1);
        return () => {
          const left = (watched.get(requestId) ?? 1) - 1;
          if (left > 0) watched.set(requestId, left);
          else watched.delete(requestId);
        };
      },

      async refreshDetails(requestIds) {
        const ids = [...watched.keys()].filter((id) => requestIds?.includes(id) ?? true);
        await Promise.all(ids.map((id) => get().loadDetail(id)));
      },

      forgetDetails() {
        const kept = Object.entries(get().details).filter(([id]) => watched.has(id));
        set({ details: Object.fromEntries(kept) });
      },

      async decide(requestId, order) {
        show([requestId], order);
        const outcome = await send(requestId, order);
        await settle([requestId]);
        return outcome;
      },

      async decideEach(requestIds, order) {
        show(requestIds, order);
        const outcomes = await Promise.all(requestIds.map((id) => send(id, order)));
        await settle(requestIds);
        set({ bulkResult: { action: order.action, outcomes } });
      },

      closeBulkResult: () => set({ bulkResult: null }),
    };
  });
}
