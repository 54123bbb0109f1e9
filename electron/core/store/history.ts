import { type Kysely, sql } from 'kysely';
import { z } from 'zod';
import { AuditEvent } from '../../../shared/model/audit.ts';
import { importAudit } from './audit.ts';
import type { Database } from './tables.ts';

/** What a workspace has done so far, as plain rows: to be shown again elsewhere, at another time. */
export const History = z.strictObject({
  requests: z.array(z.record(z.string(), z.unknown())),
  messages: z.array(z.record(z.string(), z.unknown())),
  human_decisions: z.array(z.record(z.string(), z.unknown())),
  intents: z.array(z.record(z.string(), z.unknown())),
  routing_audit: z.array(z.record(z.string(), z.unknown())),
  pool_states: z.array(z.record(z.string(), z.unknown())),
  pool_turns: z.array(z.record(z.string(), z.unknown())),
  audit: z.array(AuditEvent),
});
export type History = z.infer<typeof History>;

const requestColumns = [
  'ordinal',
  'request_id',
  'requester',
  'requester_chat',
  'summary',
  'business_justification',
  'target_system_or_record',
  'target_record',
  'status',
  'priority',
  'chosen_priority',
  'decision',
  'rationale',
  'current_owner',
  'next_owner',
  'reason',
  'approver',
  'earlier_approver',
  'delegate',
  'rule',
  'policy',
  'lead_label',
  'source',
  'channel',
  'thread',
  'refers_to',
  'case_file',
  'output',
  'created_at',
  'updated_at',
  'closed_at',
  'version',
  'escalated_version',
  'due_at',
  'review_window_ms',
  'reminders',
  'is_overdue',
  'read_through',
] as const;
const columnsOf = {
  requests: requestColumns,
  messages: [
    'ordinal',
    'message_id',
    'request_id',
    'direction',
    'audience',
    'author',
    'author_name',
    'text',
    'source',
    'created_at',
    'sent_at',
    'key',
    'destination',
    'card',
    'undeliverable',
  ],
  human_decisions: [
    'ordinal',
    'idempotency_key',
    'request_id',
    'actor',
    'action',
    'owner',
    'note',
    'seen_version',
    'via',
    'state',
    'created_at',
    'finished_at',
  ],
  intents: [
    'intent_id',
    'request_id',
    'system',
    'record',
    'previous_owner',
    'new_owner',
    'new_owner_id',
    'stamp',
    'state',
    'created_at',
    'finished_at',
  ],
  routing_audit: [
    'ordinal',
    'routing_audit_id',
    'request_id',
    'system',
    'record',
    'previous_owner',
    'new_owner',
    'rule',
    'reason',
    'created_at',
    'intent_id',
  ],
  pool_states: ['pool', 'day', 'current_weights', 'taken_today'],
  pool_turns: ['request_id', 'pool', 'owner', 'taken_at'],
} as const satisfies Record<Exclude<keyof History, 'audit'>, readonly string[]>;

type HistoryTable = keyof typeof columnsOf;
/** Those that others refer to come first. */
const tables = Object.keys(columnsOf) as HistoryTable[];
const numbered = ['messages', 'human_decisions', 'routing_audit'] as const;

const listed = (names: readonly string[]) => sql.join(names.map((name) => sql.ref(name)));

/** Reads everything that requests have left behind. */
export async function readHistory(db: Kysely<Database>): Promise<History> {
  const read = async (table: HistoryTable): Promise<Record<string, unknown>[]> => {
    const columns = columnsOf[table];
    const { rows } = await sql<Record<string, unknown>>`
      select ${listed(columns)} from ${sql.table(table)} order by ${sql.ref(columns[0])}`.execute(db);
    return rows;
  };
  const found = await Promise.all(tables.map(async (table) => [table, await read(table)] as const));
  const audit = await db
    .selectFrom('audit_log')
    .select(['event_id', 'request_id', 'actor', 'event_type', 'details', 'created_at'])
    .orderBy('ordinal')
    .execute();
  return History.parse({ ...Object.fromEntries(found), audit });
}

/** Fills an empty store with a history; the audit chain is built anew over it. */
export async function loadHistory(db: Kysely<Database>, history: History): Promise<void> {
  for (const table of tables) {
    const columns = listed(columnsOf[table]);
    const isNumbered = numbered.some((name) => name === table);
    await sql`
      insert into ${sql.table(table)} (${columns}) ${sql.raw(isNumbered ? 'overriding system value' : '')}
      select ${columns} from jsonb_populate_recordset(null::${sql.table(table)}, ${JSON.stringify(history[table])}::jsonb)`.execute(
      db,
    );
  }
  for (const table of numbered)
    await sql`
      select setval(pg_get_serial_sequence(${table}, 'ordinal'), greatest(1, (select max(ordinal) from ${sql.table(table)})))`.execute(
      db,
    );
  await sql`
    select setval('request_numbers', (select max(ordinal) from requests)) where exists (select from requests)`.execute(
    db,
  );
  await importAudit(
    db,
    history.audit.map((event) => ({ event, detailsText: JSON.stringify(event.details) })),
  );
}
