import type { CrmRecord } from '../../../shared/model/lead.ts';
import type { EscalationReason, MatchedAccount, OwnerOption, Reason } from '../../../shared/model/request.ts';
import { recordTitle } from '../routing/facts.ts';
import { isOpenRecord } from '../routing/matching.ts';
import { isPoolMember } from '../routing/pools.ts';
import { approvalDemandedBy } from './gates.ts';
import { activeOwner, canOwn, poolOf, type Situation } from './situation.ts';

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

/** The display name of an e-mail address, where the people or a CRM know one. */
export function nameOf(situation: Pick<Situation, 'people' | 'owners'>, email: string): string {
  const person = situation.people.find((candidate) => candidate.email === email);
  if (person) return person.name;
  const owners = Object.values(situation.owners).flat();
  return owners.find((owner) => owner.email?.toLowerCase() === email)?.name ?? email;
}

const list = (items: readonly string[]): string => items.join('; ');

/** Step 8: open records of the same person whose active owner is not the target's. */
function duplicatesOf(situation: Situation): CrmRecord[] {
  const { target, samePerson, people } = situation;
  const owner = activeOwner(target, people);
  return samePerson.filter((record) => {
    if (record.system === target.system && record.id === target.id) return false;
    const other = activeOwner(record, people);
    return isOpenRecord(record) && other !== null && other !== owner;
  });
}

/** Whether somebody counts as the owner that the rules give: the owner, or any member of the pool. */
function isRulesOwner(situation: Situation, email: string | null): boolean {
  if (email === null) return false;
  if (situation.rules.pool) {
    return isPoolMember(poolOf(situation), email) && canOwn(situation, situation.target.system, email);
  }
  return situation.rules.owner === email;
}

/** Step 11: the named account, or a merely similar one, whose owner is not the one that the rules give. */
function conflictingAccount(situation: Situation): MatchedAccount | null {
  const { account, similar } = situation;
  if (account !== null && account.tier !== 'standard') {
    return isRulesOwner(situation, account.owner) ? null : account;
  }
  return similar.find((candidate) => !isRulesOwner(situation, candidate.owner)) ?? null;
}

function optionsOf(situation: Situation, preferred: (OwnerOption | null)[]): OwnerOption[] {
  const { rules, account, askedOwner, samePerson, people, target } = situation;
  const option = (owner: string | null | undefined, why: string): OwnerOption | null =>
    owner ? { owner, name: nameOf(situation, owner), why } : null;
  const all = [
    ...preferred,
    ...rules.owners.map((owner) =>
      option(owner, rules.ruleId ? `rule ${rules.ruleId}` : 'one of the conflicting rules'),
    ),
    option(askedOwner, 'asked for by the requester'),
    option(account?.owner, `owner of the account ${account?.name ?? ''}`),
    option(activeOwner(target, people), 'present owner'),
    ...samePerson.map((record) => option(activeOwner(record, people), `owner of ${recordTitle(record)}`)),
  ];
  const seen = new Set<string>();
  return all.filter((one): one is OwnerOption => {
    if (one === null || seen.has(one.owner) || one.owner.startsWith('pool ')) return false;
    seen.add(one.owner);
    return true;
  });
}

function rulesProposal(situation: Situation): OwnerOption | null {
  const { rules } = situation;
  const isGiven = rules.kind === 'owner' || rules.kind === 'pool';
  if (!isGiven || rules.owner === null) return null;
  const why = rules.pool ? `next in pool ${rules.pool} (rule ${rules.ruleId})` : `rule ${rules.ruleId}`;
  return { owner: rules.owner, name: nameOf(situation, rules.owner), why };
}

function accountProposal(situation: Situation, account: MatchedAccount): OwnerOption | null {
  if (account.owner === null) return null;
  return {
    owner: account.owner,
    name: nameOf(situation, account.owner),
    why: `owner of the account ${account.name}`,
  };
}

const escalationWithoutOwner: Partial<Record<Situation['rules']['kind'], EscalationReason>> = {
  missing_firmographics: 'missing_firmographics',
  rule_conflict: 'rule_conflict',
  no_matching_rule: 'no_matching_rule',
  no_available_owner: 'no_available_owner',
};

/**
 * Steps 4 to 15 of the order of judgement; the first that applies decides. Pure: the same situation always gives
 * the same verdict. (Steps 1 to 3 need no lead and stand in the workflow.)
 */
