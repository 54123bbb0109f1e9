import { createStore, type StoreApi } from 'zustand/vanilla';
import type { SystemStatus } from '../../shared/contract/contract.ts';
import type { OutboxItem, SyncStatus } from '../../shared/model/sync.ts';
import { type Api, wordsOf } from '../api.ts';

export interface SyncState {
  status: SyncStatus | null;
  /** What was done at this desk and is not through, and what came back, oldest first. */
  outbox: OutboxItem[];
  /** The same by request; forms, which have none yet, are not in it. */
  byRequest: Record<string, OutboxItem[]>;
  problem: string | null;
  /** The vendors, with what the last call to each said about it. */
  systems: SystemStatus['systems'];
  isPanelOpen: boolean;
  load(): Promise<void>;
  loadSystems(): Promise<void>;
  showPanel(isOpen: boolean): void;
  /** These throw the server's refusal, and read everything again in either case. */
  withdraw(entryId: string): Promise<void>;
  /** One entry, or with null everything, the connection included. */
  retry(entryId: string | null): Promise<void>;
  dismiss(entryId: string): Promise<void>;
}
export type SyncStore = StoreApi<SyncState>;

export const cameBack = ({ state }: OutboxItem): boolean => state === 'returned';
/** It may be taken back, because it is not under way. */
export const mayWithdraw = ({ state }: OutboxItem): boolean => state === 'waiting' || state === 'blocked';

/** The decision on a request that was taken at this desk and is not through. */
export const waitingDecision = (items: readonly OutboxItem[] = []): OutboxItem | undefined =>
  items.find((item) => item.kind === 'decision' && !cameBack(item));

/** Whether what is done now waits; a single entry that is stuck holds up nothing else. */
export const isAway = ({ state, blockingEntry }: SyncStatus): boolean =>
  state === 'offline' || state === 'connecting' || (state === 'blocked' && blockingEntry === null);

const isSame = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);

export function createSyncStore(api: Api): SyncStore {
  return createStore<SyncState>()((set, get) => {
    // An answer to an older question is dropped.
    let question = 0;

    async function andLoad(act: () => Promise<unknown>) {
      try {
        await act();
      } finally {
        await get().load();
      }
    }

    return {
      status: null,
      outbox: [],
      byRequest: {},
      problem: null,
      systems: [],
      isPanelOpen: false,

      async load() {
        const mine = ++question;
        try {
          const [status, outbox] = await Promise.all([api.call.sync.status(), api.call.sync.outbox()]);
          if (mine !== question) return;
          set({ problem: null });
          if (!isSame(status, get().status)) set({ status });
          if (!isSame(outbox, get().outbox)) set({ outbox, byRequest: groupByRequest(outbox) });
        } catch (thrown) {
          if (mine === question) set({ problem: wordsOf(thrown) });
        }
      },

      async loadSystems() {
        // The panel shows what was known last until the next hint.
        const status = await api.call.system.status().catch(() => null);
        if (status && !isSame(status.systems, get().systems)) set({ systems: status.systems });
      },

      showPanel: (isPanelOpen) => set({ isPanelOpen }),
      withdraw: (entryId) => andLoad(() => api.call.sync.withdraw({ entryId })),
      retry: (entryId) => andLoad(() => api.call.sync.retry({ entryId })),
      dismiss: (entryId) => andLoad(() => api.call.sync.dismiss({ entryId })),
    };
  });
}

function groupByRequest(outbox: readonly OutboxItem[]): Record<string, OutboxItem[]> {
  const groups = Map.groupBy(outbox, ({ request_id }) => request_id ?? '');
  groups.delete('');
  return Object.fromEntries(groups);
}
