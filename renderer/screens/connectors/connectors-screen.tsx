import { useEffect } from 'react';
import type { ConnectedSystem } from '../../../shared/model/connection.ts';
import { Empty } from '../../components/blocks.tsx';
import { useConnections, useStores } from '../../stores/app-stores.tsx';
import { connectionOf } from '../../stores/connections.ts';
import { ConnectionList } from './connection-list.tsx';
import { ConnectionScreen } from './connection-screen.tsx';

/** All connections, or one of them with all about it. */
export function ConnectorsScreen({ system }: { system: ConnectedSystem | null }) {
  const { connections } = useStores();
  const state = useConnections((all) => all);
  useEffect(() => void connections.getState().load(), [connections]);
  if (!state.isRead)
    return state.problem && <Empty title="The connections cannot be read">{state.problem}</Empty>;
  const connection = system === null ? undefined : connectionOf(state, system);
  return connection ? (
    <ConnectionScreen key={connection.system} connection={connection} />
  ) : (
    <ConnectionList connections={state.connections} />
  );
}
