import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { type Kysely, sql } from 'kysely';
import type { AuditEvent, NewAuditEvent } from '../../../shared/model/audit.ts';
import type { Database } from './tables.ts';

/** What is hashed of an event, in the form that the hash covers. */
function contentOf(event: NewAuditEvent, createdAt: string): string {
  const { request_id, actor, event_type, details } = event;
  const content = canonicalize({ request_id, actor, event_type, details, created_at: createdAt });
  if (content === undefined) throw new TypeError('An audit event has no canonical form');
  return content;
}

/** An event as another program wrote it: its id and the text of its details are kept to the letter. */
export interface ImportedAuditEvent {
  event: AuditEvent;
  detailsText: string;
}

/** JSON without `undefined`, functions and the like, so that what is hashed is what is stored. */
const plainJson = (details: Record<string, unknown>): Record<string, unknown> =>
  JSON.parse(JSON.stringify(details));

async function append(db: Kysely<Database>, events: readonly object[]): Promise<string[]> {
  if (events.length === 0) return [];
  const { rows } = await sql<{ append_audit: string }>`
    select append_audit(${JSON.stringify(events)}::jsonb)`.execute(db);
  return rows.map((row) => row.append_audit);
}

/**
 * Appends events in order, in the caller's transaction; gives their ids. The end of the chain stays locked until the
 * transaction ends, so this comes last in it.
 */
export function appendAudit(
  db: Kysely<Database>,
  events: readonly NewAuditEvent[],
  at: Date,
): Promise<string[]> {
  const createdAt = at.toISOString();
  return append(
    db,
    events.map((event) => {
      const details = plainJson(event.details);
      return { content: contentOf({ ...event, details }, createdAt), details: JSON.stringify(details) };
    }),
  );
}

/** Appends events of another log under their own ids and times. */
export async function importAudit(
  db: Kysely<Database>,
  imported: readonly ImportedAuditEvent[],
): Promise<void> {
  await append(
    db,
    imported.map(({ event, detailsText }) => ({
      event_id: event.event_id,
      content: contentOf(event, event.created_at),
      details: detailsText,
    })),
  );
  await raiseEventNumbers(
    db,
    imported.map(({ event }) => event.event_id),
  );
}

/** New events must not meet imported ids. */
async function raiseEventNumbers(db: Kysely<Database>, eventIds: readonly string[]): Promise<void> {
  const numbers = eventIds.map((id) => Number(/^EVT-(\d{1,15})$/.exec(id)?.[1] ?? 0));
  const highest = numbers.reduce((high, number) => Math.max(high, number), 0);
  await sql`
    select setval('audit_event_numbers', ${highest}::bigint) from audit_event_numbers
    where last_value <= ${highest}::bigint`.execute(db);
}

const shownColumns = ['event_id', 'request_id', 'actor', 'event_type', 'details', 'created_at'] as const;

/** The events of a request, oldest first. */
export function auditOfRequest(db: Kysely<Database>, requestId: string): Promise<AuditEvent[]> {
  return db
    .selectFrom('audit_log')
    .select(shownColumns)
    .where('request_id', '=', requestId)
    .orderBy('ordinal')
    .execute();
}

/** What is wrong with the chain, or nothing. */
export type ChainState =
  | { isValid: true; events: number; head: string }
  | { isValid: false; problem: string };

const genesisHash = '0'.repeat(64);

/** The hash of an event, from its predecessor's: SHA-256 over a domain name, that hash, the id and the content. */
export function hashOf(event: { previousHash: string; eventId: string; content: string }): string {
  const text = `switchyard audit event 1\n${event.previousHash}\n${event.eventId}\n${event.content}`;
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

const pageSize = 2_000;

/** Recomputes every hash from the first event on, and compares each event's columns with what was hashed. */
export async function verifyAudit(db: Kysely<Database>): Promise<ChainState> {
  let previous = { ordinal: 0, hash: genesisHash };
  for (;;) {
    const page = await db
      .selectFrom('audit_log')
      .select(['ordinal', ...shownColumns, 'content', 'previous_hash', 'hash'])
      .where('ordinal', '>', previous.ordinal)
      .orderBy('ordinal')
      .limit(pageSize)
      .execute();
    for (const row of page) {
      const broken = (what: string): ChainState => ({
        isValid: false,
        problem: `${row.event_id} (number ${row.ordinal}) ${what}`,
      });
      if (row.ordinal !== previous.ordinal + 1)
        return broken(`follows number ${previous.ordinal}: events are missing`);
      if (row.previous_hash !== previous.hash) return broken('does not follow its predecessor');
      if (contentOf(row, row.created_at) !== row.content) return broken('does not say what was hashed');
      const hash = hashOf({ previousHash: row.previous_hash, eventId: row.event_id, content: row.content });
      if (hash !== row.hash) return broken('has another hash than its content');
      previous = { ordinal: row.ordinal, hash };
    }
    if (page.length < pageSize) break;
  }
  const head = await db.selectFrom('audit_head').select(['ordinal', 'hash']).executeTakeFirst();
  if (head?.ordinal !== previous.ordinal || head.hash !== previous.hash)
    return {
      isValid: false,
      problem: `The log ends at number ${previous.ordinal}, its head says ${head?.ordinal ?? 'nothing'}`,
    };
  return { isValid: true, events: previous.ordinal, head: previous.hash };
}
