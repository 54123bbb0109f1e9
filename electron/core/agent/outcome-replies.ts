import type { Reason } from '../../../shared/model/request.ts';
import { sentence } from '../../../shared/model/sentence.ts';
import { reasonWords } from './replies.ts';

/** What requesters and approvers are told once something was decided. Names are display names. */

export const alreadyRight = (result: { leadLabel: string; owner: string; rule: string | null }): string =>
  `${result.leadLabel} is already with ${result.owner}${result.rule === null ? '' : `, as rule ${result.rule} wants`}. Nothing had to be changed.`;

export function ownerChanged(result: {
  leadLabel: string;
  owner: string;
  previous: string | null;
  rule: string | null;
  /** Null where the agent decided, by the rule. */
  approvedBy: string | null;
}): string {
  const { leadLabel, owner, previous, rule, approvedBy } = result;
  const before = previous === null ? '' : ` (before: ${previous})`;
  const byRule = rule === null ? '' : `, by rule ${rule}`;
  const why = approvedBy === null ? byRule : `, approved by ${approvedBy}`;
  return `Done: ${leadLabel} is now with ${owner}${before}${why}.`;
}

export const approvedUnchanged = (result: { leadLabel: string; owner: string; approvedBy: string }): string =>
  `${result.approvedBy} decided that ${result.leadLabel} stays with ${result.owner}. Nothing had to be changed.`;

export const rejectedBy = (approver: string, note: string | null): string =>
  `${sentence(`${approver} decided against the change${note === null ? '' : `: ${note}`}`)} The lead keeps its owner.`;

export const askedBack = (approver: string, question: string | null): string =>
  question === null
    ? `${approver} needs more information before deciding. Can you say more here?`
    : `${approver} asks: ${question}`;

export const passedOnWithoutApprover = (reason: Reason): string =>
  `I may not decide this, because ${reasonWords[reason]}, and nobody is named who may. The routing ops team sees it in the queue.`;

export const decisionNotApplied = (problem: string): string =>
  `The approval was not applied, and nothing was changed: ${problem} Please decide again, with another owner.`;

export const decisionOvertaken = (requestId: string): string =>
  `${requestId}: the requester withdrew it, so there is nothing left to decide.`;

const howToDecide = {
  slack: 'use the buttons of the message above, or the queue',
  teams:
    'answer “approve”, “approve: e-mail of another owner”, “reject: reason” or “return: question”, or use the queue',
} as const;

export const keptWithRequest = (requestId: string, chat: 'slack' | 'teams'): string =>
  `I have kept this with ${requestId}. To decide, ${howToDecide[chat]}.`;

export const ownerUnclear = (requestId: string, words: string): string =>
  `I cannot tell from “${words}” who should get the lead of ${requestId}, so nothing was approved. Answer “approve: e-mail of the new owner”.`;

export const whichRequest = (requestIds: readonly string[]): string =>
  `More than one request waits for your decision (${requestIds.join(', ')}), so nothing was decided. Begin your answer with the number of the one that you mean.`;

export const reminder = (requestId: string, leadLabel: string | null): string =>
  `Reminder: ${requestId}${leadLabel === null ? '' : ` (${leadLabel})`} still waits for your decision.`;

export const delegated = (requestId: string, approver: string): string =>
  `${requestId} was not decided by ${approver} in time. As the delegate, you may decide it now.`;
