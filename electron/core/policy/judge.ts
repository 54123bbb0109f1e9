import type { CrmRecord } from '../../../shared/model/lead.ts';
import type { EscalationReason, MatchedAccount, OwnerOption } from '../../../shared/model/request.ts';
import { sentence } from '../../../shared/model/sentence.ts';
import { crmNames, recordTitle } from '../routing/facts.ts';
import { isOpenRecord } from '../routing/matching.ts';
import { approvalDemandedBy } from './gates.ts';
import type { WrittenSetting } from './settings.ts';
import { activeOwner, canOwn, conflictingAccount, isRulesOwner, type Situation } from './situation.ts';

/** What the order of judgement, steps 4 to 15, says about a case whose lead was found. */
export type Verdict = {
  /** The step that decided. */
  step: number;
  rationale: string;
  /** What an approver may choose from, the proposal first. */
  proposal: OwnerOption | null;
  options: OwnerOption[];
  /** The account in question, where one is. */
  account: MatchedAccount | null;
  /** The policy settings that demanded approval. */
  settings: WrittenSetting[];
} & (
  | { kind: 'complete' }
  | {
      kind: 'change';
      /** Null where the pool's turn decides. */
      owner: string | null;
      pool: string | null;
    }
  | { kind: 'escalate'; reason: EscalationReason }
);

export interface Unreachable {
  system: string;
  /** The failure in plain words. */
  problem: string;
}

/** The failures as sentences, each with its system. */
export const problemsOf = (unreachable: readonly Unreachable[]): string =>
  unreachable.map(({ system, problem }) => `${system}: ${problem.replace(/[.\s]*$/, '.')}`).join(' ');

/** The display name of an e-mail address, where the people or a CRM know one. */
function nameOf(situation: Pick<Situation, 'people' | 'owners'>, email: string): string {
  const person = situation.people.find((candidate) => candidate.email === email);
  if (person) return person.name;
  const owners = Object.values(situation.owners).flat();
  return owners.find((owner) => owner.email?.toLowerCase() === email)?.name ?? email;
}

const list = (items: readonly string[]): string => items.join('; ');

/** An owner to choose; null where they could not own the lead's record anyway. */
function optionOf(situation: Situation, owner: string | null | undefined, why: string): OwnerOption | null {
  if (!owner || !canOwn(situation, situation.target.system, owner)) return null;
  return { owner, name: nameOf(situation, owner), why };
}

function optionsOf(situation: Situation, proposal: OwnerOption | null): OwnerOption[] {
  const { rules, account, askedOwner, samePerson, people, target } = situation;
  const all = [
    proposal,
    ...rules.owners.map((owner) =>
      optionOf(situation, owner, rules.ruleId ? `rule ${rules.ruleId}` : 'one of the conflicting rules'),
    ),
    optionOf(situation, askedOwner, 'asked for by the requester'),
    optionOf(situation, account?.owner, `owner of the account ${account?.name ?? ''}`),
    optionOf(situation, activeOwner(target, people), 'present owner'),
    ...samePerson.map((record) =>
      optionOf(situation, activeOwner(record, people), `owner of ${recordTitle(record)}`),
    ),
  ].filter((option) => option !== null);
  return all.filter(({ owner }, index) => all.findIndex((option) => option.owner === owner) === index);
}

function rulesProposal(situation: Situation): OwnerOption | null {
  const { rules } = situation;
  if (rules.kind !== 'owner' && rules.kind !== 'pool') return null;
  const why =
    rules.kind === 'pool' ? `next in pool ${rules.pool} (rule ${rules.ruleId})` : `rule ${rules.ruleId}`;
  return optionOf(situation, rules.owner, why);
}

const accountProposal = (situation: Situation, account: MatchedAccount): OwnerOption | null =>
  optionOf(situation, account.owner, `owner of the account ${account.name}`);

type About = Partial<Pick<Verdict, 'proposal' | 'account' | 'settings'>>;

