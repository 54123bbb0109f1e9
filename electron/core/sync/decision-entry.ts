import type { DecisionInput } from '../../../shared/contract/contract.ts';
import type { RequestRow } from '../../../shared/model/request.ts';
import type { OutboxEntry } from '../cache/cache.ts';

const words = { approve: 'Approve', reject: 'Reject', return: 'Return' } as const;

/** A decision as the outbox keeps it, with the state of the request that its author saw. */
export function decisionEntry(
  input: DecisionInput,
  by: { author: string; at: Date; row: Pick<RequestRow, 'status' | 'version'> },
): OutboxEntry {
  const { requestId, action, owner = null, idempotencyKey } = input;
  const version = input.version ?? by.row.version;
  return {
    entryId: idempotencyKey,
    kind: 'decision',
    author: by.author,
    requestId,
    summary: `${words[action]} ${requestId}${owner === null ? '' : ` for ${owner}`}`,
    payload: JSON.stringify({ ...input, version }),
    seen: { status: by.row.status, version },
    createdAt: by.at.toISOString(),
  };
}
