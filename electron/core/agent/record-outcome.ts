import type { Kysely } from 'kysely';
import type { NewAuditEvent } from '../../../shared/model/audit.ts';
import { AppError } from '../../../shared/model/errors.ts';
import { agentName } from '../../../shared/model/request.ts';
import { unansweredAfterMs } from '../automations/queues.ts';
import { appendAudit } from '../store/audit.ts';
import { settleDecision } from '../store/human-decisions.ts';
import { abandonIntents, finishIntents } from '../store/intents.ts';
import { insertOutgoing, type OutgoingDraft } from '../store/messages.ts';
import {
  type HumanDecision,
  hasUnread,
  type Intent,
  type RequestRecord,
  updateUnderLease,
} from '../store/requests.ts';
import { insertRoutingAudit } from '../store/routing-audit.ts';
import type { Database, HumanDecisionState } from '../store/tables.ts';
import { agentEvent, isFinal, type Outcome, outputOf } from './outcome.ts';
import type { Run, RunParts } from './run.ts';
import type { Trail } from './tools.ts';

/** What of a run its recording needs. */
export type RecordedRun = Pick<Run, 'leased' | 'trail' | 'readThrough'> & {
  ground: Pick<Run['ground'], 'requester'>;
  parts: Pick<RunParts, 'db' | 'jobs' | 'clock' | 'log' | 'crashPoint'>;
};

/** What a run came to. */
export interface Recording {
  outcome: Outcome;
  /** Owners that were changed, with why. */
  corrections?: { intents: readonly Intent[]; reason: string };
  /** What became of the human's decision that the run was about. */
  settles?: { decision: HumanDecision; state: Exclude<HumanDecisionState, 'pending'> };
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
 * Records everything that a run came to, in one transaction, with the jobs that follow from it. Throws `lease_lost`, and
 * so undoes all of it, where another runner has taken the request over; `vendor_busy` where the case has to be judged
 * again, because something was said meanwhile.
 */
export async function recordOutcome(run: RecordedRun, recording: Recording): Promise<void> {
  const { parts, leased, readThrough } = run;
  const { outcome, corrections, settles } = recording;
  await parts.db.transaction(async (tx) => {
    // Nothing is written yet, so a message that came in meanwhile is heard before the case is closed.
    if (!corrections && !settles && (await hasUnread(tx, leased.lease, readThrough)))
      throw new AppError('vendor_busy', 'A message came in while the case was judged; it is judged again.');
    await writeRecording(tx, run, recording);
  });
  const { status, reason } = outcome;
  parts.log.info({ requestId: leased.request.request_id, status, reason }, 'A run was recorded');
  parts.crashPoint('after_audit');
}

async function writeRecording(db: Kysely<Database>, run: RecordedRun, recording: Recording): Promise<void> {
  const { leased, ground, trail, readThrough } = run;
  const { request, lease } = leased;
  const { jobs } = run.parts;
  const { outcome, corrections, settles } = recording;
  const at = run.parts.clock.now();
  const requestId = request.request_id;
  const version = await versionToRecord(db, request);
  const { escalation } = outcome;
  const isEscalated = outcome.status === 'Escalated';
  const windowMs = escalation?.windowMs ?? null;
  const isOver = isFinal(outcome.status);
  const now = at.toISOString();

  await updateUnderLease(db, lease, {
    requester: ground.requester,
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
    read_through: readThrough,
    open_plan: null,
    lease_until: null,
    lease_holder: null,
  });
  if (corrections) {
    const { intents, reason } = corrections;
    await insertRoutingAudit(db, intents, { rule: outcome.rule, reason, at });
    await finishIntents(db, intents, at);
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