/** What every verdict carries; the rules' own words are added where the rationale does not say them yet. */
function verdictOf(situation: Situation, step: number, because: string, about: About) {
  const { proposal = rulesProposal(situation), account = situation.account, settings = [] } = about;
  const rulesSay = situation.rules.explanation;
  const rationale = because.includes(rulesSay) ? because : `${because} ${rulesSay}`;
  return { step, rationale, proposal, options: optionsOf(situation, proposal), account, settings };
}

function escalate(
  situation: Situation,
  decided: { step: number; reason: EscalationReason; because: string } & About,
): Verdict {
  const { step, reason, because, ...about } = decided;
  return { kind: 'escalate', reason, ...verdictOf(situation, step, because, about) };
}

/** One step of the order of judgement: its verdict, or null where it does not apply. */
type Step = (situation: Situation, unreachable: readonly Unreachable[]) => Verdict | null;

const toolFailure: Step = (situation, unreachable) => {
  if (unreachable.length === 0) return null;
  const because = `A system could not be reached, and nothing was changed. ${problemsOf(unreachable)}`;
  return escalate(situation, { step: 4, reason: 'tool_failure', because });
};

const policyUnavailable: Step = (situation) => {
  if (situation.settings !== null) return null;
  const because =
    'No policy page can be read, and no recent copy is kept, so nothing is decided without a human.';
  return escalate(situation, { step: 5, reason: 'policy_unavailable', because });
};

const recordLocked: Step = (situation) => {
  const { target } = situation;
  if (!target.isConverted && target.lockedBecause === null) return null;
  const why = target.isConverted ? 'is converted' : `cannot be edited: ${target.lockedBecause}`;
  return escalate(situation, {
    step: 6,
    reason: 'record_locked',
    because: sentence(`${recordTitle(target)} ${why}`),
  });
};

const strategicAccount: Step = (situation) => {
  const { account } = situation;
  if (account?.tier !== 'strategic') return null;
  const because = `${account.name} is a strategic account of ${account.owner ?? 'nobody'}; its leads are moved by a human only.`;
  const proposal = accountProposal(situation, account);
  return escalate(situation, { step: 7, reason: 'strategic_account', because, proposal });
};

/** Open records of the same person whose active owner is not the target's. */
function duplicatesOf({ target, samePerson, people }: Situation): CrmRecord[] {
  const owner = activeOwner(target, people);
  return samePerson.filter((record) => {
    if (record.system === target.system && record.id === target.id) return false;
    const other = activeOwner(record, people);
    return isOpenRecord(record) && other !== null && other !== owner;
  });
}

const duplicateOwnership: Step = (situation) => {
  const duplicates = duplicatesOf(situation);
  if (duplicates.length === 0) return null;
  const owners = [situation.target, ...duplicates].map(
    (record) => `${recordTitle(record)} belongs to ${record.owner?.email ?? record.owner?.name ?? 'nobody'}`,
  );
  const because = `The same person is in the CRM more than once, with different owners: ${list(owners)}.`;
  return escalate(situation, { step: 8, reason: 'duplicate_ownership', because });
};

const dataConflict: Step = (situation) => {
  if (situation.disputed.length === 0) return null;
  const facts = situation.disputed.map((name) => {
    const { value, origin, others } = situation.facts[name];
    return `${name} is ${value} in ${origin} and ${list(others.map((other) => `${other.value} in ${other.origin}`))}`;
  });
  const because = `The CRMs disagree, and the rules give different outcomes: ${list(facts)}.`;
  return escalate(situation, { step: 9, reason: 'data_conflict', because });
};

const noOwner: Step = (situation) => {
  const { kind, explanation } = situation.rules;
  return kind === 'owner' || kind === 'pool'
    ? null
    : escalate(situation, { step: 10, reason: kind, because: explanation });
};

