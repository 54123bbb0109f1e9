import type { RequestRow } from '../../shared/model/request.ts';

const escalated: RequestRow = {
  request_id: 'REV-1048',
  requester: 'emma.clarke@example.com',
  requester_name: 'Emma Clarke',
  summary: 'Jonas Weber was routed to Ben',
  business_justification: null,
  target_system_or_record: 'salesforce',
  target_record: '00Q000000000101EAA',
  lead_label: 'Jonas Weber (Nordlicht GmbH)',
  status: 'Escalated',
  priority: 'High',
  decision: 'Escalated',
  rationale: null,
  current_owner: 'mei.tanaka@example.com',
  next_owner: 'mei.tanaka@example.com',
  reason: 'strategic_account',
  approver: 'mei.tanaka@example.com',
  delegate: null,
  rule: null,
  policy: [],
  source: 'slack',
  due_at: null,
  is_overdue: false,
  created_at: '2026-05-18T09:00:00.000Z',
  updated_at: '2026-05-18T09:00:00.000Z',
  closed_at: null,
  version: 4,
  refers_to: null,
  has_pending_decision: false,
  waits_to_be_sent: false,
};

/** An escalated request for tests, with what a test wants otherwise. */
export const requestRow = (change: Partial<RequestRow> = {}): RequestRow => ({ ...escalated, ...change });
