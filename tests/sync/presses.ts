import type { OutboxEntry } from '../../electron/core/cache/cache.ts';
import { decisionEntry } from '../../electron/core/sync/decision-entry.ts';
import type { RequestRow } from '../../shared/model/request.ts';

/** What every entry of a test has. */
interface PressBase {
  key: string;
  /** E-mail. */
  author: string;
}

export function pressDecision(
  { key, author }: PressBase,
  row: Pick<RequestRow, 'request_id' | 'status' | 'version'>,
  action: 'approve' | 'reject' | 'return',
): OutboxEntry {
  return decisionEntry(
    { requestId: row.request_id, action, note: 'as pressed', idempotencyKey: key },
    { author, at: new Date(), row },
  );
}

export function pressComment(
  { key, author }: PressBase,
  row: Pick<RequestRow, 'request_id' | 'status' | 'version'>,
): OutboxEntry {
  const { request_id: requestId, status, version } = row;
  return {
    entryId: key,
    kind: 'comment',
    author,
    requestId,
    summary: `Comment on ${requestId}`,
    payload: JSON.stringify({ requestId, text: `What ${key} says`, idempotencyKey: key }),
    seen: { status, version },
    createdAt: new Date().toISOString(),
  };
}

export function pressForm({ key, author }: PressBase): OutboxEntry {
  return {
    entryId: key,
    kind: 'form',
    author,
    requestId: null,
    summary: 'New request',
    payload: JSON.stringify({ summary: `A lead is wrong (${key})`, idempotencyKey: key }),
    seen: null,
    createdAt: new Date().toISOString(),
  };
}
