import { type Kysely, sql } from 'kysely';
import type { ChatPlace } from '../../../shared/model/chat.ts';
import type { DecisionCard } from '../../../shared/model/decision-card.ts';
import type { HumanDecision, RequestRecord } from './requests.ts';
import type { Database } from './tables.ts';

/** A card whose buttons are still there although nothing is to be decided on it any more. */
export interface OvertakenCard {
  messageId: string;
  source: 'slack' | 'teams';
  place: ChatPlace;
  card: DecisionCard;
}

/** What became of the request of a card. */
export interface CardRequest
  extends Pick<RequestRecord, 'status' | 'reason' | 'escalated_version' | 'approver' | 'requester'> {
  decision: Pick<HumanDecision, 'actor' | 'action' | 'owner' | 'note' | 'created_at'> | null;
}

/** Cards with buttons of a request that is not escalated any more, or is under another version. */
export async function listOvertakenCards(db: Kysely<Database>, requestId: string): Promise<OvertakenCard[]> {
  const rows = await db
    .selectFrom('messages as m')
    .innerJoin('requests as r', 'r.request_id', 'm.request_id')
    .select(['m.message_id', 'm.source', 'm.place', 'm.card'])
    .where('m.request_id', '=', requestId)
    .where('m.card', 'is not', null)
    .where('m.place', 'is not', null)
    .where('m.card_settled_at', 'is', null)
    .where(sql<boolean>`(r.status <> 'Escalated' or (m.card ->> 'version')::bigint < r.escalated_version)`)
    .orderBy('m.ordinal')
    .execute();
  return rows.flatMap(({ message_id: messageId, source, place, card }) =>
    place === null || card === null
      ? []
      : [{ messageId, source: source === 'teams' ? ('teams' as const) : ('slack' as const), place, card }],
  );
}

/** The request and the decision that was applied to it last, if a human made one. */
export async function readCardRequest(
  db: Kysely<Database>,
  requestId: string,
): Promise<CardRequest | undefined> {
  const request = await db
    .selectFrom('requests')
    .select(['status', 'reason', 'escalated_version', 'approver', 'requester'])
    .where('request_id', '=', requestId)
    .executeTakeFirst();
  if (!request) return undefined;
  const decision = await db
    .selectFrom('human_decisions')
    .select(['actor', 'action', 'owner', 'note', 'created_at'])
    .where('request_id', '=', requestId)
    .where('state', '=', 'applied')
    .orderBy('ordinal', 'desc')
    .limit(1)
    .executeTakeFirst();
  return { ...request, decision: decision ?? null };
}

/** Notes that a card's buttons are gone, or that they can never be taken away. */
export async function noteCardSettled(db: Kysely<Database>, messageId: string, at: Date): Promise<void> {
  await db
    .updateTable('messages')
    .set({ card_settled_at: at.toISOString() })
    .where('message_id', '=', messageId)
    .where('card_settled_at', 'is', null)
    .execute();
}
