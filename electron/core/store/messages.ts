import { randomUUID } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import type { ChatPlace } from '../../../shared/model/chat.ts';
import type { ChatDestination, DecisionCard } from '../../../shared/model/decision-card.ts';
import type { Source } from '../../../shared/model/request.ts';
import type { MessageRecord } from './requests.ts';
import type { Database } from './tables.ts';

export interface IncomingMessage {
  requestId: string;
  author: string | null;
  authorName: string | null;
  text: string;
  source: Source;
  /** `approver` for what somebody who decides says beside the conversation; the agent does not read it. */
  audience?: 'approver' | null;
  /** Where it stands in its chat. */
  place?: ChatPlace | null;
}

/** Stores what came in, in the caller's transaction. */
export async function insertIncoming(
  db: Kysely<Database>,
  message: IncomingMessage,
  at: Date,
): Promise<string> {
  const messageId = randomUUID();
  await db
    .insertInto('messages')
    .values({
      message_id: messageId,
      request_id: message.requestId,
      direction: 'in',
      audience: message.audience ?? null,
      author: message.author,
      author_name: message.authorName,
      text: message.text,
      source: message.source,
      created_at: at.toISOString(),
      sent_at: at.toISOString(),
      place: message.place ? JSON.stringify(message.place) : null,
    })
    .execute();
  return messageId;
}

/** What came in as this message of a chat last, with its edits; undefined where its place was not kept. */
export function findIncoming(
  db: Kysely<Database>,
  requestId: string,
  { channel, message }: ChatPlace,
): Promise<{ text: string; audience: MessageRecord['audience'] } | undefined> {
  return db
    .selectFrom('messages')
    .select(['text', 'audience'])
    .where('request_id', '=', requestId)
    .where('direction', '=', 'in')
    .where(sql<boolean>`place = ${JSON.stringify({ channel, message })}::jsonb`)
    .orderBy('ordinal', 'desc')
    .limit(1)
    .executeTakeFirst();
}

export interface Note {
  requestId: string;
  /** Our own key: the same note twice is stored once. */
  key: string;
  /** E-mail. */
  author: string;
  authorName: string;
  text: string;
}

/** Stores a colleague's comment, which nobody is sent, in the caller's transaction. */
export async function insertNote(db: Kysely<Database>, note: Note, at: Date): Promise<void> {
  await db
    .insertInto('messages')
    .values({
      message_id: randomUUID(),
      request_id: note.requestId,
      direction: 'note',
      audience: null,
      author: note.author,
      author_name: note.authorName,
      text: note.text,
      source: 'form',
      created_at: at.toISOString(),
      sent_at: at.toISOString(),
      key: note.key,
    })
    .execute();
}

/** Whether a message with this key of ours is stored. */
export async function hasMessage(db: Kysely<Database>, key: string): Promise<boolean> {
  const row = await db.selectFrom('messages').select('message_id').where('key', '=', key).executeTakeFirst();
  return row !== undefined;
}

export interface OutgoingDraft {
  requestId: string;
  /** Our own key: the same message twice is stored, and sent, once. */
  key: string;
  audience: 'requester' | 'approver';
  /** E-mail of who is told. */
  recipient: string | null;
  source: Source;
  text: string;
  /** Null where the recipient is in no chat: the message is then read in the console. */
  destination: ChatDestination | null;
  card: DecisionCard | null;
}

/** Stores messages that are to be sent, in the caller's transaction; they leave after it. */
export async function insertOutgoing(
  db: Kysely<Database>,
  drafts: readonly OutgoingDraft[],
  author: string,
  at: Date,
): Promise<void> {
  if (drafts.length === 0) return;
  await db
    .insertInto('messages')
    .values(
      drafts.map((draft) => ({
        message_id: randomUUID(),
        request_id: draft.requestId,
        direction: 'out' as const,
        audience: draft.audience,
        author,
        author_name: draft.recipient,
        text: draft.text,
        source: draft.source,
        created_at: at.toISOString(),
        key: draft.key,
        destination: draft.destination === null ? null : JSON.stringify(draft.destination),
        card: draft.card === null ? null : JSON.stringify(draft.card),
      })),
    )
    .onConflict((conflict) => conflict.column('key').doNothing())
    .execute();
}

/**
 * Claims the oldest message of a request that is not sent, for one sender and `ttlMs`; `busy` where another sender
 * has it. An `attempts` above 1 means that it may have been sent already.
 */
export async function claimUnsent(
  db: Kysely<Database>,
  requestId: string,
  ttlMs: number,
): Promise<MessageRecord | 'busy' | null> {
  const claimed = await db
    .updateTable('messages')
    .set({
      claimed_until: sql`now() + ${ttlMs} * interval '1 millisecond'`,
      attempts: sql`attempts + 1`,
    })
    .where('ordinal', '=', (eb) =>
      eb
        .selectFrom('messages')
        .select('ordinal')
        .where('request_id', '=', requestId)
        .where('direction', '=', 'out')
        .where('sent_at', 'is', null)
        .where('undeliverable', 'is', null)
        .orderBy('ordinal')
        .limit(1),
    )
    .where(sql<boolean>`(claimed_until is null or claimed_until < now())`)
    .where('sent_at', 'is', null)
    .returningAll()
    .executeTakeFirst();
  if (claimed) return claimed;
  const waiting = await db
    .selectFrom('messages')
    .select('ordinal')
    .where('request_id', '=', requestId)
    .where('direction', '=', 'out')
    .where('sent_at', 'is', null)
    .where('undeliverable', 'is', null)
    .executeTakeFirst();
  return waiting ? 'busy' : null;
}

/** Records that a message was sent, or why it never can be. False where somebody else recorded it before. */
export async function settleMessage(
  db: Kysely<Database>,
  messageId: string,
  outcome: { at: Date; undeliverable: string | null; place: ChatPlace | null },
): Promise<boolean> {
  const row = await db
    .updateTable('messages')
    .set({
      claimed_until: null,
      sent_at: outcome.undeliverable === null ? outcome.at.toISOString() : null,
      undeliverable: outcome.undeliverable,
      place: outcome.place === null ? null : JSON.stringify(outcome.place),
    })
    .where('message_id', '=', messageId)
    .where('sent_at', 'is', null)
    .where('undeliverable', 'is', null)
    .returning('message_id')
    .executeTakeFirst();
  return row !== undefined;
}

/** Lets the next attempt begin at once, after one that is known to have failed. */
export async function releaseMessage(db: Kysely<Database>, messageId: string): Promise<void> {
  await db.updateTable('messages').set({ claimed_until: null }).where('message_id', '=', messageId).execute();
}

/** Ends the claims of senders that are known to be dead. */
export async function endClaims(db: Kysely<Database>): Promise<void> {
  await db
    .updateTable('messages')
    .set({ claimed_until: null })
    .where('claimed_until', 'is not', null)
    .where('sent_at', 'is', null)
    .execute();
}
