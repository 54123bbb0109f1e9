import type {
  CrmAccount,
  CrmOpportunity,
  CrmOwner,
  CrmRecord,
  CrmSystem,
  Facts,
  FactValue,
  OwnershipChange,
} from '../../../shared/model/lead.ts';
import { factNames } from '../../../shared/model/lead.ts';
import type { Person } from '../../../shared/model/person.ts';
import type { PolicyDocument } from '../../../shared/model/policy.ts';
import type { ContextRead, MatchedAccount, RuleStep, RulesOutcome } from '../../../shared/model/request.ts';
import type { Pool, RoutingConfig } from '../../../shared/model/rule.ts';
import { leadDomain, leadFacts } from '../routing/facts.ts';
import { isOpenRecord, matchAccount, ownAccounts, similarAccounts } from '../routing/matching.ts';
import { isPoolMember } from '../routing/pools.ts';
import { compileRules, disputedFacts, type RuleSet, type RulesWalk, walkRules } from '../routing/rules.ts';
import { type PolicySettings, readSettings } from './settings.ts';

/** Everything that was read about a case whose lead was found. Plain data; nothing here is looked up later. */
export interface Gathered {
  now: Date;
  /** The organisation's zone. */
  timeZone: string;
  target: CrmRecord;
  counterpart: CrmRecord | null;
  /** Every record of the person that was found, the target and the counterpart included. */
  samePerson: readonly CrmRecord[];
  crmAccounts: readonly CrmAccount[];
  opportunities: readonly CrmOpportunity[];
  history: readonly OwnershipChange[];
  /** When each part of the context was read, and what of it is not known. */
  reads: readonly ContextRead[];
  routing: RoutingConfig;
  people: readonly Person[];
  /** The users of each connected CRM. */
  owners: Partial<Record<CrmSystem, readonly CrmOwner[]>>;
  /** Who would be next in each pool if a turn were taken now; null where nobody is free. */
  nextInPool: Record<string, string | null>;
  /** Null where no page can be read and none is kept. */
  documents: readonly PolicyDocument[] | null;
  /** E-mail of the owner that the requester asked for. */
  askedOwner: string | null;
}

/** A case as the order of judgement sees it: what was gathered, and what follows from it. */
export interface Situation extends Gathered {
  facts: Facts;
  account: MatchedAccount | null;
  similar: readonly MatchedAccount[];
  /** The open opportunities of the lead's own account. */
  openOpportunities: readonly CrmOpportunity[];
  ruleSet: RuleSet;
  walk: RulesWalk;
  rules: RulesOutcome;
  settings: PolicySettings | null;
  disputed: ReturnType<typeof disputedFacts>;
}

const ownerEmail = (record: CrmRecord): string | null => record.owner?.email?.toLowerCase() ?? null;

/** Whether somebody counts as the owner that the rules give: the owner, or any member of the pool. */
export function isRulesOwner(situation: Situation, email: string | null): boolean {
  if (email === null) return false;
  if (situation.rules.pool) {
    return isPoolMember(poolOf(situation), email) && canOwn(situation, situation.target.system, email);
  }
  return situation.rules.owner === email;
}

/** Step 11: the named account, or a merely similar one, whose owner is not the one that the rules give. */
export function conflictingAccount(situation: Situation): MatchedAccount | null {
  const { account, similar } = situation;
  if (account !== null && account.tier !== 'standard') {
    return isRulesOwner(situation, account.owner) ? null : account;
  }
  return similar.find((candidate) => !isRulesOwner(situation, candidate.owner)) ?? null;
}

/** The e-mail of a record's owner where that is an active person; a queue or somebody who left is nobody. */
export function activeOwner(record: CrmRecord, people: readonly Person[]): string | null {
  const email = ownerEmail(record);
  if (email === null || record.owner?.kind !== 'user' || !record.owner.isActive) return null;
  return people.some((person) => person.email === email && !person.active) ? null : email;
}

/**
 * Whether somebody can be given records of this CRM: an active user there, and not known to have left. Where the
 * CRM's users could not be read nobody is ruled out; such a case is never decided without a human (step 4).
 */
