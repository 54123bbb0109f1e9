import type { Intent } from '../store/requests.ts';
import { actionWords, applyPlan, type OpenPlan, prepareChange, previousOwnerName } from './change-owners.ts';
import { recordFailure, recordRestlessRecord } from './hand-to-human.ts';
import { outcomeOf } from './judged-outcome.ts';
import { conclude, displayName } from './outcome.ts';
import { ownerChanged } from './outcome-replies.ts';
import { recordOutcome } from './record-outcome.ts';
import { maximumJudgements, type Run, spokenIn } from './run.ts';
import type { RunInput, RunResult } from './run-result.ts';
import { judgeRequest } from './workflow.ts';

/** Judges a request by what was said so far, and does or asks what follows from it. */
export async function judgeAndAct(run: Run): Promise<void> {
  for (let judgements = 1; ; judgements += 1) {
    const result = await judge(run);
    if (result.kind !== 'change') return recordOutcome(run, { outcome: outcomeOf(run.ground, result) });
    const { situation } = result;
    const planned = await prepareChange(run, result);
    if (planned) {
      const applied = await applyPlan(run, planned);
      if (applied.kind === 'done') return recordCorrection(run, planned.plan, applied.intents);
      if (applied.kind === 'failed')
        return recordFailure(run, { found: result, situation, problem: applied.problem, decision: null });
    }
    if (judgements >= maximumJudgements) return recordRestlessRecord(run, result);
  }
}

async function judge(run: Run): Promise<RunResult> {
  const { parts, leased, ground, trail, signal } = run;
  const spoken = spokenIn(leased.incoming);
  const result = await parts.tools.drive(judgeRequest(inputOf(run, spoken)), trail, signal);
  // Only the requester can take a request back.
  if (result.kind !== 'withdraw' || spoken.length < 2 || spoken.at(-1)?.author === ground.requester)
    return result;
  return parts.tools.drive(judgeRequest(inputOf(run, spoken.slice(0, -1))), trail, signal);
}

function inputOf({ parts, leased, ground, requester }: Run, messages: RunInput['messages']): RunInput {
  const { request, followed } = leased;
  return {
    now: parts.clock.now(),
    timeZone: parts.timeZone,
    crms: parts.crms(),
    people: ground.people,
    requester,
    request: {
      source: request.source,
      targetRecord: request.target_record,
      chosenPriority: request.chosen_priority,
      candidates: request.case_file?.candidates ?? [],
      earlierApprover: request.earlier_approver,
      earlierLead: followed,
    },
    messages,
  };
}

/** A correction that the agent decided and has written. */
export async function recordCorrection(run: Run, plan: OpenPlan, intents: readonly Intent[]): Promise<void> {
  const { people } = run.ground;
  const { owner, found } = plan;
  const outcome = conclude(run.ground, found, {
    status: 'Completed',
    decision: 'Approved',
    reason: null,
    nextOwner: owner,
    reply: ownerChanged({
      leadLabel: found.leadLabel ?? 'the lead',
      owner: displayName(people, owner),
      previous: previousOwnerName(people, intents),
      rule: found.rule,
      approvedBy: null,
    }),
    actionsTaken: intents.map(actionWords),
  });
  await recordOutcome(run, { outcome, corrections: { intents, reason: found.rationale } });
}