const namedAccountConflict: Step = (situation) => {
  const account = conflictingAccount(situation);
  if (account === null) return null;
  const how =
    account.matchedBy === 'similar name'
      ? `has a name similar to the named account ${account.name}`
      : `belongs to the named account ${account.name}`;
  const because = `The lead's company ${how}, whose owner is ${account.owner ?? 'nobody'}.`;
  const proposal = accountProposal(situation, account);
  return escalate(situation, { step: 11, reason: 'named_account_conflict', because, proposal, account });
};

const rightAlready: Step = (situation) => {
  const { target, people, askedOwner } = situation;
  const present = activeOwner(target, people);
  if (present === null || !isRulesOwner(situation, present)) return null;
  if (askedOwner !== null && askedOwner !== present) return null;
  const because = `${nameOf(situation, present)} already owns the lead, as the rules want.`;
  return { kind: 'complete', ...verdictOf(situation, 12, because, {}) };
};

const openOpportunityStep = 13;

const approvalDemanded: Step = (situation) => {
  const { settings, facts, rules, routing, target, openOpportunities, now, timeZone } = situation;
  if (settings === null) return null;
  const breaches = approvalDemandedBy(settings, {
    facts,
    rule: routing.rules.find(({ rule_id }) => rule_id === rules.ruleId) ?? null,
    rules: routing.rules,
    presentOwner: target.owner?.email?.toLowerCase() ?? null,
    openOpportunities: openOpportunities.length,
    now,
    timeZone,
  });
  if (breaches.length === 0) return null;
  const named = breaches.map(
    ({ setting, because }) => `"${setting.name}: ${setting.value}" (page ${setting.page}), and ${because}`,
  );
  return escalate(situation, {
    step: openOpportunityStep,
    reason: 'policy_requires_approval',
    because: `Policy demands approval: ${list(named)}.`,
    settings: breaches.map(({ setting }) => setting),
  });
};

const otherOwnerAskedFor: Step = (situation) => {
  const { askedOwner } = situation;
  if (askedOwner === null || isRulesOwner(situation, askedOwner)) return null;
  const because = `The requester asked for ${nameOf(situation, askedOwner)}, whom the rules do not give.`;
  return escalate(situation, { step: 14, reason: 'policy_exception', because });
};

const steps: readonly Step[] = [
  toolFailure,
  policyUnavailable,
  recordLocked,
  strategicAccount,
  duplicateOwnership,
  dataConflict,
  noOwner,
  namedAccountConflict,
  rightAlready,
  approvalDemanded,
  otherOwnerAskedFor,
];

/**
 * Steps 4 to 15 of the order of judgement; the first that applies decides. Pure: the same situation always gives
 * the same verdict. (Steps 1 to 3 need no lead and stand in the workflow.)
 */
export function judge(situation: Situation, unreachable: readonly Unreachable[]): Verdict {
  for (const step of steps) {
    const verdict = step(situation, unreachable);
    if (verdict) return verdict;
  }
  const { kind, owner, pool, explanation } = situation.rules;
  return {
    kind: 'change',
    owner: kind === 'pool' ? null : owner,
    pool,
    ...verdictOf(situation, 15, explanation, {}),
  };
}

/**
 * Whether open opportunities that nobody has told us of could change the verdict: only step 13 looks at them, and only
 * where the policy asks for it. Where they could not, a case is judged the same without them.
 */
export function hangsOnOpportunities(situation: Situation, unreachable: readonly Unreachable[]): boolean {
  if (!situation.settings?.openOpportunityEscalates) return false;
  return judge(situation, unreachable).step >= openOpportunityStep;
}

/** An owner whom an approver chose, checked against the CRMs in which records would change; else why not. */
export function whyCannotOwn(
  situation: Situation,
  records: readonly CrmRecord[],
  owner: string,
): string | null {
  const systems = [...new Set(records.map(({ system }) => system))].filter(
    (system) => !canOwn(situation, system, owner),
  );
  if (systems.length === 0) return null;
  const names = systems.map((system) => crmNames[system]).join(' and ');
  return `${nameOf(situation, owner)} has no active user in ${names}, so the lead cannot be given to them.`;
}
