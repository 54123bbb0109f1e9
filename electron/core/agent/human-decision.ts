import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import type { ChatDestination } from '../../../shared/model/decision-card.ts';
import { AppError } from '../../../shared/model/errors.ts';
import type { Person } from '../../../shared/model/person.ts';
import { agentName } from '../../../shared/model/request.ts';
import { storableText } from '../automations/create-request.ts';
import type { Queues } from '../automations/queues.ts';
import { whyMayNotDecide } from '../policy/approver.ts';
import type { Clock } from '../ports.ts';
import { appendAudit } from '../store/audit.ts';
import type { Db } from '../store/db.ts';
import { findDecision, insertDecision, standingDecision } from '../store/human-decisions.ts';
import type { Jobs } from '../store/jobs.ts';
import { insertOutgoing } from '../store/messages.ts';
import { findPerson } from '../store/people.ts';
import { holdRequest } from '../store/requests.ts';
import { noteEvent, requestOfEvent } from '../store/seen-events.ts';
import type { Database } from '../store/tables.ts';

export interface DecisionAttempt {
  requestId: string;
  /** Null where the person who tries is not known to us; `actorName` then says who it was. */
  actor: Person | null;
  actorName: string;
  action: 'approve' | 'reject' | 'return';
  owner: string | null;
  note: string | null;
  /** The version that they saw; null where the way they decide does not carry one. */
  version: number | null;
  idempotencyKey: string;
  via: 'queue' | 'slack' | 'teams';
  /** Where somebody who decides in chat is told that it does not stand; null where they see it at once. */
  chat: ChatDestination | null;
  /** By what intake knows the message that said so; noted with the decision, so that it is taken in once. */
  eventKeys?: readonly string[];
}

export interface HumanDecisionOptions {
  db: Db;
  jobs: Pick<Jobs<Queues>, 'enqueue'>;
  clock: Clock;
}

const refusedBefore =
  'This attempt was refused when it was made. Look at the present state and decide again.';
const decided = { approve: 'approved', reject: 'rejected', return: 'returned' } as const;

async function whoWasFirst(db: Kysely<Database>, requestId: string): Promise<string> {
  const standing = await standingDecision(db, requestId);
  if (!standing) return '';
  const name = (await findPerson(db, standing.actor))?.name ?? standing.actor;
  const owner = standing.action === 'approve' && standing.owner !== null ? ` (${standing.owner})` : '';
  return ` ${name} has ${decided[standing.action]} it already${owner}.`;
}

/** Why an attempt cannot stand, or null. Runs while the request's row is held. */
async function refusalOf(db: Kysely<Database>, attempt: DecisionAttempt): Promise<AppError | null> {
  const { requestId, actor, action, owner, version } = attempt;
  const request = await db
    .selectFrom('requests')
    .select(['status', 'requester', 'approver', 'delegate', 'case_file', 'escalated_version'])
    .where('request_id', '=', requestId)
    .forUpdate()
    .executeTakeFirst();
  if (!request) return new AppError('not_found', `There is no request ${requestId}. Check the number.`);
  const { requester, approver, delegate } = request;
  const because = whyMayNotDecide({ actor, requester, approver, delegate });
  if (because !== null) return new AppError('forbidden', because);
  const pending = await db
    .selectFrom('human_decisions')
    .select('ordinal')
    .where('request_id', '=', requestId)
    .where('state', '=', 'pending')
    .executeTakeFirst();
  if (request.status !== 'Escalated' || pending)
    return new AppError(
      'superseded',
      `${requestId} no longer waits for a decision.${await whoWasFirst(db, requestId)} Yours was not applied.`,
    );
  if (version !== null && request.escalated_version !== null && version < request.escalated_version)
    return new AppError(
      'superseded',
      `${requestId} has changed since you opened it. Look at its present state and decide again.`,
    );
  if (action === 'approve' && owner === null && !request.case_file?.proposal)
    return new AppError(
      'owner_required',
      `There is no proposal for ${requestId}, so an approval has to name the new owner. Choose one and approve again.`,
    );
  return null;
}