export function canOwn(
  gathered: Pick<Gathered, 'owners' | 'people'>,
  system: CrmSystem,
  email: string,
): boolean {
  const isUser =
    gathered.owners[system]?.some(
      (owner) => owner.kind === 'user' && owner.isActive && owner.email?.toLowerCase() === email,
    ) ?? true;
  return isUser && !gathered.people.some((person) => person.email === email && !person.active);
}

/** The records that a correction changes: the target, and what stands beside it with the same active owner. */
export function recordsToCorrect(gathered: Pick<Gathered, 'target' | 'samePerson' | 'people'>): CrmRecord[] {
  const { target, samePerson, people } = gathered;
  const owner = activeOwner(target, people);
  const along = samePerson.filter(
    (record) =>
      isOpenRecord(record) &&
      record.lockedBecause === null &&
      !(record.system === target.system && record.id === target.id) &&
      owner !== null &&
      activeOwner(record, people) === owner,
  );
  return [target, ...along];
}

function explain(walk: RulesWalk, outcome: Omit<RulesOutcome, 'explanation'>): string {
  const rule = walk.path.find(({ ruleId }) => ruleId === outcome.ruleId);
  const title = rule ? `Rule ${rule.ruleId} (${rule.name})` : '';
  const titlesOf = (result: RuleStep['result']) =>
    walk.path
      .filter((step) => step.result === result)
      .map(({ ruleId }) => `rule ${ruleId}`)
      .join(', ');
  switch (outcome.kind) {
    case 'owner':
      return outcome.pool
        ? `${title} gives the pool ${outcome.pool}, of which ${outcome.owner} is a member.`
        : `${title} gives ${outcome.owner}.`;
    case 'pool':
      return `${title} gives the pool ${outcome.pool}; ${outcome.owner} would be next.`;
    case 'missing_firmographics':
      return `The rules cannot be evaluated: ${outcome.missing.join(', ')} unknown in every system, asked for by ${titlesOf('unknown')}.`;
    case 'rule_conflict':
      return `Rules of the same priority give different owners: ${outcome.owners.join(', ')} (${titlesOf('true')}).`;
    case 'no_matching_rule':
      return 'No active rule matches the lead.';
    case 'no_available_owner':
      return outcome.pool
        ? `${title} gives the pool ${outcome.pool}, but nobody in it is free to take the lead now.`
        : `${title} gives ${outcome.owners.join(', ')}, who is inactive or has no user in the CRM.`;
  }
}

/** The records' systems in which the rules' owner must be able to own. */
const systemsOf = (records: readonly CrmRecord[]): CrmSystem[] => [
  ...new Set(records.map(({ system }) => system)),
];

/** The rules' result with who is really there; a pool in which a concerned owner is a member gives that owner. */
function outcomeOf(gathered: Gathered, walk: RulesWalk, account: MatchedAccount | null): RulesOutcome {
  const { result, path } = walk;
  const { target, people } = gathered;
  const systems = systemsOf(recordsToCorrect(gathered));
  const isThere = (email: string) => systems.every((system) => canOwn(gathered, system, email));
  const base = { ruleId: null, ruleVersion: null, owner: null, pool: null, missing: [], owners: [], path };
  const finish = (outcome: Omit<RulesOutcome, 'explanation'>): RulesOutcome => ({
    ...outcome,
    explanation: explain(walk, outcome),
  });

  if (result.kind === 'missing_firmographics')
    return finish({ ...base, kind: result.kind, missing: result.missing });
  if (result.kind === 'rule_conflict') return finish({ ...base, kind: result.kind, owners: result.owners });
  if (result.kind === 'no_matching_rule') return finish({ ...base, kind: result.kind });
  const matched = { ...base, ruleId: result.rule.rule_id, ruleVersion: result.rule.version };
  if (result.kind === 'owner') {
    const { owner } = result;
    const present = activeOwner(target, people);
    return isThere(owner) || present === owner
      ? finish({ ...matched, kind: 'owner', owner, owners: [owner] })
      : finish({ ...matched, kind: 'no_available_owner', owners: [owner] });
  }
  const pool = gathered.routing.pools.find((candidate) => candidate.pool === result.pool);
  const concerned = [gathered.askedOwner, activeOwner(target, people), account?.owner ?? null];
  const member =
    concerned.find((email) => isPoolMember(pool, email) && email !== null && isThere(email)) ?? null;
  if (member)
    return finish({ ...matched, kind: 'owner', owner: member, pool: result.pool, owners: [member] });
  const next = gathered.nextInPool[result.pool] ?? null;
  return next
    ? finish({ ...matched, kind: 'pool', owner: next, pool: result.pool, owners: [next] })
    : finish({ ...matched, kind: 'no_available_owner', pool: result.pool });
}

