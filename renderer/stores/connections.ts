import { createStore, type StoreApi } from 'zustand/vanilla';
import type { ConnectionDraft, Connections } from '../../shared/contract/contract.ts';
import type { ConnectedSystem, Connection } from '../../shared/model/connection.ts';
import { type Api, wordsOf } from '../api.ts';

export interface ConnectionsState extends Connections {
  /** Whether they were read at least once. */
  isRead: boolean;
  problem: string | null;
  load(): Promise<void>;
  /** These throw the server's refusal. */
  save(draft: ConnectionDraft): Promise<void>;
  disconnect(system: ConnectedSystem): Promise<void>;
  pause(system: ConnectedSystem, isPaused: boolean): Promise<void>;
}
export type ConnectionsStore = StoreApi<ConnectionsState>;

export const connectionOf = (
  { connections }: Pick<Connections, 'connections'>,
  system: ConnectedSystem,
): Connection | undefined => connections.find((connection) => connection.system === system);

export function createConnectionsStore(api: Api): ConnectionsStore {
  return createStore<ConnectionsState>()((set, get) => {
    // An answer to an older question is dropped.
    let question = 0;

    function keep(changed: Connection) {
      question += 1;
      set({
        connections: get().connections.map((connection) =>
          connection.system === changed.system ? changed : connection,
        ),
      });
    }

    return {
      connections: [],
      keepsNoSecretsBecause: null,
      mayNotChangeBecause: null,
      isRead: false,
      problem: null,

      async load() {
        const mine = ++question;
        try {
          const all = await api.call.connections.list();
          if (mine === question) set({ ...all, isRead: true, problem: null });
        } catch (thrown) {
          if (mine === question) set({ problem: wordsOf(thrown) });
        }
      },
      save: async (draft) => keep(await api.call.connections.save(draft)),
      disconnect: async (system) => keep(await api.call.connections.disconnect({ system })),
      pause: async (system, isPaused) => keep(await api.call.connections.pause({ system, isPaused })),
    };
  });
}
