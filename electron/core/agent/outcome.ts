import type { NewAuditEvent } from '../../../shared/model/audit.ts';
import type { Person } from '../../../shared/model/person.ts';
import {
  type AgentOutput,
  agentName,
  type CaseFile,
  type DecisionName,
  type EscalationReason,
  finalStatuses,
  type Priority,
  type Reason,
  type Status,
} from '../../../shared/model/request.ts';
import type { Responsible } from '../policy/approver.ts';
import type { OutgoingDraft } from '../store/messages.ts';
import type { HumanDecision, RequestRecord } from '../store/requests.ts';
import { decisionCard } from './decision-card.ts';
import { passedOnWithoutApprover } from './outcome-replies.ts';
import { passedOn, reasonWords } from './replies.ts';

/** What a run, or a human's decision, makes of a request. All of it is recorded in one transaction. */
export interface Outcome {
  status: Status;
  decision: DecisionName | null;
  reason: Reason | null;
  rationale: string;
  nextOwner: string | null;
  priority: Priority;
  rule: string | null;
  policy: string[];
  leadLabel: string | null;
  caseFile: CaseFile;
  actionsTaken: string[];
  /** In order; tool calls stand before them, replies after. */
  events: NewAuditEvent[];
  outgoing: OutgoingDraft[];
  /** For an escalation: who decides, and until when. */
  escalation: Responsible | null;
}

/** What every outcome is made from. */
export interface Ground {
  request: RequestRecord;
  /** E-mail of the requester, where one is known. */
  requester: string | null;
  people: readonly Person[];
}

/** The part of a result that does not depend on how it ended. */
export type Found = Pick<Outcome, 'priority' | 'rationale' | 'caseFile' | 'policy' | 'rule' | 'leadLabel'>;

export const displayName = (people: readonly Person[], email: string | null): string =>
  people.find((person) => person.email === email)?.name ?? email ?? 'Somebody unknown';

/** The version that the outcome of this run will be recorded under. */
export const nextVersion = (request: RequestRecord): number => request.version + 1;

/** Where a message goes, and in which chat; to the console only where the person is in none. */
type Place = Pick<OutgoingDraft, 'source' | 'destination'>;

/** Teams' ids of channels and chats begin so, and Slack's never do. */
const chatOf = (channel: string): 'slack' | 'teams' => (channel.startsWith('19:') ? 'teams' : 'slack');

/** By direct message, in the chat that the request came from if the person is known there, else in Slack, else in Teams. */
function directPlace({ request, people }: Ground, email: string | null): Place {
  const person = people.find((one) => one.email === email);
  const chats = request.source === 'teams' ? (['teams', 'slack'] as const) : (['slack', 'teams'] as const);
  const source = chats.find((chat) => person?.[chat]);
  const user = source === undefined ? null : person?.[source];
  return source && user ? { source, destination: { user } } : { source: 'form', destination: null };
}

/** Where the requester is told: in the thread where they asked, else by direct message, else in the console only. */
function requesterPlace(ground: Ground): Place {
  const { source, channel, thread, requester_chat: user } = ground.request;
  if ((channel === null || thread === null) && user !== null && (source === 'slack' || source === 'teams'))
    return { source, destination: { user } };
  if (channel === null || thread === null) return directPlace(ground, ground.requester);
  return { source: source === 'form' ? chatOf(channel) : source, destination: { channel, thread } };
}

/** A reply to the requester. A run has one outcome, so its version makes the key. */
export function replyToRequester(ground: Ground, text: string): OutgoingDraft {
  const { request, requester } = ground;
  return {
    requestId: request.request_id,
    key: `${request.request_id}:${nextVersion(request)}:requester`,
    audience: 'requester',
    recipient: requester,
    text,
    ...requesterPlace(ground),
    card: null,
  };
}

/** A message to somebody who decides, by direct message. */
export function messageToApprover(
  ground: Ground,
  message: { to: string; what: string; text: string; card: OutgoingDraft['card'] },
): OutgoingDraft {
  const { request } = ground;
  return {
    requestId: request.request_id,
    key: `${request.request_id}:${nextVersion(request)}:${message.what}:${message.to}`,
    audience: 'approver',
    recipient: message.to,
    text: message.text,
    ...directPlace(ground, message.to),
    card: message.card,
  };
}

export function agentEvent(
  requestId: string,
  event_type: NewAuditEvent['event_type'],
  details: Record<string, unknown>,
): NewAuditEvent {
  return { request_id: requestId, actor: agentName, event_type, details };
}