/** Works out what follows from what was gathered: facts, account, rules and settings. Pure. */
export function assess(gathered: Gathered): Situation {
  const { target, counterpart, routing, crmAccounts } = gathered;
  const company = { name: target.company ?? counterpart?.company ?? null, domain: leadDomain(target) };
  if (company.domain === null && counterpart) company.domain = leadDomain(counterpart);
  const contactCompanies = crmAccounts.filter((account) =>
    [target, counterpart].some(
      (record) => record?.system === account.system && record.companyId === account.id,
    ),
  );
  company.name ??= contactCompanies[0]?.name ?? null;
  const own = [...new Set([...contactCompanies, ...ownAccounts(company, crmAccounts)])];
  const facts = leadFacts({ target, counterpart, accounts: own });
  if (company.domain === null && typeof facts.domain.value === 'string') company.domain = facts.domain.value;
  const account = matchAccount(company, routing.named_accounts, own);
  const ruleSet = compileRules(routing.rules, { now: gathered.now, timeZone: gathered.timeZone });
  const walk = walkRules(ruleSet, facts, account?.owner ?? null);
  const ownIds = new Set(own.map(({ id }) => id));
  return {
    ...gathered,
    facts,
    account,
    similar: similarAccounts(company, routing.named_accounts, account),
    openOpportunities: gathered.opportunities.filter(
      ({ accountId }) => accountId !== null && ownIds.has(accountId),
    ),
    ruleSet,
    walk,
    rules: outcomeOf(gathered, walk, account),
    settings: gathered.documents && readSettings(gathered.documents),
    disputed: disputedFacts(ruleSet, facts, account?.owner ?? null),
  };
}

function poolOf(situation: Situation): Pool | undefined {
  return situation.routing.pools.find(({ pool }) => pool === situation.rules.pool);
}

/** Keys of `CaseFile.restsOn`, by which an approval is held to what the approver saw. */
const recordOwnerKey = (record: Pick<CrmRecord, 'system' | 'id'>): string =>
  `owner.${record.system}.${record.id}`;

/** The value that a key of `restsOn` has in this situation; a record, rule or account that is gone is null. */
export function currentValue(key: string, situation: Situation): FactValue | null {
  const { facts, samePerson, routing } = situation;
  const account = conflictingAccount(situation) ?? situation.account;
  if (key === 'record') return `${situation.target.system} ${situation.target.id}`;
  if (key === 'account.tier') return account?.tier ?? null;
  if (key === 'account.owner') return account?.owner ?? null;
  const [kind = '', first = '', second = ''] = key.split('.');
  if (kind === 'rule')
    return routing.rules.find((rule) => rule.rule_id === key.slice('rule.'.length))?.version ?? null;
  if (kind === 'owner' && second !== '') {
    const record = samePerson.find(({ system, id }) => system === first && id === second);
    return record ? ownerEmail(record) : null;
  }
  const name = factNames.find((candidate) => candidate === kind);
  if (!name) return null;
  return first === 'other' ? (facts[name].others[0]?.value ?? null) : facts[name].value;
}

/** The facts that the decision at this step rests on, with the values that the approver will be shown. */
export function restsOn(situation: Situation, step: number): Record<string, FactValue | null> {
  const { walk, rules, samePerson, target, counterpart, disputed } = situation;
  const used = [...walk.factsUsed, ...disputed];
  const keys = ['record', 'owner', ...used];
  // With two records each fact has two values; that of the other CRM may come to differ.
  if (counterpart) keys.push(...used.map((name) => `${name}.other`));
  if (step === 7 || step === 11 || walk.usesAccountOwner) keys.push('account.tier', 'account.owner');
  if (rules.ruleId) keys.push(`rule.${rules.ruleId}`);
  for (const record of samePerson) {
    if (isOpenRecord(record) && record !== target) keys.push(recordOwnerKey(record));
  }
  return Object.fromEntries([...new Set(keys)].map((key) => [key, currentValue(key, situation)]));
}
