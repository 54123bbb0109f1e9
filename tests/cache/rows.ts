import fc from 'fast-check';
import {
  escalationReasons,
  priorities,
  type RequestRow,
  type Source,
  type Status,
  sources,
  statuses,
} from '../../shared/model/request.ts';
import type { SyncedMessage, SyncedRequest } from '../../shared/model/sync.ts';
import { withSorting } from './with-sorting.ts';

/** The first moment of the tests, in milliseconds. */
export const firstMoment = Date.parse('2026-05-18T08:00:00.000Z');
const momentAt = (minute: number) => new Date(firstMoment + minute * 60_000).toISOString();

export const emails = ['ana@example.com', 'bo@example.com', 'cy@example.com'] as const;
export const words = [
  'Zürich',
  'zurich',
  'lead',
  'LEADER',
  'Ǻcme',
  'acme-corp',
  'naïve',
  '東京',
  'x1',
  'x12',
];

const text = fc.array(fc.constantFrom(...words), { maxLength: 4 }).map((parts) => parts.join(' '));
const email = fc.constantFrom(...emails);
const moment = fc.integer({ min: 0, max: 30 }).map(momentAt);
const maybe = <Value>(values: fc.Arbitrary<Value>) => fc.option(values, { nil: null });

/** Requests with the given numbers; few different times and values, so that sorting has ties and filters have hits. */
export function anyRequest(ordinals: fc.Arbitrary<number>): fc.Arbitrary<SyncedRequest> {
  return fc
    .record({
      ordinal: ordinals,
      requester: maybe(email),
      summary: text,
      business_justification: maybe(text),
      target_system_or_record: fc.constant(null),
      target_record: maybe(fc.constantFrom('00Q000000000001AAA', '42')),
      lead_label: maybe(text),
      status: fc.constantFrom<Status>(...statuses),
      priority: fc.constantFrom<RequestRow['priority']>(...priorities),
      decision: fc.constant(null),
      rationale: maybe(text),
      current_owner: fc.constant(null),
      next_owner: maybe(email),
      reason: maybe(fc.constantFrom(...escalationReasons.slice(0, 2))),
      approver: maybe(email),
      delegate: maybe(email),
      rule: fc.constant(null),
      policy: fc.constantFrom<string[][]>([], ['Routing policy 4.2', 'A "quoted"\tone']),
      source: fc.constantFrom<Source>(...sources),
      due_at: maybe(moment),
      is_overdue: fc.boolean(),
      created_at: moment,
      updated_at: moment,
      closed_at: maybe(moment),
      version: fc.integer({ min: 1, max: 9 }),
      refers_to: fc.constant(null),
      has_pending_decision: fc.boolean(),
      escalated_version: maybe(fc.integer({ min: 1, max: 9 })),
      output: fc.constant(null),
    })
    .map((request) => withSorting({ ...request, request_id: `REV-${request.ordinal}`, case_file: null }));
}

export function anyMessage(
  ordinals: fc.Arbitrary<number>,
  requestIds: fc.Arbitrary<string>,
): fc.Arbitrary<SyncedMessage> {
  return fc
    .record({
      ordinal: ordinals,
      request_id: requestIds,
      direction: fc.constantFrom<SyncedMessage['direction']>('in', 'out', 'note'),
      audience: fc.constant(null),
      author: maybe(email),
      author_name: fc.constant(null),
      text,
      source: fc.constantFrom<Source>(...sources),
      created_at: moment,
      sent_at: maybe(moment),
    })
    .map((message) => ({ ...message, message_id: `MSG-${message.ordinal}` }));
}
