import type { OutboxItem, SyncStatus } from '../../shared/model/sync.ts';

const approval: OutboxItem = {
  entry_id: 'entry-1',
  kind: 'decision',
  author: 'mei.tanaka@example.com',
  request_id: 'REV-1048',
  summary: 'Approve REV-1048 for Ana Silva',
  state: 'waiting',
  problem: null,
  code: null,
  attempts: 0,
  created_at: '2026-05-18T12:00:00.000Z',
  next_try_at: null,
  seen: { status: 'Escalated', version: 4 },
  now: null,
  changed: [],
};

const online: SyncStatus = {
  state: 'online',
  since: '2026-05-18T12:00:00.000Z',
  problem: null,
  behindMs: 0,
  upToDateAt: '2026-05-18T12:00:00.000Z',
  fill: null,
  search: null,
  outbox: { waiting: 0, blocked: 0, returned: 0 },
  blockingEntry: null,
};

/** An approval that waits to be sent, for tests, with what a test wants otherwise. */
export const outboxItem = (change: Partial<OutboxItem> = {}): OutboxItem => ({ ...approval, ...change });

/** A desk that is online, for tests, with what a test wants otherwise. */
export const syncStatus = (change: Partial<SyncStatus> = {}): SyncStatus => ({ ...online, ...change });
