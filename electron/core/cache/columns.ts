import type { SyncedRows, SyncedTable } from '../../../shared/model/sync.ts';
import type { SqlValue } from './sqlite.ts';

/** `time` is ISO 8601 outside and milliseconds in SQLite, for what lists are sorted by; `json` is kept as its text. */
export type ColumnKind = 'text' | 'integer' | 'boolean' | 'time' | 'json';

type ColumnsOf<Row> = { readonly [Name in keyof Required<Row>]: ColumnKind };

/** Every column of the synced tables, by the name that the feed and COPY give it. */
export const syncedColumns = {
  people: { email: 'text', name: 'text', slack: 'text', teams: 'text', roles: 'json', active: 'boolean' },
  requests: {
    ordinal: 'integer',
    request_id: 'text',
    requester: 'text',
    summary: 'text',
    business_justification: 'text',
    target_system_or_record: 'text',
    target_record: 'text',
    lead_label: 'text',
    status: 'text',
    priority: 'text',
    decision: 'text',
    rationale: 'text',
    current_owner: 'text',
    next_owner: 'text',
    reason: 'text',
    approver: 'text',
    delegate: 'text',
    rule: 'text',
    policy: 'json',
    source: 'text',
    due_at: 'time',
    is_overdue: 'boolean',
    created_at: 'time',
    updated_at: 'time',
    closed_at: 'time',
    version: 'integer',
    refers_to: 'text',
    has_pending_decision: 'boolean',
    urgency: 'integer',
    urgency_order: 'integer',
    is_final: 'boolean',
    escalated_version: 'integer',
    case_file: 'json',
    output: 'json',
  },
  messages: {
    ordinal: 'integer',
    message_id: 'text',
    request_id: 'text',
    direction: 'text',
    audience: 'text',
    author: 'text',
    author_name: 'text',
    text: 'text',
    source: 'text',
    created_at: 'text',
    sent_at: 'text',
  },
  attachments: {
    attachment_id: 'text',
    request_id: 'text',
    name: 'text',
    media_type: 'text',
    sizeBytes: 'integer',
    created_at: 'text',
  },
  routing_audit: {
    ordinal: 'integer',
    routing_audit_id: 'text',
    request_id: 'text',
    system: 'text',
    record: 'text',
    previous_owner: 'text',
    new_owner: 'text',
    rule: 'text',
    reason: 'text',
    created_at: 'text',
  },
  audit_log: {
    ordinal: 'integer',
    event_id: 'text',
    request_id: 'text',
    actor: 'text',
    event_type: 'text',
    details: 'json',
    created_at: 'text',
    previous_hash: 'text',
    hash: 'text',
  },
} as const satisfies { [Table in SyncedTable]: ColumnsOf<SyncedRows[Table]> };

export const sqlType = {
  text: 'text',
  json: 'text',
  integer: 'integer',
  boolean: 'integer',
  time: 'integer',
} as const satisfies Record<ColumnKind, string>;

const digit = (text: string, at: number) => text.charCodeAt(at) - 48;
const twoDigits = (text: string, at: number) => digit(text, at) * 10 + digit(text, at + 1);

/** `2026-05-18T09:15:00.000Z`, or as Postgres writes it in UTC: `2026-05-18 09:15:00+00`, with up to six decimals. */
const utcTime = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|\+00)$/;
const point = 0x2e;

function millisecondsAfter(text: string, at: number): number {
  if (text.charCodeAt(at) !== point) return 0;
  let milliseconds = 0;
  for (let place = 1, weight = 100; weight >= 1; place += 1, weight /= 10) {
    const value = digit(text, at + place);
    if (value < 0 || value > 9) break;
    milliseconds += value * weight;
  }
  return milliseconds;
}

/** Reads a time to the millisecond. A million rows have several each, so the days are remembered. */
export function createTimeReader(): (text: string) => number {
  const days = new Map<string, number>();
  return (text) => {
    if (!utcTime.test(text)) {
      const any = Date.parse(text);
      if (Number.isNaN(any)) throw new Error(`${text} is no time`);
      return any;
    }
    const date = text.slice(0, 10);
    let day = days.get(date);
    if (day === undefined) {
      day = Date.parse(date);
      if (days.size > 10_000) days.clear();
      days.set(date, day);
    }
    const seconds = twoDigits(text, 11) * 3600 + twoDigits(text, 14) * 60 + twoDigits(text, 17);
    return day + seconds * 1000 + millisecondsAfter(text, 19);
  };
}

/** A value of COPY's text format, already unescaped and not null, as SQLite keeps it. */
export function createTextDecoders(): Record<ColumnKind, (text: string) => SqlValue> {
  const asIs = (text: string) => text;
  return {
    text: asIs,
    json: asIs,
    integer: Number,
    boolean: (text) => (text === 't' ? 1 : 0),
    time: createTimeReader(),
  };
}

/** A value of a row of the feed as SQLite keeps it. */
export function encodeValue(kind: ColumnKind, value: unknown): SqlValue {
  if (value === null || value === undefined) return null;
  switch (kind) {
    case 'json':
      return JSON.stringify(value);
    case 'boolean':
      return value === true ? 1 : 0;
    case 'time':
      return Date.parse(String(value));
    case 'integer':
      return Number(value);
    case 'text':
      return String(value);
  }
}

/** The value of a row as SQLite keeps it, back. */
export function decodeValue(kind: ColumnKind, value: SqlValue): unknown {
  if (value === null) return null;
  switch (kind) {
    case 'json':
      return JSON.parse(String(value));
    case 'boolean':
      return value === 1;
    case 'time':
      return new Date(Number(value)).toISOString();
    default:
      return value;
  }
}
