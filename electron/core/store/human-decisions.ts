import type { Kysely } from 'kysely';
import type { HumanDecision } from './requests.ts';
import type { Database, HumanDecisionState } from './tables.ts';

/** A decision that was sent before under the same key, or undefined. */
export function findDecision(
  db: Kysely<Database>,
  idempotencyKey: string,
): Promise<HumanDecision | undefined> {
  return db
    .selectFrom('human_decisions')
    .selectAll()
    .where('idempotency_key', '=', idempotencyKey)
    .executeTakeFirst();
}

/** The latest decision on a request that stands: waiting to be applied, or applied. */
export function standingDecision(
  db: Kysely<Database>,
  requestId: string,
): Promise<HumanDecision | undefined> {
  return db
    .selectFrom('human_decisions')
    .selectAll()
    .where('request_id', '=', requestId)
    .where('state', 'in', ['pending', 'applied'])
    .orderBy('ordinal', 'desc')
    .limit(1)
    .executeTakeFirst();
}

export interface NewHumanDecision {
  idempotencyKey: string;
  requestId: string;
  actor: string;
  action: 'approve' | 'reject' | 'return';
  owner: string | null;
  note: string | null;
  seenVersion: number | null;
  /** Where it was made: `queue`, `slack`. */
  via: string;
}

/** Stores a decision, in the transaction that holds the request's row. */
export async function insertDecision(
  db: Kysely<Database>,
  decision: NewHumanDecision,
  at: Date,
): Promise<void> {
  await db
    .insertInto('human_decisions')
    .values({
      idempotency_key: decision.idempotencyKey,
      request_id: decision.requestId,
      actor: decision.actor,
      action: decision.action,
      owner: decision.owner,
      note: decision.note,
      seen_version: decision.seenVersion,
      via: decision.via,
      created_at: at.toISOString(),
    })
    .execute();
}

/** Says what became of a decision, in the transaction that records it. */
export async function settleDecision(
  db: Kysely<Database>,
  decision: HumanDecision,
  state: Exclude<HumanDecisionState, 'pending'>,
  at: Date,
): Promise<void> {
  await db
    .updateTable('human_decisions')
    .set({ state, finished_at: at.toISOString() })
    .where('ordinal', '=', decision.ordinal)
    .where('state', '=', 'pending')
    .execute();
}
