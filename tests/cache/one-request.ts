import type { Person } from '../../shared/model/person.ts';
import type { SyncedMessage, SyncedRequest } from '../../shared/model/sync.ts';
import { withSorting } from './with-sorting.ts';

const nobodys: Omit<SyncedRequest, 'urgency' | 'urgency_order' | 'is_final'> = {
  ordinal: 1048,
  request_id: 'REV-1048',
  requester: 'ana@example.com',
  summary: 'The lead is with the wrong team',
  business_justification: null,
  target_system_or_record: 'salesforce',
  target_record: '00Q000000000001AAA',
  lead_label: 'Jo Doe, Acme',
  status: 'Escalated',
  priority: 'High',
  decision: 'Escalated',
  rationale: 'Two rules disagree',
  current_owner: null,
  next_owner: 'bo@example.com',
  reason: 'rule_conflict',
  approver: 'bo@example.com',
  delegate: null,
  rule: null,
  policy: ['LRP-001'],
  source: 'slack',
  due_at: '2026-05-19T09:00:00.000Z',
  is_overdue: false,
  created_at: '2026-05-18T09:00:00.000Z',
  updated_at: '2026-05-18T09:00:01.500Z',
  closed_at: null,
  version: 3,
  refers_to: null,
  has_pending_decision: false,
  escalated_version: 3,
  case_file: null,
  output: null,
};

/** REV-1048, or the one with another number; what is said in `other` is as it is said. */
export const requestOf = (ordinal = 1048, other: Partial<typeof nobodys> = {}): SyncedRequest =>
  withSorting({ ...nobodys, ordinal, request_id: `REV-${ordinal}`, ...other });

export const personOf = (email: string, name: string): Person => ({
  email,
  name,
  slack: null,
  teams: null,
  roles: ['approver'],
  active: true,
});

/** A message of REV-1048. */
export const messageOf = (ordinal: number, text = 'It belongs to the north'): SyncedMessage => ({
  ordinal,
  message_id: `MSG-${ordinal}`,
  request_id: 'REV-1048',
  direction: 'in',
  audience: null,
  author: 'ana@example.com',
  author_name: null,
  text,
  source: 'slack',
  created_at: '2026-05-18T09:00:00.000Z',
  sent_at: null,
});
