import { createStore, type StoreApi } from 'zustand/vanilla';
import type { FirstAdmin, WorkspaceState } from '../../shared/contract/contract.ts';
import type { Api } from '../api.ts';
import { ConnectionLostError } from '../transport/channel.ts';

export interface WorkspaceStoreState {
  state: WorkspaceState | null;
  /** Another workspace is being opened in the place of this one. */
  isOpening: boolean;
  /** The dialog that asks for the first admin of one's own workspace is open. */
  isSetUpShown: boolean;
  load(): Promise<void>;
  showSetUp(isShown: boolean): void;
  /** These throw the server's refusal; else the page begins anew, with what was opened, when that answers. */
  setUp(admin: FirstAdmin): Promise<void>;
  open(kind: WorkspaceState['kind']): Promise<void>;
}
export type WorkspaceStore = StoreApi<WorkspaceStoreState>;

export interface WorkspacePage {
  /** Shows the first screen. */
  goHome(): void;
  /** Reads the page again, because nothing that it shows is of the workspace that is open now. */
  beginAnew(): void;
}

export function createWorkspaceStore(api: Api, page: WorkspacePage): WorkspaceStore {
  const { connection } = api;

  return createStore<WorkspaceStoreState>()((set) => {
    function beginAnewAfterReconnecting() {
      let wasLost = connection.getStatus().state !== 'online';
      const stop = connection.onStatus(() => {
        const isOnline = connection.getStatus().state === 'online';
        wasLost ||= !isOnline;
        if (!wasLost || !isOnline) return;
        stop();
        page.beginAnew();
      });
      return stop;
    }

    async function opening(work: () => Promise<unknown>) {
      const stop = beginAnewAfterReconnecting();
      set({ isOpening: true });
      try {
        await work();
      } catch (thrown) {
        // The way to the console may close before the answer: what opens then says how it went.
        if (!(thrown instanceof ConnectionLostError)) {
          stop();
          set({ isOpening: false });
          throw thrown;
        }
      }
      page.goHome();
    }

    return {
      state: null,
      isOpening: false,
      isSetUpShown: false,
      async load() {
        // What was known stays until the next hint.
        const state = await api.call.workspace.state().catch(() => null);
        if (state !== null) set({ state });
      },
      showSetUp: (isSetUpShown) => set({ isSetUpShown }),
      setUp: (admin) => opening(() => api.call.workspace.setUp(admin)),
      open: (kind) => opening(() => api.call.workspace.open({ kind })),
    };
  });
}