/** What became of a human's decision. */
export const humanEvent = (
  decision: HumanDecision,
  event_type: 'Approval' | 'Rejection' | 'Message',
  more: Record<string, unknown>,
): NewAuditEvent => ({
  request_id: decision.request_id,
  actor: decision.actor,
  event_type,
  details: { action: decision.action, note: decision.note, via: decision.via, ...more },
});

/** Whoever was to decide the case when it was escalated last. */
export function responsibleAsBefore(request: RequestRecord): Responsible | null {
  const { approver, delegate, review_window_ms } = request;
  return approver === null ? null : { approver, delegate, windowMs: review_window_ms ?? 0 };
}

/** The decision with everything that it rests on: the step, the rule path, the policy quotes and the facts. */
function decisionEvent(
  request: RequestRecord,
  result: { decision: DecisionName | null; reason: Reason | null } & Found,
): NewAuditEvent {
  const { caseFile, decision, reason, rationale, rule, policy, priority } = result;
  return agentEvent(request.request_id, 'Decision', {
    decision,
    reason,
    step: caseFile.step,
    rationale,
    rule,
    policy,
    priority,
    rests_on: caseFile.restsOn,
    quotes: caseFile.quotes,
    rule_path: caseFile.rules?.path ?? [],
  });
}

export interface EscalationInput {
  reason: EscalationReason;
  responsible: Responsible | null;
  /** Whether the requester is told; not again where only the facts changed under the approver's hands. */
  tellsRequester: boolean;
}

/** A case that a human has to decide, with its card for the approver. */
export function escalate(ground: Ground, found: Found, escalation: EscalationInput): Outcome {
  const { request, people } = ground;
  const { reason, responsible, tellsRequester } = escalation;
  const approver = responsible?.approver ?? null;
  const version = nextVersion(request);
  const card = decisionCard({
    requestId: request.request_id,
    version,
    summary: request.summary,
    requesterName: displayName(people, ground.requester),
    reason,
    priority: found.priority,
    rationale: found.rationale,
    leadLabel: found.leadLabel,
    caseFile: found.caseFile,
  });
  const outgoing: OutgoingDraft[] = [];
  if (tellsRequester) {
    const text =
      approver === null ? passedOnWithoutApprover(reason) : passedOn(displayName(people, approver), reason);
    outgoing.push(replyToRequester(ground, text));
  }
  if (approver !== null) {
    const text = `${card.title} needs your decision: ${reasonWords[reason]}.`;
    outgoing.push(messageToApprover(ground, { to: approver, what: 'decide', text, card }));
  }
  return {
    ...found,
    status: 'Escalated',
    decision: 'Escalated',
    reason,
    nextOwner: approver,
    actionsTaken: [
      `Escalated to ${approver ?? 'the ops managers, because nobody is named who may decide'} (${reason})`,
    ],
    events: [
      decisionEvent(request, { ...found, decision: 'Escalated', reason }),
      agentEvent(request.request_id, 'Escalation', {
        reason,
        approver,
        delegate: responsible?.delegate ?? null,
        review_window_ms: responsible?.windowMs ?? null,
        proposal: found.caseFile.proposal,
        options: found.caseFile.options,
        changed: found.caseFile.changed,
        rationale: found.rationale,
      }),
    ],
    outgoing,
    escalation: responsible,
  };
}

/** An outcome of the agent's own decision that is no escalation. */
export function conclude(
  ground: Ground,
  found: Found,
  result: {
    status: Status;
    decision: DecisionName | null;
    reason: Reason | null;
    nextOwner: string | null;
    reply: string;
    actionsTaken: string[];
  },
): Outcome {
  const { status, decision, reason, nextOwner, reply, actionsTaken } = result;
  return {
    ...found,
    status,
    decision,
    reason,
    nextOwner,
    actionsTaken,
    events: [decisionEvent(ground.request, { ...found, decision, reason })],
    outgoing: [replyToRequester(ground, reply)],
    escalation: null,
  };
}

export const isFinal = (status: Status): boolean => finalStatuses.includes(status);

/** The agent's answer for a run, as the brief gives it. */
export function outputOf(requestId: string, outcome: Outcome): AgentOutput {
  return {
    request_id: requestId,
    status: outcome.status,
    decision: outcome.decision,
    rationale: outcome.rationale,
    next_owner: outcome.nextOwner,
    actions_taken: outcome.actionsTaken,
  };
}
