import { z } from 'zod';
import {
  CrmAccount,
  CrmOpportunity,
  CrmRecord,
  CrmSystem,
  FactName,
  Facts,
  FactValue,
  OwnershipChange,
} from './lead.ts';
import { PolicyQuote } from './policy.ts';

export const statuses = [
  'New',
  'Triaging',
  'Waiting',
  'Escalated',
  'Completed',
  'Rejected',
  'Closed',
] as const;
export const Status = z.enum(statuses);
export type Status = z.infer<typeof Status>;
export const finalStatuses: readonly Status[] = ['Completed', 'Rejected', 'Closed'];

export const priorities = ['Low', 'Medium', 'High'] as const;
export const Priority = z.enum(priorities);
export type Priority = z.infer<typeof Priority>;

export const decisions = ['Approved', 'Rejected', 'Escalated', 'Cancelled'] as const;
export const DecisionName = z.enum(decisions);
export type DecisionName = z.infer<typeof DecisionName>;

export const escalationReasons = [
  'tool_failure',
  'policy_unavailable',
  'record_locked',
  'strategic_account',
  'duplicate_ownership',
  'data_conflict',
  'missing_firmographics',
  'rule_conflict',
  'no_matching_rule',
  'no_available_owner',
  'named_account_conflict',
  'policy_requires_approval',
  'policy_exception',
  'stale_decision',
] as const;
const waitingReasons = ['lead_not_named', 'lead_not_found', 'lead_ambiguous', 'returned'] as const;
const rejectionReasons = ['unauthenticated', 'out_of_scope', 'rejected_by_approver'] as const;
const closureReasons = ['withdrawn', 'no_answer'] as const;
export const reasons = [
  ...escalationReasons,
  ...waitingReasons,
  ...rejectionReasons,
  ...closureReasons,
] as const;
export const Reason = z.enum(reasons);
export type Reason = z.infer<typeof Reason>;
export type EscalationReason = (typeof escalationReasons)[number];

export const sources = ['slack', 'teams', 'form', 'import'] as const;
export const Source = z.enum(sources);
export type Source = z.infer<typeof Source>;

/** The name under which the agent acts, in `current_owner` and in the audit log. */
export const agentName = 'Lead Routing Exception Handling Agent';

/** One condition of a rule as it was evaluated. */
export const ConditionResult = z.object({
  field: FactName,
  op: z.string(),
  wanted: z.union([FactValue, z.array(FactValue)]).nullable(),
  /** The lead's value; null is unknown. */
  actual: FactValue.nullable(),
  result: z.enum(['true', 'false', 'unknown']),
});
export type ConditionResult = z.infer<typeof ConditionResult>;

/** One rule of the walk, with each condition's value and result. */
export const RuleStep = z.object({
  ruleId: z.string(),
  name: z.string(),
  version: z.number().int(),
  priority: z.number().int(),
  /** Whom the rule assigns, in words: an e-mail, `pool NAME` or `account owner`. */
  assigns: z.string(),
  conditions: z.array(ConditionResult),
  result: z.enum(['true', 'false', 'unknown']),
});
export type RuleStep = z.infer<typeof RuleStep>;

/** What the rules alone would give. */
export const RulesOutcome = z.object({
  kind: z.enum([
    'owner',
    'pool',
    'missing_firmographics',
    'rule_conflict',
    'no_matching_rule',
    'no_available_owner',
  ]),
  /** The best match's id, where the rules gave an owner or a pool. */
  ruleId: z.string().nullable(),
  ruleVersion: z.number().int().nullable(),
  /** The owner's e-mail; for a pool the member who counts as or would be the owner. */
  owner: z.string().nullable(),
  pool: z.string().nullable(),
  /** Facts that a rule asked for and nobody knows; `account` where a rule assigns an account's owner and none matched. */
  missing: z.array(z.string()),
  /** For a conflict: every owner that the best rules give. */
  owners: z.array(z.string()),
  path: z.array(RuleStep),
  explanation: z.string(),
});
export type RulesOutcome = z.infer<typeof RulesOutcome>;

/** An owner that an approver may choose, and why they are on the list. */
export const OwnerOption = z.object({ owner: z.string(), name: z.string(), why: z.string() });
export type OwnerOption = z.infer<typeof OwnerOption>;

export const RecordRef = z.object({ system: CrmSystem, id: z.string() });
export type RecordRef = z.infer<typeof RecordRef>;

/** A person whom the words of a request fit, shown by name and company. */
export const Candidate = z.object({
  name: z.string().nullable(),
  company: z.string().nullable(),
  records: z.array(RecordRef),
});
export type Candidate = z.infer<typeof Candidate>;

/** The account that the lead matched, from `named_accounts` or from a CRM. */
export const MatchedAccount = z.object({
  name: z.string(),
  /** `standard` is a CRM account without a tier. */
  tier: z.enum(['strategic', 'named', 'standard']),
  owner: z.string().nullable(),
  matchedBy: z.enum(['domain', 'name', 'similar name']),
  origin: z.string(),
});
export type MatchedAccount = z.infer<typeof MatchedAccount>;

/** A fact that was shown with one value and has another now; null is unknown. */
export const FactValueChange = z.object({
  fact: z.string(),
  shown: FactValue.nullable(),
  now: FactValue.nullable(),
});
export type FactValueChange = z.infer<typeof FactValueChange>;

