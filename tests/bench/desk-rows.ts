// node tests/bench/desk-rows.ts TABLE COUNT: rows of that table as COPY text on stdout, like a store would send them.
import { once } from 'node:events';
import type { Person } from '../../shared/model/person.ts';
import { escalationReasons, type Reason, type Status } from '../../shared/model/request.ts';
import type { SyncedMessage, SyncedRequest } from '../../shared/model/sync.ts';
import { copyText } from '../cache/copy-text.ts';
import { withSorting } from '../cache/with-sorting.ts';
import { messageWords, peopleCount, personEmail, summaryWords } from './desk-vocabulary.ts';

/** A seeded generator (mulberry32): the same rows in every run. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

const firstNumber = 1_001;
const start = Date.parse('2023-01-01T00:00:00.000Z');
const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

const statusesOfOld: readonly Status[] = [
  'Completed',
  'Completed',
  'Completed',
  'Completed',
  'Rejected',
  'Closed',
];
const statusesOfNew: readonly Status[] = [
  'New',
  'Triaging',
  'Waiting',
  'Escalated',
  'Escalated',
  'Completed',
];
const reasonsOf: Readonly<Partial<Record<Status, readonly Reason[]>>> = {
  Escalated: escalationReasons,
  Waiting: ['lead_not_named', 'lead_not_found', 'lead_ambiguous', 'returned'],
  Rejected: ['unauthenticated', 'out_of_scope', 'rejected_by_approver'],
  Closed: ['withdrawn', 'no_answer'],
  Completed: escalationReasons,
};

const iso = (ms: number) => new Date(ms).toISOString();

/** The latest twentieth is mostly open, a few of the others have been forgotten. */
function request(index: number, count: number, below: (limit: number) => number): SyncedRequest {
  const pick = <Value>(values: readonly Value[], otherwise: Value): Value =>
    values[below(values.length)] ?? otherwise;
  const text = (words: number) => Array.from({ length: words }, () => pick(summaryWords, 'lead')).join(' ');
  const isRecent = index >= count * 0.95;
  const status = isRecent
    ? pick(statusesOfNew, 'New')
    : below(500) === 0
      ? 'Escalated'
      : pick(statusesOfOld, 'Completed');
  const isFinal = ['Completed', 'Rejected', 'Closed'].includes(status);
  const createdMs = start + index * minuteMs + below(minuteMs);
  const updatedMs = createdMs + below(3 * dayMs);
  const isEscalated = status === 'Escalated';
  const ordinal = firstNumber + index;
  // Every other request has this word.
  const frequent = index % 2 === 0 ? ' routing' : '';
  return withSorting({
    ordinal,
    request_id: `REV-${ordinal}`,
    requester: personEmail(below(peopleCount)),
    summary: `The ${text(11)} is with the wrong team${frequent} (${index})`,
    business_justification: below(3) === 0 ? text(8) : null,
    target_system_or_record: pick(['salesforce', 'hubspot'], 'salesforce'),
    target_record: `00Q${String(index).padStart(12, '0')}AAA`,
    lead_label: `Lead Number${index}, Company ${below(50_000)}`,
    status,
    priority: pick(['Low', 'Medium', 'Medium', 'High'], 'Medium'),
    decision: isFinal ? 'Approved' : isEscalated ? 'Escalated' : null,
    rationale: isFinal || isEscalated ? `${text(22)}.` : null,
    current_owner: personEmail(below(200)),
    next_owner: personEmail(below(200)),
    reason:
      status === 'Completed' && below(3) > 0 ? null : pick<Reason | null>(reasonsOf[status] ?? [], null),
    approver: isEscalated || isFinal ? personEmail(below(50)) : null,
    delegate: below(4) === 0 ? personEmail(below(50)) : null,
    rule: `TR-${below(500)}`,
    policy: ['LRP-001'],
    source: pick(['slack', 'slack', 'teams', 'form', 'import'], 'slack'),
    due_at: isEscalated ? iso(updatedMs + dayMs) : null,
    is_overdue: !isFinal && below(4) === 0,
    created_at: iso(createdMs),
    updated_at: iso(updatedMs),
    closed_at: isFinal ? iso(updatedMs) : null,
    version: 1 + below(8),
    refers_to: null,
    has_pending_decision: false,
    escalated_version: isEscalated ? 2 : null,
    case_file: null,
    output: null,
  });
}

function message(index: number, count: number, below: (limit: number) => number): SyncedMessage {
  return {
    ordinal: index + 1,
    message_id: `MSG-${index + 1}`,
    request_id: `REV-${firstNumber + below(count)}`,
    direction: 'in',
    audience: null,
    author: personEmail(below(peopleCount)),
    author_name: null,
    text: Array.from({ length: 12 }, () => messageWords[below(messageWords.length)]).join(' '),
    source: 'slack',
    created_at: iso(start + index * minuteMs),
    sent_at: null,
  };
}

function person(index: number): Person {
  return {
    email: personEmail(index),
    name: `Person Number${index}`,
    slack: `U${index}`,
    teams: null,
    roles: index < 50 ? ['approver'] : ['requester'],
    active: true,
  };
}

const [table = '', countText = '0', requestCountText = '0'] = process.argv.slice(2);
const count = Number(countText);
const below = randomFrom(1);
const makers: Readonly<Record<string, (index: number) => object>> = {
  people: person,
  requests: (index) => request(index, count, below),
  messages: (index) => message(index, Number(requestCountText), below),
};
const make = makers[table];
if (!make || (table !== 'people' && table !== 'requests' && table !== 'messages'))
  throw new Error(`There are no rows of ${table}`);

const rowsPerWrite = 200;
for (let from = 0; from < count; from += rowsPerWrite) {
  const rows = Array.from({ length: Math.min(rowsPerWrite, count - from) }, (_, offset) =>
    make(from + offset),
  );
  if (!process.stdout.write(copyText(table, rows).bytes)) await once(process.stdout, 'drain');
}
