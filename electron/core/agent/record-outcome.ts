import type { Kysely } from 'kysely';
import type { NewAuditEvent } from '../../../shared/model/audit.ts';
import { agentName } from '../../../shared/model/request.ts';
import type { Queues } from '../automations/queues.ts';
import { unansweredAfterMs } from '../automations/queues.ts';
import { appendAudit } from '../store/audit.ts';
import { settleDecision } from '../store/human-decisions.ts';
import { abandonIntents, finishIntents } from '../store/intents.ts';
import type { Jobs } from '../store/jobs.ts';
import { insertOutgoing, type OutgoingDraft } from '../store/messages.ts';
import {
  type HumanDecision,
  type Intent,
  type Lease,
  type RequestRecord,
  updateUnderLease,
} from '../store/requests.ts';
import { insertRoutingAudit } from '../store/routing-audit.ts';
import type { Database, HumanDecisionState } from '../store/tables.ts';
import { agentEvent, isFinal, type Outcome, outputOf } from './outcome.ts';
import type { Trail } from './tools.ts';

export interface Recording {
  lease: Lease;
  request: RequestRecord;
  outcome: Outcome;
  trail: Trail;
  at: Date;
  /** The last message that the run has read. */
  readThrough: number;
  /** Known by now, where intake knew only a chat's user id. */
  requester: string | null;
  /** Owners that were changed, with why. */
  corrections: { intents: readonly Intent[]; reason: string } | null;
  /** What became of the human's decision that the run was about. */
  settles: { decision: HumanDecision; state: Exclude<HumanDecisionState, 'pending'> } | null;
}

export const toolCallEvents = (requestId: string, trail: Trail): NewAuditEvent[] =>
  trail.calls.map((call) => agentEvent(requestId, 'Tool Call', { ...call }));

/** One above whatever is stored: a message or a reminder may have come between the lease and now. */
async function versionToRecord(db: Kysely<Database>, request: RequestRecord): Promise<number> {
  const { version } = await db
    .selectFrom('requests')
    .select('version')
    .where('request_id', '=', request.request_id)
    .forUpdate()
    .executeTakeFirstOrThrow();
  return version + 1;
}

/** A card carries the version that it is recorded under, by which its buttons are known to be current. */
const withCardOf =
  (version: number) =>
  (draft: OutgoingDraft): OutgoingDraft =>
    draft.card === null ? draft : { ...draft, card: { ...draft.card, version } };

/**
 * Records everything that a run came to, in the caller's transaction, with the jobs that follow from it. Throws
 * `lease_lost`, and so undoes all of it, where another runner has taken the request over.
 */
export async function recordOutcome(
  db: Kysely<Database>,
  jobs: Pick<Jobs<Queues>, 'enqueue'>,
  recording: Recording,
): Promise<void> {
  const { lease, request, outcome, trail, at, corrections, settles } = recording;
  const requestId = request.request_id;
  const version = await versionToRecord(db, request);
  const { escalation } = outcome;
  const isEscalated = outcome.status === 'Escalated';
  const windowMs = escalation?.windowMs ?? null;
  const isOver = isFinal(outcome.status);
  const now = at.toISOString();

  await updateUnderLease(db, lease, {
    requester: recording.requester,
    status: outcome.status,
    decision: outcome.decision,
    reason: outcome.reason,
    rationale: outcome.rationale,
    current_owner: outcome.nextOwner,
    next_owner: outcome.nextOwner,
    priority: outcome.priority,
    rule: outcome.rule,
    policy: outcome.policy,
    lead_label: outcome.leadLabel,
    target_record: request.target_record ?? outcome.caseFile.target?.id ?? null,
    target_system_or_record: request.target_system_or_record ?? outcome.caseFile.target?.system ?? null,
    case_file: JSON.stringify(outcome.caseFile),
    output: JSON.stringify(outputOf(requestId, outcome)),
    ...(isEscalated
      ? {
          approver: escalation?.approver ?? null,
          delegate: escalation?.delegate ?? null,
          escalated_version: version,
          review_window_ms: windowMs,
          due_at: windowMs === null ? null : new Date(at.getTime() + windowMs).toISOString(),
          reminders: 0,
        }
      : { due_at: null }),
    // The case goes to the same approver again, whatever the answer makes of it.
    ...(outcome.reason === 'returned' ? { earlier_approver: request.approver } : {}),
    is_overdue: false,
    closed_at: isOver ? now : null,
    updated_at: now,
    version,
    read_through: recording.readThrough,
    open_plan: null,
    lease_until: null,
    lease_holder: null,
  });
  if (corrections) {
    const { intents, reason } = corrections;
    await insertRoutingAudit(db, intents, { rule: outcome.rule, reason, at });
    await finishIntents(
      db,
      intents.map(({ intent_id }) => intent_id),
      { state: 'done', at },
    );
  }
  if (settles) await settleDecision(db, settles.decision, settles.state, at);
  await abandonIntents(db, requestId, at);
  await insertOutgoing(db, outcome.outgoing.map(withCardOf(version)), agentName, at);

  if (isOver) await jobs.enqueue(db, 'close-request', { requestId }, { key: requestId });
  else if (outcome.outgoing.length > 0)
    await jobs.enqueue(db, 'deliver-messages', { requestId }, { key: requestId });
  if (isEscalated && windowMs !== null)
    await jobs.enqueue(
      db,
      'escalation-reminder',
      { requestId, escalatedVersion: version },
      { startAfterMs: windowMs },
    );
  if (outcome.status === 'Waiting')
    await jobs.enqueue(db, 'close-unanswered', { requestId, version }, { startAfterMs: unansweredAfterMs });

  await appendAudit(db, [...toolCallEvents(requestId, trail), ...outcome.events], at);
}