/** One part of the context that a system was asked for. */
export const ContextRead = z.object({
  system: CrmSystem,
  what: z.enum(['duplicates', 'accounts', 'opportunities', 'history']),
  /** When the system answered, ISO 8601; null where it did not. */
  at: z.string().nullable(),
  /** Why it is not known, in plain words; null where the system answered. */
  unknownBecause: z.string().nullable(),
});
export type ContextRead = z.infer<typeof ContextRead>;

/** A record or account that facts were taken from. */
export const FactSource = z.object({
  /** As facts name it in `origin`: `Salesforce lead 00Q…`. */
  origin: z.string(),
  system: CrmSystem,
  object: z.enum(['lead', 'contact', 'account', 'company']),
  id: z.string(),
  /** Where a person can open it. */
  url: z.string().nullable(),
  /** When it was read, ISO 8601; null where that was not kept. */
  readAt: z.string().nullable(),
  /** When it was last changed in the CRM, ISO 8601; null where the CRM does not tell. */
  modifiedAt: z.string().nullable(),
});
export type FactSource = z.infer<typeof FactSource>;

/**
 * What the case looked like when it was decided, and what an approver is shown. It is kept with the decision, is
 * never refreshed silently, and an approval is held to it.
 */
export const CaseFile = z.object({
  /** The record that would be corrected, and the same person's record in the other CRM. */
  target: CrmRecord.nullable(),
  counterpart: CrmRecord.nullable(),
  /** All open records of the person, the target included. */
  samePerson: z.array(CrmRecord),
  facts: Facts.nullable(),
  /** The facts that the decision rests on, with their values as shown: name to value (null unknown). */
  restsOn: z.record(z.string(), FactValue.nullable()),
  account: MatchedAccount.nullable(),
  similarAccounts: z.array(MatchedAccount),
  crmAccounts: z.array(CrmAccount),
  opportunities: z.array(CrmOpportunity),
  history: z.array(OwnershipChange),
  /** The records and accounts that facts came from. Empty in cases from before they were kept; so is `reads`. */
  sources: z.array(FactSource).default([]),
  /** What the systems were asked for around the lead, with what of it is not known. */
  reads: z.array(ContextRead).default([]),
  rules: RulesOutcome.nullable(),
  /** Facts on which the CRMs disagree and for whose values the rules give different outcomes. */
  disputed: z.array(FactName).default([]),
  /** The step of the order of judgement that decided, 1 to 15. */
  step: z.number().int().nullable(),
  proposal: OwnerOption.nullable(),
  options: z.array(OwnerOption),
  askedOwner: z.string().nullable(),
  candidates: z.array(Candidate),
  quotes: z.array(PolicyQuote),
  /** Policy settings as the pages spell them, and unknown ones that an admin should look at. */
  settings: z.array(z.object({ name: z.string(), value: z.string(), page: z.string() })),
  unknownSettings: z.array(z.object({ name: z.string(), value: z.string(), page: z.string() })),
  /** For `stale_decision`: what the approver had seen and what is now, fact by fact. */
  changed: z.array(FactValueChange),
});
export type CaseFile = z.infer<typeof CaseFile>;

/** The agent's answer for a run: the JSON object of the brief. */
export const AgentOutput = z.object({
  request_id: z.string(),
  status: Status,
  decision: DecisionName.nullable(),
  rationale: z.string(),
  next_owner: z.string().nullable(),
  actions_taken: z.array(z.string()),
});
export type AgentOutput = z.infer<typeof AgentOutput>;

/** A row of Lead Routing Exception Handling Requests, as screens list it. */
export const RequestRow = z.object({
  request_id: z.string(),
  requester: z.string().nullable(),
  requester_name: z.string().nullable(),
  summary: z.string(),
  business_justification: z.string().nullable(),
  target_system_or_record: z.string().nullable(),
  target_record: z.string().nullable(),
  /** `Name, Company` of the lead, once it is found. */
  lead_label: z.string().nullable(),
  status: Status,
  priority: Priority,
  decision: DecisionName.nullable(),
  rationale: z.string().nullable(),
  current_owner: z.string().nullable(),
  next_owner: z.string().nullable(),
  reason: Reason.nullable(),
  approver: z.string().nullable(),
  delegate: z.string().nullable(),
  rule: z.string().nullable(),
  policy: z.array(z.string()),
  source: Source,
  due_at: z.string().nullable(),
  is_overdue: z.boolean(),
  created_at: z.string(),
  updated_at: z.string(),
  closed_at: z.string().nullable(),
  version: z.number().int(),
  refers_to: z.string().nullable(),
  /** A human decision that waits for the agent to apply it. */
  has_pending_decision: z.boolean(),
  /** Something that was done at this desk for it and has not reached the shared store yet. */
  waits_to_be_sent: z.boolean(),
});
export type RequestRow = z.infer<typeof RequestRow>;

export const Message = z.object({
  message_id: z.string(),
  request_id: z.string(),
  /** `note`: a colleague's comment, which nobody outside is sent. */
  direction: z.enum(['in', 'out', 'note']),
  /** For `out`: who it is for. */
  audience: z.enum(['requester', 'approver', 'thread']).nullable(),
  author: z.string().nullable(),
  author_name: z.string().nullable(),
  text: z.string(),
  source: Source,
  created_at: z.string(),
  /** Null for an outgoing message that is not sent yet. */
  sent_at: z.string().nullable(),
});
export type Message = z.infer<typeof Message>;

export const Attachment = z.object({
  attachment_id: z.string(),
  request_id: z.string(),
  name: z.string(),
  media_type: z.string(),
  sizeBytes: z.number().int(),
  created_at: z.string(),
});
export type Attachment = z.infer<typeof Attachment>;
