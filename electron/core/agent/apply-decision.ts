import { agentName } from '../../../shared/model/request.ts';
import { sentence } from '../../../shared/model/sentence.ts';
import { appendAudit } from '../store/audit.ts';
import { settleDecision } from '../store/human-decisions.ts';
import { insertOutgoing } from '../store/messages.ts';
import { type HumanDecision, type Intent, updateUnderLease } from '../store/requests.ts';
import { actionWords, applyPlan, type OpenPlan, previousOwnerName, storePlan } from './change-owners.ts';
import { recordFailure } from './hand-to-human.ts';
import {
  displayName,
  escalate,
  type Found,
  humanEvent,
  messageToApprover,
  nextVersion,
  type Outcome,
  replyToRequester,
  responsibleAsBefore,
} from './outcome.ts';
import {
  approvedUnchanged,
  askedBack,
  decisionNotApplied,
  ownerChanged,
  rejectedBy,
} from './outcome-replies.ts';
import { type Recheck, recheckApproval } from './recheck-approval.ts';
import { recordOutcome, toolCallEvents } from './record-outcome.ts';
import { leadLabel } from './replies.ts';
import { foundSoFar, maximumJudgements, type Run, spokenIn } from './run.ts';

/** Applies what a human decided on an escalated case. */
export function applyDecision(run: Run, decision: HumanDecision): Promise<void> {
  switch (decision.action) {
    case 'approve':
      return approve(run, decision);
    case 'reject':
      return reject(run, decision);
    case 'return':
      return sendBack(run, decision);
  }
}

const noteOf = ({ note }: HumanDecision): string => (note === null ? '' : `: ${note}`);

async function reject(run: Run, decision: HumanDecision): Promise<void> {
  const { ground } = run;
  const by = displayName(ground.people, decision.actor);
  const found = foundSoFar(run);
  const outcome: Outcome = {
    ...found,
    status: 'Rejected',
    decision: 'Rejected',
    reason: 'rejected_by_approver',
    rationale: `${sentence(`${by} rejected it${noteOf(decision)}`)} ${found.rationale}`.trim(),
    nextOwner: ground.requester,
    actionsTaken: [`Recorded the rejection by ${decision.actor}`],
    events: [humanEvent(decision, 'Rejection', {})],
    outgoing: [replyToRequester(ground, rejectedBy(by, decision.note))],
    escalation: null,
  };
  await recordOutcome(run, { outcome, settles: { decision, state: 'applied' } });
}

async function sendBack(run: Run, decision: HumanDecision): Promise<void> {
  const { ground } = run;
  const by = displayName(ground.people, decision.actor);
  const outcome: Outcome = {
    ...foundSoFar(run),
    status: 'Waiting',
    decision: null,
    reason: 'returned',
    rationale: sentence(
      `${by} asks the requester${decision.note === null ? ' for more information' : noteOf(decision)}`,
    ),
    nextOwner: ground.requester,
    actionsTaken: [`Asked the requester what ${decision.actor} wants to know`],
    events: [humanEvent(decision, 'Message', { returned: true })],
    outgoing: [replyToRequester(ground, askedBack(by, decision.note))],
    escalation: null,
  };
  await recordOutcome(run, { outcome, settles: { decision, state: 'applied' } });
}

// ── approving ──────────────────────────────────────────────────────────────────────────────────────────────────

async function approve(run: Run, decision: HumanDecision): Promise<void> {
  const found = foundSoFar(run);
  const owner = decision.owner ?? found.caseFile.proposal?.owner ?? null;
  if (owner === null)
    return refuseApproval(run, decision, 'The approval names no owner, and nothing was proposed.');
  for (let checks = 1; ; checks += 1) {
    const check = await recheck(run, owner);
    if (check.kind === 'impossible') return refuseApproval(run, decision, check.problem);
    if (check.kind === 'unreachable') {
      const problem = `The approval could not be applied: ${check.problem}`;
      return recordFailure(run, { found, situation: null, problem, decision });
    }
    if (check.kind === 'stale') return recordStaleApproval(run, decision, check);
    const { changes, situation } = check;
    const plan: OpenPlan = { owner, found, readThrough: run.readThrough, decision: decision.ordinal };
    const planned = await run.parts.db.transaction((tx) => storePlan(tx, run, { plan, changes }));
    const applied = await applyPlan(run, planned);
    if (applied.kind === 'done') return recordApproval(run, decision, { plan, intents: applied.intents });
    if (applied.kind === 'failed')
      return recordFailure(run, { found, situation, problem: applied.problem, decision });
    // The record changed between the check and the write: the next check finds what, or nothing that matters.
    if (checks >= maximumJudgements) {
      const problem = 'The record kept changing while the approval was being applied.';
      return recordFailure(run, { found, situation, problem, decision });
    }
  }
}

