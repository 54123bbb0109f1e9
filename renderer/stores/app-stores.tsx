import { createContext, type ReactNode, use, useSyncExternalStore } from 'react';
import { type StoreApi, useStore } from 'zustand';
import { accessOf } from '../../shared/model/sync.ts';
import { type Api, createApi } from '../api.ts';
import type { Connection, ConnectionStatus } from '../transport/connection.ts';
import { type CommentsState, type CommentsStore, createCommentsStore } from './comments.ts';
import { type ConnectionsState, type ConnectionsStore, createConnectionsStore } from './connections.ts';
import { createFormDraftStore, type FormDraftState, type FormDraftStore } from './form-draft.ts';
import { createPeopleStore, type PeopleState, type PeopleStore } from './people.ts';
import { createQueueStore, type QueueState, type QueueStore } from './queue.ts';
import { createRequestsStore, type RequestsState, type RequestsStore } from './requests.ts';
import { navigate } from './route.ts';
import { createSandboxStore, type SandboxStore, type SandboxStoreState } from './sandbox.ts';
import { createSessionStore, type SessionState, type SessionStore } from './session.ts';
import { createSyncStore, type SyncState, type SyncStore } from './sync.ts';
import { createWorkspaceStore, type WorkspaceStore, type WorkspaceStoreState } from './workspace.ts';

export interface AppStores {
  api: Api;
  session: SessionStore;
  people: PeopleStore;
  sync: SyncStore;
  requests: RequestsStore;
  queue: QueueStore;
  sandbox: SandboxStore;
  formDraft: FormDraftStore;
  comments: CommentsStore;
  connections: ConnectionsStore;
  workspace: WorkspaceStore;
}

export function createAppStores(connection: Connection): AppStores {
  const api = createApi(connection);
  const session = createSessionStore(api);
  const people = createPeopleStore(api);
  const sync = createSyncStore(api);
  const requests = createRequestsStore({ api, people, sync });
  const queue = createQueueStore(api, requests);
  const sandbox = createSandboxStore(api);
  const formDraft = createFormDraftStore(api, window.localStorage);
  const comments = createCommentsStore({ api, requests, sync, storage: window.localStorage });
  const connections = createConnectionsStore(api);
  const beginAnew = () => window.location.reload();
  const workspace = createWorkspaceStore(api, { goHome: () => navigate({ screen: 'queue' }), beginAnew });
  sync.subscribe(({ status }, before) => {
    // The first copy is complete: what was empty while it was made is read again.
    if (before.status?.state === 'filling' && status?.state !== 'filling') void queue.getState().refresh();
  });
  session.subscribe((state, before) => {
    if (state.session === before.session || state.session === null) return;
    // Another window has opened the other workspace: nothing that is shown here is of that.
    if (before.session && before.session.workspace.kind !== state.session.workspace.kind) return beginAnew();
    people.getState().learn(Object.fromEntries(state.session.actors.map(({ email, name }) => [email, name])));
    // What may be decided, and what is mine, depends on who I am.
    if (state.session.me.email !== before.session?.me.email) {
      requests.getState().forgetDetails();
      void requests.getState().refreshDetails();
      void connections.getState().load();
      void queue.getState().refresh();
    }
  });
  return {
    api,
    session,
    people,
    sync,
    requests,
    queue,
    sandbox,
    formDraft,
    comments,
    connections,
    workspace,
  };
}

const StoresContext = createContext<AppStores | null>(null);

export function StoresProvider({ stores, children }: { stores: AppStores; children: ReactNode }) {
  return <StoresContext value={stores}>{children}</StoresContext>;
}

export function useStores(): AppStores {
  const stores = use(StoresContext);
  if (stores === null) throw new Error('useStores outside of StoresProvider');
  return stores;
}

function hookFor<State>(choose: (stores: AppStores) => StoreApi<State>) {
  return <Part,>(select: (state: State) => Part): Part => useStore(choose(useStores()), select);
}

export const useSession = hookFor<SessionState>(({ session }) => session);
export const usePeople = hookFor<PeopleState>(({ people }) => people);
export const useSync = hookFor<SyncState>(({ sync }) => sync);
export const useRequests = hookFor<RequestsState>(({ requests }) => requests);
export const useQueue = hookFor<QueueState>(({ queue }) => queue);
export const useSandbox = hookFor<SandboxStoreState>(({ sandbox }) => sandbox);

export const useComments = hookFor<CommentsState>(({ comments }) => comments);
export const useConnections = hookFor<ConnectionsState>(({ connections }) => connections);
export const useWorkspace = hookFor<WorkspaceStoreState>(({ workspace }) => workspace);
export const useFormDraft = hookFor<FormDraftState>(({ formDraft }) => formDraft);

/** Whether I see the whole queue, and with it how the systems are connected. */
export const useSeesAll = (): boolean =>
  useSession(({ session }) => session !== null && accessOf(session.me) === 'all');

export function useConnectionStatus(): ConnectionStatus {
  const { connection } = useStores().api;
  return useSyncExternalStore(connection.onStatus, connection.getStatus);
}
