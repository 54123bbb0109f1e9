import type { OutboxItem } from '../../shared/model/sync.ts';
import { useSync } from '../stores/app-stores.tsx';
import { cameBack, waitingDecision } from '../stores/sync.ts';

/** What was done at this desk for a request and is not through. */
export function useWaiting(requestId: string): { decision: OutboxItem | undefined; returned: OutboxItem[] } {
  const items = useSync(({ byRequest }) => byRequest[requestId]);
  return { decision: waitingDecision(items), returned: items?.filter(cameBack) ?? [] };
}

/** Without the shared store: what is done now waits. */
export function useIsAway(): boolean {
  const state = useSync(({ status }) => status?.state);
  return state === 'offline' || state === 'blocked' || state === 'connecting';
}