/** Whether a decision with this key is stored; waits for a transaction that is storing one on the same request. */
export async function hasDecision(
  tx: Kysely<Database>,
  { requestId, idempotencyKey }: Pick<DecisionAttempt, 'requestId' | 'idempotencyKey'>,
): Promise<boolean> {
  await holdRequest(tx, requestId);
  return (await findDecision(tx, idempotencyKey)) !== undefined;
}

/** How a refused attempt is known again: the vendor may deliver it more than once. */
const attemptKey = ({ idempotencyKey }: DecisionAttempt): string => `attempt ${idempotencyKey}`;
const attemptSource = ({ via }: DecisionAttempt) => (via === 'queue' ? ('form' as const) : via);

/**
 * A refused attempt is on record, and whoever made it in chat is told. Once the closing event is written nothing
 * follows it: then they are only told.
 */
async function recordRefusal(
  tx: Kysely<Database>,
  { jobs }: HumanDecisionOptions,
  attempt: DecisionAttempt,
  refusal: { error: AppError; at: Date },
): Promise<void> {
  const { requestId, actor, actorName, action, owner, note, via, chat, idempotencyKey } = attempt;
  const { error, at } = refusal;
  if (error.code === 'not_found') return;
  const source = attemptSource(attempt);
  const keys = [attemptKey(attempt), ...(attempt.eventKeys ?? [])];
  await noteEvent(tx, { source, keys, requestId, at });
  if (chat !== null) {
    const draft = {
      requestId,
      key: `${requestId}:refused:${idempotencyKey}`,
      audience: 'approver' as const,
      recipient: actor?.email ?? actorName,
      source,
      text: error.message,
      destination: chat,
      card: null,
    };
    await insertOutgoing(tx, [draft], agentName, at);
    await jobs.enqueue(tx, 'deliver-messages', { requestId }, { key: requestId });
  }
  if ((await holdRequest(tx, requestId))?.isClosed) return;
  const event = {
    request_id: requestId,
    actor: actor?.email ?? actorName,
    event_type: 'Message' as const,
    details: { refused_attempt: action, owner, note, via, code: error.code, because: error.message },
  };
  await appendAudit(tx, [event], at);
}

/**
 * Stores a human's decision and has the agent apply it. The first that gets here stands. Throws `forbidden` for
 * somebody who may not decide (audited), `superseded` for one that comes too late, `owner_required` for an approval
 * without an owner where nothing is proposed, `not_found` for an unknown request. The same key twice counts once.
 */
export async function submitDecision(options: HumanDecisionOptions, attempt: DecisionAttempt): Promise<void> {
  const { db, jobs, clock } = options;
  const { requestId, actor, action, version, idempotencyKey, via } = attempt;
  const note = attempt.note?.trim() ? storableText(attempt.note.trim()) : null;
  const owner = attempt.owner?.toLowerCase() ?? null;
  const refusal = await db.transaction(async (tx) => {
    const error = await refusalOf(tx, attempt);
    // Known only now that the request is held: the same press may come twice side by side.
    if (await findDecision(tx, idempotencyKey)) return null;
    if (await requestOfEvent(tx, attemptSource(attempt), [attemptKey(attempt)]))
      return error ?? new AppError('superseded', refusedBefore);
    const at = clock.now();
    if (error) {
      await recordRefusal(tx, options, { ...attempt, owner, note }, { error, at });
      return error;
    }
    if (!actor) throw new Error('Somebody unknown may not decide, and yet was let through');
    const decision = { idempotencyKey, requestId, actor: actor.email, action, owner, note, via };
    await insertDecision(tx, { ...decision, seenVersion: version }, at);
    const { eventKeys: keys = [] } = attempt;
    if (keys.length > 0) await noteEvent(tx, { source: attemptSource(attempt), keys, requestId, at });
    await tx
      .updateTable('requests')
      .set({ version: sql`version + 1`, updated_at: at.toISOString() })
      .where('request_id', '=', requestId)
      .execute();
    await jobs.enqueue(tx, 'invoke-agent', { requestId }, { key: requestId, priority: 1 });
    return null;
  });
  if (refusal) throw refusal;
}
