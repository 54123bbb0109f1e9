import { createStore, type StoreApi } from 'zustand/vanilla';
import type { QueueCounts, QueueQuery, QueueView } from '../../shared/contract/contract.ts';
import type { Priority, Reason, Source, Status } from '../../shared/model/request.ts';
import { type Api, wordsOf } from '../api.ts';
import { appendPage, keepActiveRow, stepFrom } from './queue-rows.ts';
import type { RequestsStore } from './requests.ts';

export interface QueueFilters {
  status: Status[];
  priority: Priority[];
  reason: Reason[];
  source: Source[];
}
type QueueSort = NonNullable<QueueQuery['sort']>;

/** How a list is ordered, and how what a search found. */
export const listSorts = ['urgency', 'newest', 'oldest', 'updated'] as const satisfies readonly QueueSort[];
export const searchSorts = ['newest', 'relevance'] as const satisfies readonly QueueSort[];
type ListSort = (typeof listSorts)[number];
type SearchSort = (typeof searchSorts)[number];

export interface QueueState {
  view: QueueView;
  filters: QueueFilters;
  search: string;
  sort: ListSort;
  searchSort: SearchSort;
  /** The rows in order; null until they were read once for this view. */
  ids: string[] | null;
  nextCursor: string | null;
  isLoadingMore: boolean;
  problem: string | null;
  counts: QueueCounts | null;
  activeId: string | null;
  picked: string[];
  show(
    change: Partial<Pick<QueueState, 'view' | 'filters' | 'search' | 'sort' | 'searchSort'>>,
  ): Promise<void>;
  /** Reads again what is shown, in place. */
  refresh(): Promise<void>;
  loadMore(): Promise<void>;
  activate(requestId: string | null): void;
  step(delta: number): void;
  togglePick(requestId: string): void;
  clearPicks(): void;
}
export type QueueStore = StoreApi<QueueState>;

export const noFilters: QueueFilters = { status: [], priority: [], reason: [], source: [] };

const pageRows = 100;
/** The contract's limit for one page. */
const refreshRows = 500;

export function createQueueStore(api: Api, requests: RequestsStore): QueueStore {
  return createStore<QueueState>()((set, get) => {
    // An answer to an older question is dropped.
    let question = 0;

    const queryOf = ({ view, filters, search, sort, searchSort }: QueueState) =>
      ({ view, ...filters, search, sort: search.trim() === '' ? sort : searchSort }) satisfies QueueQuery;

    /** `isOther`: another question than what is shown answers, so only what fits it is kept. */
    async function readFirst(limit: number, isOther: boolean) {
      const mine = ++question;
      try {
        const page = await api.call.requests.list({ ...queryOf(get()), limit });
        if (mine !== question) return;
        requests.getState().putRows(page.rows);
        const { ids, activeId, picked } = get();
        const after = page.rows.map(({ request_id }) => request_id);
        const isKept = activeId !== null && (!isOther || after.includes(activeId));
        set({
          ids: isOther ? after : keepActiveRow(ids ?? [], after, activeId),
          activeId: isKept ? activeId : (after[0] ?? null),
          nextCursor: page.nextCursor,
          picked: picked.filter((id) => after.includes(id)),
          problem: null,
        });
      } catch (thrown) {
        if (mine === question) set({ problem: wordsOf(thrown) });
      }
    }

    async function readCounts() {
      const counts = await api.call.requests.counts().catch(() => null);
      if (counts) set({ counts });
    }

    return {
      view: 'open',
      filters: noFilters,
      search: '',
      sort: 'urgency',
      searchSort: 'newest',
      ids: null,
      nextCursor: null,
      isLoadingMore: false,
      problem: null,
      counts: null,
      activeId: null,
      picked: [],

      async show(change) {
        // Another view starts empty; a finer filter keeps the rows until the new ones are there.
        const isOtherView = change.view !== undefined && change.view !== get().view;
        set({ ...change, picked: [], ...(isOtherView ? { ids: null, activeId: null } : {}) });
        await readFirst(pageRows, true);
      },

      async refresh() {
        const shown = get().ids?.length ?? 0;
        const limit = Math.min(refreshRows, Math.max(pageRows, shown));
        await Promise.all([readFirst(limit, false), readCounts()]);
      },

      async loadMore() {
        const { nextCursor, isLoadingMore } = get();
        if (nextCursor === null || isLoadingMore) return;
        const mine = question;
        set({ isLoadingMore: true });
        try {
          const page = await api.call.requests.list({
            ...queryOf(get()),
            cursor: nextCursor,
            limit: pageRows,
          });
          if (mine !== question) return;
          requests.getState().putRows(page.rows);
          const more = page.rows.map(({ request_id }) => request_id);
          set({ ids: appendPage(get().ids ?? [], more), nextCursor: page.nextCursor });
        } catch (thrown) {
          set({ problem: wordsOf(thrown) });
        } finally {
          set({ isLoadingMore: false });
        }
      },

      activate: (activeId) => set({ activeId }),
      step: (delta) => set(({ ids, activeId }) => ({ activeId: stepFrom(ids ?? [], activeId, delta) })),
      togglePick: (requestId) =>
        set(({ picked }) => ({
          picked: picked.includes(requestId)
            ? picked.filter((id) => id !== requestId)
            : [...picked, requestId],
        })),
      clearPicks: () => set({ picked: [] }),
    };
  });
}
