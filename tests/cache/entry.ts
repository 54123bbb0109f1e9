import type { OutboxEntry } from '../../electron/core/cache/cache.ts';

/** Something that a person did; what is said in `other` is as it is said. */
export function entryOf(entryId: string, other: Partial<OutboxEntry> = {}): OutboxEntry {
  return {
    entryId,
    kind: 'decision',
    author: 'ana@example.com',
    requestId: 'REV-1048',
    summary: `Approve REV-1048 (${entryId})`,
    payload: JSON.stringify({ requestId: 'REV-1048', action: 'approve', idempotencyKey: entryId }),
    seen: { status: 'Escalated', version: 3 },
    createdAt: '2026-05-18T09:00:00.000Z',
    ...other,
  };
}
