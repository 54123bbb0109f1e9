import type { Status } from '../../shared/model/request.ts';
import type { SyncedRequest } from '../../shared/model/sync.ts';

const finalStatuses: readonly Status[] = ['Completed', 'Rejected', 'Closed'];

/** What the store computes of a request, as its generated columns do. */
export function withSorting(
  request: Omit<SyncedRequest, 'urgency' | 'urgency_order' | 'is_final'>,
): SyncedRequest {
  const { status, priority, is_overdue, ordinal } = request;
  const isFinal = finalStatuses.includes(status);
  const byPriority = { High: 0, Medium: 4, Low: 8 };
  const byStatus = status === 'Escalated' ? 0 : status === 'Waiting' ? 2 : 1;
  return {
    ...request,
    is_final: isFinal,
    urgency: (isFinal ? 100 : 0) + (is_overdue ? 0 : 20) + byPriority[priority] + byStatus,
    urgency_order: isFinal ? -ordinal : ordinal,
  };
}
