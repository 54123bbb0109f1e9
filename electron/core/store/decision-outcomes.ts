import { type Kysely, sql } from 'kysely';
import type { DecisionName, FactValueChange } from '../../../shared/model/request.ts';
import type { OutboxItem } from '../../../shared/model/sync.ts';
import { standingDecision } from './human-decisions.ts';
import type { Database, HumanDecisionState } from './tables.ts';

/** What became of a decision that was accepted. */
export interface DecisionOutcome {
  state: HumanDecisionState;
  /** Why it was not applied, as the agent recorded it; null where it was, or may still be. */
  because: string | null;
  now: OutboxItem['now'];
  /** The facts that were shown with one value and had another when it was to be applied. */
  changed: FactValueChange[];
}

const decisionNames: Readonly<Record<'approve' | 'reject' | 'return', DecisionName | null>> = {
  approve: 'Approved',
  reject: 'Rejected',
  return: null,
};

/** How a request is and who decided it last; null where it is not there. */
export async function presentState(db: Kysely<Database>, requestId: string): Promise<OutboxItem['now']> {
  const request = await db
    .selectFrom('requests')
    .select(['status', 'version', 'decision'])
    .where('request_id', '=', requestId)
    .executeTakeFirst();
  if (!request) return null;
  const standing = await standingDecision(db, requestId);
  return {
    ...request,
    decision: standing ? decisionNames[standing.action] : request.decision,
    decided_by: standing?.actor ?? null,
    decided_at: standing?.created_at ?? null,
  };
}

interface NotApplied {
  not_applied: string;
  changed?: FactValueChange[];
}

/** What the agent recorded when it could not apply a decision, in the transaction that settled it. */
async function whyNotApplied(
  db: Kysely<Database>,
  decision: { request_id: string; actor: string; finished_at: string | null },
): Promise<NotApplied | null> {
  const event = await db
    .selectFrom('audit_log')
    .select(sql<NotApplied>`details`.as('details'))
    .where('request_id', '=', decision.request_id)
    .where('actor', '=', decision.actor)
    .where('event_type', '=', 'Message')
    .where('created_at', '=', decision.finished_at ?? '')
    .where(sql<boolean>`details ->> 'not_applied' is not null`)
    .orderBy('ordinal', 'desc')
    .limit(1)
    .executeTakeFirst();
  return event?.details ?? null;
}

/** What became of decisions, by their keys; a key that the store does not know is not in the map. */
export async function decisionOutcomes(
  db: Kysely<Database>,
  idempotencyKeys: readonly string[],
): Promise<Map<string, DecisionOutcome>> {
  const rows = await db
    .selectFrom('human_decisions')
    .select(['idempotency_key', 'request_id', 'actor', 'state', 'finished_at'])
    .where(sql<boolean>`idempotency_key = any(${[...idempotencyKeys]})`)
    .execute();
  const outcomes = new Map<string, DecisionOutcome>();
  for (const { idempotency_key: key, state, ...decision } of rows) {
    const isOpenOrDone = state === 'pending' || state === 'applied';
    const why = isOpenOrDone ? null : await whyNotApplied(db, decision);
    outcomes.set(key, {
      state,
      because: why?.not_applied ?? null,
      now: isOpenOrDone ? null : await presentState(db, decision.request_id),
      changed: why?.changed ?? [],
    });
  }
  return outcomes;
}