export function judge(situation: Situation, unreachable: readonly Unreachable[]): Verdict {
  const { target, account, rules, people, askedOwner, settings, facts } = situation;
  const rulesSay = rules.explanation;

  const escalate = (
    step: number,
    reason: EscalationReason,
    because: string,
    about: { proposal: OwnerOption | null; account?: MatchedAccount | null } = {
      proposal: rulesProposal(situation),
    },
  ): Verdict => ({
    kind: 'escalate',
    step,
    reason,
    rationale: because.includes(rulesSay) ? because : `${because} ${rulesSay}`,
    proposal: about.proposal,
    options: optionsOf(situation, [about.proposal]),
    account: about.account === undefined ? account : about.account,
  });

  if (unreachable.length > 0) {
    const problems = list(unreachable.map(({ system, problem }) => `${system}: ${problem}`));
    return escalate(
      4,
      'tool_failure',
      `A system could not be reached, and nothing was changed. ${problems}.`,
    );
  }
  if (settings === null) {
    return escalate(
      5,
      'policy_unavailable',
      'No policy page can be read, and no recent copy is kept, so nothing is decided without a human.',
    );
  }
  if (target.isConverted || target.lockedBecause !== null) {
    const why = target.isConverted ? 'is converted' : `cannot be edited: ${target.lockedBecause}`;
    return escalate(6, 'record_locked', `${recordTitle(target)} ${why}.`);
  }
  if (account?.tier === 'strategic') {
    const because = `${account.name} is a strategic account of ${account.owner ?? 'nobody'}; its leads are moved by a human only.`;
    return escalate(7, 'strategic_account', because, { proposal: accountProposal(situation, account) });
  }
  const duplicates = duplicatesOf(situation);
  if (duplicates.length > 0) {
    const owners = [target, ...duplicates].map(
      (record) =>
        `${recordTitle(record)} belongs to ${record.owner?.email ?? record.owner?.name ?? 'nobody'}`,
    );
    return escalate(
      8,
      'duplicate_ownership',
      `The same person is in the CRM more than once, with different owners: ${list(owners)}.`,
    );
  }
  if (situation.disputed.length > 0) {
    const facts = situation.disputed.map((name) => {
      const { value, origin, others } = situation.facts[name];
      return `${name} is ${value} in ${origin} and ${list(others.map((other) => `${other.value} in ${other.origin}`))}`;
    });
    return escalate(
      9,
      'data_conflict',
      `The CRMs disagree, and the rules give different outcomes: ${list(facts)}.`,
    );
  }
  const withoutOwner = escalationWithoutOwner[rules.kind];
  if (withoutOwner) return escalate(10, withoutOwner, rulesSay);

  const conflict = conflictingAccount(situation);
  if (conflict) {
    const how =
      conflict.matchedBy === 'similar name'
        ? `has a name similar to the named account ${conflict.name}`
        : `belongs to the named account ${conflict.name}`;
    const because = `The lead's company ${how}, whose owner is ${conflict.owner ?? 'nobody'}.`;
    return escalate(11, 'named_account_conflict', because, {
      proposal: accountProposal(situation, conflict),
      account: conflict,
    });
  }

  const present = activeOwner(target, people);
  const settle = { proposal: rulesProposal(situation), options: [], account };
  if (isRulesOwner(situation, present) && (askedOwner === null || askedOwner === present)) {
    const rationale = `${nameOf(situation, present ?? '')} already owns the lead, as the rules want. ${rulesSay}`;
    return { kind: 'complete', step: 12, rationale, ...settle };
  }

  const rule = situation.routing.rules.find(({ rule_id }) => rule_id === rules.ruleId) ?? null;
  const breaches = approvalDemandedBy(settings, {
    facts,
    rule,
    presentOwner: target.owner?.email?.toLowerCase() ?? null,
    openOpportunities: situation.openOpportunities.length,
    now: situation.now,
    timeZone: situation.timeZone,
  });
  if (breaches.length > 0) {
    const named = breaches.map(
      ({ setting, because }) => `"${setting.name}: ${setting.value}" (page ${setting.page}), and ${because}`,
    );
    return escalate(13, 'policy_requires_approval', `Policy demands approval: ${list(named)}.`);
  }
  if (askedOwner !== null && !isRulesOwner(situation, askedOwner)) {
    const because = `The requester asked for ${nameOf(situation, askedOwner)}, whom the rules do not give.`;
    return escalate(14, 'policy_exception', because);
  }
  return {
    kind: 'change',
    step: 15,
    owner: rules.kind === 'pool' ? null : rules.owner,
    pool: rules.pool,
    rationale: rulesSay,
    ...settle,
  };
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
  const names = systems.map((system) => (system === 'salesforce' ? 'Salesforce' : 'HubSpot')).join(' and ');
  return `${nameOf(situation, owner)} has no active user in ${names}, so the lead cannot be given to them.`;
}

/** The public name of a verdict's outcome, for `reason`. */
export function reasonOf(verdict: Verdict): Reason | null {
  return verdict.kind === 'escalate' ? verdict.reason : null;
}
