import type { CrmAccount, CrmRecord, CrmSystem } from '../../../shared/model/lead.ts';
import type { ContextRead } from '../../../shared/model/request.ts';
import { hangsOnOpportunities, type Unreachable } from '../policy/judge.ts';
import { assess, canOwn, type Gathered, recordsToCorrect, type Situation } from '../policy/situation.ts';
import { crmNames, leadDomain } from '../routing/facts.ts';
import { groupByPerson } from '../routing/matching.ts';
import { pickPoolMember } from '../routing/pools.ts';
import { chooseTarget, collect } from './find-lead.ts';
import { type Ground, policyInTime, policyOf } from './ground.ts';
import type { RunInput } from './run-result.ts';
import {
  askEach,
  type Begun,
  begin,
  beginEach,
  finishEach,
  finishEachInTime,
  finishInTime,
  type Steps,
  type ToolAnswer,
} from './tool-calls.ts';

/** What was found of the lead's person. */
export interface FoundLead {
  target: CrmRecord;
  counterpart: CrmRecord | null;
  samePerson: CrmRecord[];
  reads: ContextRead[];
}

/** What was read before a lead is looked at. */
export interface LeadInput {
  ground: Ground;
  owners: Gathered['owners'];
  /** Added to where a system does not answer that the decision needs. */
  unreachable: Unreachable[];
}

/** One read of the context, as the case file tells of it. */
const readNote = (
  what: ContextRead['what'],
  system: CrmSystem,
  answer: { isOk: true; at: string } | { isOk: false; error: Error },
): ContextRead => ({
  system,
  what,
  at: answer.isOk ? answer.at : null,
  unknownBecause: answer.isOk ? null : answer.error.message,
});

const readNotes = (
  what: ContextRead['what'],
  systems: readonly CrmSystem[],
  answers: readonly Parameters<typeof readNote>[2][],
): ContextRead[] =>
  systems.flatMap((system, index) => {
    const answer = answers[index];
    return answer ? [readNote(what, system, answer)] : [];
  });

/** All records of the person, in every CRM, and among them the target and its counterpart. */
export function* gatherPerson(
  seed: CrmRecord,
  start: { records: readonly CrmRecord[]; named: readonly CrmRecord[] },
  { ground: { crms }, unreachable }: LeadInput,
): Steps<FoundLead> {
  const answers = yield* askEach(
    'find_duplicates',
    crms.map((system) => ({ system, record: seed })),
  );
  const names = crms.map((system) => crmNames[system]);
  const possible = collect(answers, names, unreachable).flat();
  const isSeed = (record: CrmRecord) => record.system === seed.system && record.id === seed.id;
  const everybody = groupByPerson([...start.records, ...possible.filter((record) => !record.isDeleted)]);
  const samePerson = everybody.find((group) => group.some(isSeed)) ?? [seed];
  const chosen = chooseTarget(samePerson, start.named) ?? { target: seed, counterpart: null };
  return { ...chosen, samePerson, reads: readNotes('duplicates', crms, answers) };
}

interface Accounts {
  found: CrmAccount[];
  reads: ContextRead[];
}

/** The accounts and companies of every CRM that may be the lead's. */
function* gatherAccounts(
  { target, counterpart }: FoundLead,
  { ground: { crms }, unreachable }: LeadInput,
): Steps<Accounts> {
  const companiesIn = (system: CrmSystem) => {
    const record = [target, counterpart].find((one) => one?.system === system);
    return { companyId: record?.companyId ?? null, otherCompanyIds: record?.otherCompanyIds };
  };
  const domain = leadDomain(target) ?? (counterpart && leadDomain(counterpart));
  const name = target.company ?? counterpart?.company ?? null;
  const answers = yield* askEach(
    'find_accounts',
    crms.map((system) => ({ system, domain, name, ...companiesIn(system) })),
  );
  const names = crms.map((system) => crmNames[system]);
  const found = collect(answers, names, unreachable).flat();
  return { found, reads: readNotes('accounts', crms, answers) };
}

interface OpportunityReads {
  systems: readonly CrmSystem[];
  begun: readonly Begun<'find_opportunities'>[];
}

