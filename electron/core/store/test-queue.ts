import { type Expression, type ExpressionBuilder, type Kysely, type SqlBool, sql } from 'kysely';
import type { z } from 'zod';
import type { QueueQuery, QueueView, queueSorts } from '../../../shared/contract/contract.ts';
import { AppError } from '../../../shared/model/errors.ts';
import type { RequestRow } from '../../../shared/model/request.ts';
import type { Database } from './tables.ts';

const rowColumns = [
  'request_id',
  'requester',
  'summary',
  'business_justification',
  'target_system_or_record',
  'target_record',
  'lead_label',
  'status',
  'priority',
  'decision',
  'rationale',
  'current_owner',
  'next_owner',
  'reason',
  'approver',
  'delegate',
  'rule',
  'policy',
  'source',
  'due_at',
  'is_overdue',
  'created_at',
  'updated_at',
  'closed_at',
  'version',
  'refers_to',
  'has_pending_decision',
] as const;

type Requests = ExpressionBuilder<Database, 'requests'>;

function rows(db: Kysely<Database>) {
  return db
    .selectFrom('requests')
    .select(rowColumns)
    .select((eb) => [
      eb
        .selectFrom('people')
        .select('people.name')
        .whereRef('people.email', '=', 'requests.requester')
        .as('requester_name'),
      eb.lit(false).as('waits_to_be_sent'),
      'ordinal',
      'urgency',
      'urgency_order',
    ]);
}

/** `me`: the view of what waits for this person, or was asked by them. */
function inView(eb: Requests, view: QueueView, me: string | null): Expression<SqlBool> {
  switch (view) {
    case 'open':
      return eb('is_final', '=', false);
    case 'mine':
      return eb.and([
        eb('is_final', '=', false),
        eb.or([
          eb.and([
            eb('status', '=', 'Escalated'),
            eb.or([eb('approver', '=', me), eb.and([eb('delegate', '=', me), eb('is_overdue', '=', true)])]),
          ]),
          eb.and([eb('status', '=', 'Waiting'), eb('requester', '=', me)]),
        ]),
      ]);
    case 'escalated':
      return eb('status', '=', 'Escalated');
    case 'waiting':
      return eb('status', '=', 'Waiting');
    case 'overdue':
      return eb.and([eb('is_final', '=', false), eb('is_overdue', '=', true)]);
    case 'done':
      return eb('is_final', '=', true);
    case 'all':
      return eb.lit(true);
  }
}

const sorts = {
  urgency: { columns: ['urgency', 'urgency_order'], direction: 'asc' },
  newest: { columns: ['created_at', 'ordinal'], direction: 'desc' },
  oldest: { columns: ['created_at', 'ordinal'], direction: 'asc' },
  updated: { columns: ['updated_at', 'ordinal'], direction: 'desc' },
  // The store does not rank: desks search in their own copy.
  relevance: { columns: ['created_at', 'ordinal'], direction: 'desc' },
} as const satisfies Record<
  (typeof queueSorts)[number],
  { columns: readonly [string, string]; direction: 'asc' | 'desc' }
>;

/** The words of a search as a tsquery in which each may be the beginning of a word; null where none is left. */
function prefixQuery(search: string): string | null {
  const words = search.normalize('NFC').match(/[\p{L}\p{N}]+/gu) ?? [];
  return words.length === 0 ? null : words.map((word) => `${word}:*`).join(' & ');
}

type CursorKey = [string | number, number];

function readCursor(cursor: string): CursorKey {
  try {
    const key: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (Array.isArray(key) && key.length === 2 && typeof key[1] === 'number') return key as CursorKey;
  } catch {
    // Falls through: whatever it is, it is no cursor of ours.
  }
  throw new AppError('invalid_input', 'The page asked for does not exist. Load the list again.');
}

const writeCursor = (key: CursorKey): string => Buffer.from(JSON.stringify(key)).toString('base64url');

/** What a desk's copy is held to in tests: a page of the queue, by key: rows that come in meanwhile never shift it. */
export async function listRequests(
  db: Kysely<Database>,
  query: z.output<typeof QueueQuery>,
  me: string | null,
): Promise<{ rows: RequestRow[]; nextCursor: string | null }> {
  const { columns, direction } = sorts[query.sort];
  const [first, second] = columns;
  let selection = rows(db).where((eb) => inView(eb, query.view, me));
  if (query.status?.length) selection = selection.where('status', 'in', query.status);
  if (query.priority?.length) selection = selection.where('priority', 'in', query.priority);
  if (query.reason?.length) selection = selection.where('reason', 'in', query.reason);
  if (query.source?.length) selection = selection.where('source', 'in', query.source);
  const words = prefixQuery(query.search ?? '');
  if (words !== null)
    selection = selection.where(sql<boolean>`requests.search @@ to_tsquery('simple', ${words})`);
  if (query.cursor !== null) {
    const key = readCursor(query.cursor);
    const after = sql.raw(direction === 'asc' ? '>' : '<');
    selection = selection.where(
      sql<boolean>`(${sql.ref(first)}, ${sql.ref(second)}) ${after} (${key[0]}, ${key[1]})`,
    );
  }
  const found = await selection
    .orderBy(first, direction)
    .orderBy(second, direction)
    .limit(query.limit + 1)
    .execute();
  const page = found.slice(0, query.limit);
  const last = page.at(-1);
  return {
    rows: page.map(({ ordinal, urgency, urgency_order, ...row }) => row),
    nextCursor: found.length > query.limit && last ? writeCursor([last[first], last[second]]) : null,
  };
}

/** One row as lists show it, or undefined. */
export async function findRequestRow(
  db: Kysely<Database>,
  requestId: string,
): Promise<RequestRow | undefined> {
  const found = await rows(db).where('request_id', '=', requestId).executeTakeFirst();
  if (!found) return undefined;
  const { ordinal, urgency, urgency_order, ...row } = found;
  return row;
}