function recheck(run: Run, owner: string): Promise<Recheck> {
  const { parts, leased, requester, ground, trail, signal } = run;
  const steps = recheckApproval({
    now: parts.clock.now(),
    timeZone: parts.timeZone,
    crms: parts.crms(),
    people: ground.people,
    messages: spokenIn(leased.incoming),
    caseFile: foundSoFar(run).caseFile,
    requester,
    targetRecord: leased.request.target_record,
    owner,
  });
  return parts.tools.drive(steps, trail, signal);
}

/** What the approval rested on has changed: the approver decides again, on the case as it is now. */
async function recordStaleApproval(
  run: Run,
  decision: HumanDecision,
  check: Extract<Recheck, { kind: 'stale' }>,
): Promise<void> {
  const found = foundSoFar(run);
  const { caseFile, rationale } = check;
  const rules = check.situation?.rules;
  const isGiven = rules?.kind === 'owner' || rules?.kind === 'pool';
  const policy = caseFile.quotes.map(({ pageId, version }) => `${pageId}@${version}`);
  const stale: Found = {
    ...found,
    caseFile,
    rationale,
    rule: isGiven ? rules.ruleId : null,
    policy: policy.length > 0 ? policy : found.policy,
    leadLabel: caseFile.target ? leadLabel(caseFile.target) : found.leadLabel,
  };
  const outcome = escalate(run.ground, stale, {
    reason: 'stale_decision',
    responsible: responsibleAsBefore(run.leased.request),
    tellsRequester: false,
  });
  outcome.events.unshift(
    humanEvent(decision, 'Message', { not_applied: 'stale_decision', changed: check.changed }),
  );
  await recordOutcome(run, { outcome, settles: { decision, state: 'stale' } });
}

/** An approval that was carried out: the owners are changed, or were right already. */
export async function recordApproval(
  run: Run,
  decision: HumanDecision,
  { plan, intents }: { plan: OpenPlan; intents: readonly Intent[] },
): Promise<void> {
  const { leased, ground } = run;
  const { people } = ground;
  const { owner, found } = plan;
  const by = displayName(people, decision.actor);
  const label = found.leadLabel ?? 'the lead';
  const names = { leadLabel: label, owner: displayName(people, owner), approvedBy: by };
  const reply =
    intents.length === 0
      ? approvedUnchanged(names)
      : ownerChanged({ ...names, previous: previousOwnerName(people, intents), rule: found.rule });
  const words = sentence(`${by} approved ${owner}${noteOf(decision)}`);
  const outcome: Outcome = {
    ...found,
    status: 'Completed',
    decision: 'Approved',
    reason: null,
    rationale: `${words} ${found.rationale}`.trim(),
    nextOwner: owner,
    actionsTaken: [`Recorded the approval by ${decision.actor}`, ...intents.map(actionWords)],
    events: [humanEvent(decision, 'Approval', { owner })],
    outgoing: [replyToRequester(ground, reply)],
    escalation: null,
  };
  const reason = `${words} Escalated as ${leased.request.reason ?? 'exception'}.`;
  await recordOutcome(run, {
    outcome,
    corrections: { intents, reason },
    settles: { decision, state: 'applied' },
  });
}

/** An approval that cannot be carried out as it is: the case stays with the approver, who is told why. */
async function refuseApproval(run: Run, decision: HumanDecision, problem: string): Promise<void> {
  const { parts, leased, ground, trail, readThrough } = run;
  const { request, lease } = leased;
  const requestId = request.request_id;
  const at = parts.clock.now();
  const text = decisionNotApplied(problem);
  const message = messageToApprover(ground, { to: decision.actor, what: 'not-applied', text, card: null });
  await parts.db.transaction(async (tx) => {
    await updateUnderLease(tx, lease, {
      version: nextVersion(request),
      updated_at: at.toISOString(),
      read_through: readThrough,
      lease_until: null,
      lease_holder: null,
    });
    await settleDecision(tx, decision, 'impossible', at);
    await insertOutgoing(tx, [message], agentName, at);
    await parts.jobs.enqueue(tx, 'deliver-messages', { requestId }, { key: requestId });
    const event = humanEvent(decision, 'Message', { not_applied: problem });
    await appendAudit(tx, [...toolCallEvents(requestId, trail), event], at);
  });
}
