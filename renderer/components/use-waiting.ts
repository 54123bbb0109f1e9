import type { OutboxItem } from '../../shared/model/sync.ts';
import { useSync } from '../stores/app-stores.tsx';
import { cameBack, isAway, waitingDecision } from '../stores/sync.ts';

/** What was done at this desk for a request and is not through. */
export function useWaiting(requestId: string): { decision: OutboxItem | undefined; returned: OutboxItem[] } {
  const items = useSync(({ byRequest }) => byRequest[requestId]);
  return { decision: waitingDecision(items), returned: items?.filter(cameBack) ?? [] };
}

/** Without the shared store: what is done now waits. */
export function useIsAway(): boolean {
  return useSync(({ status }) => status !== null && isAway(status));
}
