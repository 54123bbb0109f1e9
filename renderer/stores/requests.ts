import { createStore, type StoreApi } from 'zustand/vanilla';
import type { DecisionInput, RequestDetail } from '../../shared/contract/contract.ts';
import type { RequestRow } from '../../shared/model/request.ts';
import { type Api, newIdempotencyKey, wordsOf } from '../api.ts';
import type { PeopleStore } from './people.ts';

export type DecisionAction = DecisionInput['action'];
export interface DecisionOrder {
  action: DecisionAction;
  /** For `approve`: null takes the proposal. */
  owner: string | null;
  note: string | null;
}

export interface RequestsState {
  rows: Record<string, RequestRow>;
  details: Record<string, RequestDetail>;
  /** Why a detail could not be read. */
  problems: Record<string, string>;
  /** Decisions that are shown already and not yet confirmed. */
  sending: Record<string, DecisionOrder>;
  putRows(rows: readonly RequestRow[]): void;
  loadDetail(requestId: string): Promise<void>;
  /** Keeps a detail fresh until the function that it returns is called. */
  watchDetail(requestId: string): () => void;
  /** Reads the watched details again; all of them where no ids are given. */
  refreshDetails(requestIds?: readonly string[]): Promise<void>;
  forgetDetails(): void;
  /** Shows the decision at once; returns why it was refused and rolled back, or null where it stands. */
  decide(requestId: string, order: DecisionOrder): Promise<string | null>;
}
export type RequestsStore = StoreApi<RequestsState>;

const isSame = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);

const without = <Value>(record: Record<string, Value>, key: string): Record<string, Value> =>
  Object.fromEntries(Object.entries(record).filter(([name]) => name !== key));

export function createRequestsStore(api: Api, people: PeopleStore): RequestsStore {
  const watched = new Map<string, number>();

  return createStore<RequestsState>()((set, get) => ({
    rows: {},
    details: {},
    problems: {},
    sending: {},

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
        if (problems[requestId]) set({ problems: without(problems, requestId) });
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
      const input: DecisionInput = {
        requestId,
        ...order,
        version: get().rows[requestId]?.version ?? null,
        idempotencyKey: newIdempotencyKey(),
      };
      set({ sending: { ...get().sending, [requestId]: order } });
      try {
        const row = await api.sendOnce(() => api.call.requests.decide(input));
        get().putRows([row]);
        return null;
      } catch (thrown) {
        return wordsOf(thrown);
      } finally {
        await get().refreshDetails([requestId]);
        set({ sending: without(get().sending, requestId) });
      }
    },
  }));
}
