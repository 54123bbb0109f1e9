import { type Kysely, sql } from 'kysely';
import type { ChatPlace } from '../../../shared/model/chat.ts';
import type { RequestRecord } from './requests.ts';
import type { Database } from './tables.ts';

type Chat = 'slack' | 'teams';

/** Remembers that somebody looks at our page in a chat. */
export async function noteHomeOpened(
  db: Kysely<Database>,
  { source, user, at }: { source: Chat; user: string; at: Date },
): Promise<void> {
  await db
    .insertInto('chat_homes')
    .values({ source, chat_user: user, opened_at: at.toISOString() })
    .onConflict((conflict) =>
      conflict.columns(['source', 'chat_user']).doUpdateSet({ opened_at: at.toISOString() }),
    )
    .execute();
}

/** Those whose page shows one of these requests: whoever asked, and whoever decides. */
export async function listHomesOf(
  db: Kysely<Database>,
  requestIds: readonly string[],
): Promise<{ source: Chat; user: string }[]> {
  const { rows } = await sql<{ source: Chat; user: string }>`
    select distinct h.source, h.chat_user as user
    from chat_homes h
    join requests r on r.request_id = any(${requestIds}::text[])
    left join people p on case h.source when 'slack' then p.slack else p.teams end = h.chat_user
    where r.requester_chat = h.chat_user or p.email in (r.requester, r.approver, r.delegate)
      or r.earlier_approver = p.email`.execute(db);
  return rows;
}

export type HomeRequest = Pick<
  RequestRecord,
  'request_id' | 'summary' | 'lead_label' | 'status' | 'approver' | 'reason' | 'due_at' | 'channel' | 'thread'
>;

const columns = [
  'request_id',
  'summary',
  'lead_label',
  'status',
  'approver',
  'reason',
  'due_at',
  'channel',
  'thread',
] as const;
/** More than a page shows. */
const mostRows = 100;

/** A person's open requests, the newest first; of somebody whom we do not know, those that they made in this chat. */
export function listOpenRequests(
  db: Kysely<Database>,
  requester: { email: string | null; source: Chat; user: string },
): Promise<HomeRequest[]> {
  const { email, source, user } = requester;
  return db
    .selectFrom('requests')
    .select(columns)
    .where('is_final', '=', false)
    .where((eb) =>
      eb.or([
        eb.and([eb('source', '=', source), eb('requester_chat', '=', user)]),
        ...(email === null ? [] : [eb('requester', '=', email)]),
      ]),
    )
    .orderBy('ordinal', 'desc')
    .limit(mostRows)
    .execute();
}

/** What waits for a person's decision, the most urgent first. */
export function listToDecide(db: Kysely<Database>, email: string): Promise<HomeRequest[]> {
  return db
    .selectFrom('requests')
    .select(columns)
    .where('status', '=', 'Escalated')
    .where((eb) => eb.or([eb('approver', '=', email), eb('delegate', '=', email)]))
    .orderBy('urgency')
    .orderBy('urgency_order')
    .limit(mostRows)
    .execute();
}

/** Where the person was given the card to decide on; null where they were not, or elsewhere. */
export async function findCardPlace(
  db: Kysely<Database>,
  { requestId, source, email }: { requestId: string; source: Chat; email: string },
): Promise<ChatPlace | null> {
  const row = await db
    .selectFrom('messages')
    .select('place')
    .where('request_id', '=', requestId)
    .where('source', '=', source)
    .where('author_name', '=', email)
    .where('card', 'is not', null)
    .where('place', 'is not', null)
    .orderBy('ordinal', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.place ?? null;
}
