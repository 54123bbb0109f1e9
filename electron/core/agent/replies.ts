import type { CrmRecord } from '../../../shared/model/lead.ts';
import type { Candidate, Reason } from '../../../shared/model/request.ts';

/** Why a request waits, was escalated or closed, in the words of a sentence. */
export const reasonWords: Record<Reason, string> = {
  tool_failure: 'a system could not be reached or refused the change',
  policy_unavailable: 'the policy cannot be read',
  record_locked: 'the record cannot be edited',
  strategic_account: 'it belongs to a strategic account',
  duplicate_ownership: 'the same person is owned by more than one colleague',
  data_conflict: 'the systems disagree about the lead',
  missing_firmographics: 'facts that the routing rules need are missing',
  rule_conflict: 'the routing rules contradict each other',
  no_matching_rule: 'no routing rule matches',
  no_available_owner: 'the right owner is not available',
  named_account_conflict: 'the account has an owner of its own',
  policy_requires_approval: 'the policy demands approval',
  policy_exception: 'an owner other than the rules’ was asked for',
  stale_decision: 'something changed before the decision could be applied',
  lead_not_named: 'the lead was not named',
  lead_not_found: 'the lead was not found',
  lead_ambiguous: 'several leads fit',
  returned: 'the approver has a question',
  unauthenticated: 'the sender is not known',
  out_of_scope: 'it is not a lead routing matter',
  rejected_by_approver: 'the approver decided against it',
  withdrawn: 'the request was withdrawn',
  no_answer: 'there was no answer',
};

export const leadLabel = (record: Pick<CrmRecord, 'name' | 'company' | 'id'>): string => {
  const name = record.name ?? `Lead ${record.id}`;
  return record.company ? `${name} (${record.company})` : name;
};

export const askWhichLead =
  'Which lead is it? Send me its e-mail address, a link or the id of its record, or the name with the company.';

export const leadNotFound = (looked: string, systems: string): string =>
  `I could not find ${looked === '' ? 'that lead' : `“${looked}”`} in ${systems}. Can you send me the e-mail address, or a link to the record?`;

export function askWhichCandidate(candidates: readonly Candidate[]): string {
  const lines = candidates.map(
    ({ name, company }, index) => `${index + 1}. ${name ?? 'Unnamed'}${company ? `, ${company}` : ''}`,
  );
  return `Which one do you mean? Answer with the number or the company.\n${lines.join('\n')}`;
}

export const notKnown =
  'I can only take routing requests from people whom our admin has entered as active. Please ask an admin to add you, then write again.';

export const notRouting = (destination: string | null): string =>
  `This is not a lead routing matter, so I have closed it.${destination === null ? ' If a lead is with the wrong owner, tell me which one.' : ` ${destination}`}`;

export const passedOn = (approver: string, reason: Reason): string =>
  `I have passed this to ${approver} to decide, because ${reasonWords[reason]}. You will hear back here.`;

export const withdrawn = 'Withdrawn, as you asked. Nothing was changed.';
export const noAnswer = 'I have closed this because there was no answer. Write here again to take it up.';
