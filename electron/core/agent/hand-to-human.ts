import type { EscalationReason } from '../../../shared/model/request.ts';
import { sentence } from '../../../shared/model/sentence.ts';
import { type Responsible, responsibleFor } from '../policy/approver.ts';
import type { Situation } from '../policy/situation.ts';
import { readRoutingForPeople } from '../store/approver-groups.ts';
import type { HumanDecision } from '../store/requests.ts';
import { escalate, type Found, humanEvent, responsibleAsBefore } from './outcome.ts';
import { recordOutcome } from './record-outcome.ts';
import { maximumJudgements, type Run } from './run.ts';
import type { RunResult } from './run-result.ts';

/** Cases that a human gets although the rules did not ask for one: the agent could not carry them through. */

/** Who decides a case that the agent had decided already, or could not look at. */
async function responsibleIn(
  { parts, leased, ground }: Run,
  reason: EscalationReason,
  situation: Situation | null,
): Promise<Responsible | null> {
  const { request } = leased;
  const facts = situation?.facts ?? request.case_file?.facts;
  const country = facts?.country.value ?? null;
  const routing =
    situation?.routing ?? (await readRoutingForPeople(parts.db.kysely, parts.clock.now())).routing;
  return responsibleFor({
    reason,
    country: typeof country === 'string' ? country : null,
    accountOwner: situation?.account?.owner ?? null,
    requester: ground.requester,
    earlierApprover: request.earlier_approver,
    escalationOwners: routing.escalation_owners,
    people: ground.people,
    pageWindowMs: situation?.settings?.reviewWindow?.parsed ?? null,
  });
}

export interface Failure {
  found: Found;
  situation: Situation | null;
  problem: string;
  /** The human's decision that could not be applied, or null where the agent had decided. */
  decision: HumanDecision | null;
}

/**
 * A write that was refused, or a system that could not be reached: a human decides, with the vendor's own words. Where
 * a human's decision could not be applied it is back with the same approver.
 */
export async function recordFailure(run: Run, failure: Failure): Promise<void> {
  const { found, situation, decision } = failure;
  const problem = sentence(failure.problem);
  // The same failure again is said once.
  const rationale = found.rationale.startsWith(problem)
    ? found.rationale
    : `${problem} ${found.rationale}`.trim();
  const outcome = escalate(
    run.ground,
    { ...found, rationale },
    {
      reason: 'tool_failure',
      responsible: decision
        ? responsibleAsBefore(run.leased.request)
        : await responsibleIn(run, 'tool_failure', situation),
      tellsRequester: decision === null,
    },
  );
  if (!decision) return recordOutcome(run, { outcome });
  outcome.events.unshift(humanEvent(decision, 'Message', { not_applied: problem }));
  return recordOutcome(run, { outcome, settles: { decision, state: 'failed' } });
}

/** A record that somebody else changed each time before the agent could. */
export async function recordRestlessRecord(
  run: Run,
  result: Extract<RunResult, { kind: 'change' }>,
): Promise<void> {
  const rationale = `The record kept changing while the case was judged, ${maximumJudgements} times in a row. ${result.rationale}`;
  const outcome = escalate(
    run.ground,
    { ...result, rationale },
    {
      reason: 'data_conflict',
      responsible: await responsibleIn(run, 'data_conflict', result.situation),
      tellsRequester: true,
    },
  );
  await recordOutcome(run, { outcome });
}
