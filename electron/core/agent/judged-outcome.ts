import { conclude, displayName, escalate, type Ground, type Outcome } from './outcome.ts';
import { alreadyRight } from './outcome-replies.ts';
import { withdrawn } from './replies.ts';
import type { RunResult } from './run-result.ts';

/** What a judgement makes of a request, where nothing has to be written for it. */
export function outcomeOf(ground: Ground, result: Exclude<RunResult, { kind: 'change' }>): Outcome {
  switch (result.kind) {
    case 'withdraw':
      return conclude(ground, result, {
        status: 'Closed',
        decision: 'Cancelled',
        reason: 'withdrawn',
        nextOwner: null,
        reply: withdrawn,
        actionsTaken: ['Closed the request, which the requester withdrew'],
      });
    case 'reject':
      return conclude(ground, result, {
        status: 'Rejected',
        decision: 'Rejected',
        reason: result.reason,
        nextOwner: ground.requester,
        reply: result.reply,
        actionsTaken: [`Rejected the request (${result.reason})`],
      });
    case 'wait':
      return conclude(ground, result, {
        status: 'Waiting',
        decision: null,
        reason: result.reason,
        nextOwner: ground.requester,
        reply: result.reply,
        actionsTaken: [`Asked the requester (${result.reason})`],
      });
    case 'complete':
      return conclude(ground, result, {
        status: 'Completed',
        decision: 'Approved',
        reason: null,
        nextOwner: result.owner,
        reply: alreadyRight({
          leadLabel: result.leadLabel ?? 'The lead',
          owner: displayName(ground.people, result.owner),
          rule: result.rule,
        }),
        actionsTaken: ['Found the lead with its rightful owner and changed nothing'],
      });
    case 'escalate':
      return escalate(ground, result, {
        reason: result.reason,
        responsible: result.responsible,
        tellsRequester: true,
      });
  }
}