function* beginOpportunities(
  crms: readonly CrmSystem[],
  accounts: readonly CrmAccount[],
): Steps<OpportunityReads> {
  const wanted = crms
    .map((system) => ({
      system,
      accountIds: accounts.filter((account) => account.system === system).map(({ id }) => id),
    }))
    .filter(({ accountIds }) => accountIds.length > 0);
  const begun = yield* beginEach('find_opportunities', wanted);
  return { systems: wanted.map(({ system }) => system), begun };
}

/** Who would be next in each pool, of those who can own the records that would change. */
function nextInPools(gathered: Gathered, { routing, poolStates }: Ground['routing']): Gathered['nextInPool'] {
  const systems = [...new Set(recordsToCorrect(gathered).map(({ system }) => system))];
  const isAvailableOwner = (owner: string) => systems.every((system) => canOwn(gathered, system, owner));
  const next = routing.pools.map((pool) => {
    const state = poolStates[pool.pool] ?? { currentWeights: {}, takenToday: {} };
    const picked = pickPoolMember({ pool, state, now: gathered.now, isAvailableOwner });
    return [pool.pool, picked?.owner ?? null] as const;
  });
  return Object.fromEntries(next);
}

type SituationInput = LeadInput &
  Pick<RunInput, 'now' | 'timeZone' | 'people'> & {
    /** E-mail of the owner that the requester asked for. */
    askedOwner: string | null;
  };

/** What the systems told of what stands around a lead. */
interface Context {
  accounts: Accounts;
  opportunities: { systems: readonly CrmSystem[]; answers: readonly ToolAnswer<'find_opportunities'>[] };
  history: ToolAnswer<'ownership_history'>;
  documents: Gathered['documents'];
}

function situationOf(
  { target, counterpart, samePerson, reads }: FoundLead,
  { ground, owners, now, timeZone, people, askedOwner }: SituationInput,
  { accounts, opportunities, history, documents }: Context,
): Situation {
  const gathered: Gathered = {
    now,
    timeZone,
    target,
    counterpart,
    samePerson,
    crmAccounts: accounts.found,
    opportunities: opportunities.answers.flatMap((answer) => (answer.isOk ? answer.value : [])),
    history: history.isOk ? history.value : [],
    reads: [
      ...reads,
      ...accounts.reads,
      ...readNotes('opportunities', opportunities.systems, opportunities.answers),
      readNote('history', target.system, history),
    ],
    routing: ground.routing.routing,
    people,
    owners,
    nextInPool: {},
    documents,
    askedOwner,
  };
  return assess({ ...gathered, nextInPool: nextInPools(gathered, ground.routing) });
}

/**
 * Reads what stands around the lead, and puts all of it into one situation. Accounts and policy decide, and are waited
 * for. Earlier owners are only shown; open opportunities are only shown too, unless the verdict hangs on them: those
 * two are gone without where they do not come in time.
 */
export function* gatherSituation(lead: FoundLead, input: SituationInput): Steps<Situation> {
  const { target } = lead;
  const { ground, unreachable } = input;
  const accounts = yield* gatherAccounts(lead, input);
  // After the accounts: a CRM may answer what is asked side by side all at once, and these must not keep those back.
  const { systems, begun } = yield* beginOpportunities(ground.crms, accounts.found);
  const pastOwners = yield* begin('ownership_history', { system: target.system, id: target.id });
  const inTime = yield* finishEachInTime(begun);
  const history = yield* finishInTime(pastOwners);
  const documents = yield* unreachable.length > 0 ? policyInTime(ground) : policyOf(ground);
  const situationWith = (answers: readonly ToolAnswer<'find_opportunities'>[]) =>
    situationOf(lead, input, { accounts, opportunities: { systems, answers }, history, documents });

  const situation = situationWith(inTime);
  if (inTime.every(({ isOk }) => isOk) || !hangsOnOpportunities(situation, unreachable)) return situation;
  const answers = yield* finishEach(begun);
  const names = systems.map((system) => crmNames[system]);
  collect(answers, names, unreachable);
  return situationWith(answers);
}
