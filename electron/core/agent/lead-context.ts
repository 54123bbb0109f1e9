import type { CrmRecord, CrmSystem } from '../../../shared/model/lead.ts';
import type { Person } from '../../../shared/model/person.ts';
import type { PolicyDocument } from '../../../shared/model/policy.ts';
import type { Unreachable } from '../policy/judge.ts';
import { assess, canOwn, type Gathered, recordsToCorrect, type Situation } from '../policy/situation.ts';
import { crmNames, leadDomain } from '../routing/facts.ts';
import { groupByPerson } from '../routing/matching.ts';
import { pickPoolMember } from '../routing/pools.ts';
import { chooseTarget, collect } from './find-lead.ts';
import type { KnownName } from './language/reader.ts';
import type { RunInput } from './run-result.ts';
import { ask, askEach, type Steps, type Tools, together } from './tool-calls.ts';

/** What is read at the start of every run, whatever the request says. */
export interface Ground {
  documents: PolicyDocument[] | null;
  routing: Tools['read_routing']['output'] | null;
  owners: Gathered['owners'];
  unreachable: Unreachable[];
}

export function* readGround(crms: readonly CrmSystem[]): Steps<Ground> {
  const unreachable: Unreachable[] = [];
  const [policy, routing, owners] = yield* together([
    ask('read_policy', {}),
    ask('read_routing', {}),
    askEach(
      'list_owners',
      crms.map((system) => ({ system })),
    ),
  ]);
  const lists: Gathered['owners'] = {};
  for (const [index, system] of crms.entries()) {
    const answer = owners[index];
    const [list] = answer ? collect([answer], [crmNames[system]], unreachable) : [];
    if (list) lists[system] = list;
  }
  if (!routing.isOk) throw routing.error;
  const documents = policy.isOk && policy.value.length > 0 ? policy.value : null;
  return { documents, routing: routing.value, owners: lists, unreachable };
}

/** Everybody whose name may occur without being the lead: people, and the CRMs' users. */
export function knownNamesOf(people: readonly Person[], owners: Gathered['owners']): KnownName[] {
  const users = Object.values(owners).flatMap((list) => list.filter(({ kind }) => kind === 'user'));
  const isActiveOwner = (email: string) =>
    users.some((user) => user.isActive && user.email?.toLowerCase() === email) &&
    !people.some((person) => person.email === email && !person.active);
  const known = new Map<string, KnownName>();
  for (const { email, name, slack } of people) {
    known.set(email, { email, name, chatId: slack, isActiveOwner: isActiveOwner(email) });
  }
  for (const user of users) {
    const email = user.email?.toLowerCase();
    if (email === undefined || known.has(email)) continue;
    known.set(email, { email, name: user.name ?? email, chatId: null, isActiveOwner: isActiveOwner(email) });
  }
  return [...known.values()];
}

export interface FoundLead {
  target: CrmRecord;
  counterpart: CrmRecord | null;
  samePerson: CrmRecord[];
}

/** All records of the person, in every CRM, and among them the target and its counterpart. */
export function* gatherPerson(
  seed: CrmRecord,
  start: { records: readonly CrmRecord[]; named: readonly CrmRecord[] },
  search: { crms: readonly CrmSystem[]; unreachable: Unreachable[] },
): Steps<FoundLead> {
  const answers = yield* askEach(
    'find_duplicates',
    search.crms.map((system) => ({ system, record: seed })),
  );
  const names = search.crms.map((system) => crmNames[system]);
  const possible = collect(answers, names, search.unreachable).flat();
  const isSeed = (record: CrmRecord) => record.system === seed.system && record.id === seed.id;
  const everybody = groupByPerson([...start.records, ...possible.filter((record) => !record.isDeleted)]);
  const samePerson = everybody.find((group) => group.some(isSeed)) ?? [seed];
  const chosen = chooseTarget(samePerson, start.named) ?? { target: seed, counterpart: null };
  return { ...chosen, samePerson };
}

/** Reads what stands around the lead, and puts all of it into one situation. */
export function* gatherSituation(
  lead: FoundLead,
  ground: Ground,
  input: Pick<RunInput, 'now' | 'timeZone' | 'crms' | 'people'> & { askedOwner: string | null },
): Steps<Situation> {
  const { target, counterpart, samePerson } = lead;
  const { crms, now, people } = input;
  const names = crms.map((system) => crmNames[system]);
  const domain = leadDomain(target) ?? (counterpart && leadDomain(counterpart));
  const companyIdIn = (system: CrmSystem) =>
    [target, counterpart].find((record) => record?.system === system)?.companyId ?? null;
  const [accounts, history] = yield* together([
    askEach(
      'find_accounts',
      crms.map((system) => ({
        system,
        domain,
        name: target.company ?? counterpart?.company ?? null,
        companyId: companyIdIn(system),
      })),
    ),
    ask('ownership_history', { system: target.system, id: target.id }),
  ]);
  const crmAccounts = collect(accounts, names, ground.unreachable).flat();
  const past = collect([history], [crmNames[target.system]], ground.unreachable).flat();
  const idsIn = (system: CrmSystem) =>
    crmAccounts.filter((account) => account.system === system).map((account) => account.id);
  const withAccounts = crms.filter((system) => idsIn(system).length > 0);
  const opportunities = yield* askEach(
    'find_opportunities',
    withAccounts.map((system) => ({ system, accountIds: idsIn(system) })),
  );
  const routing = ground.routing ?? { routing: emptyRouting, poolStates: {} };
  const gathered: Gathered = {
    now,
    timeZone: input.timeZone,
    target,
    counterpart,
    samePerson,
    crmAccounts,
    opportunities: collect(
      opportunities,
      withAccounts.map((system) => crmNames[system]),
      ground.unreachable,
    ).flat(),
    history: past,
    routing: routing.routing,
    people,
    owners: ground.owners,
    nextInPool: {},
    documents: ground.documents,
    askedOwner: input.askedOwner,
  };
  const systems = [...new Set(recordsToCorrect(gathered).map(({ system }) => system))];
  for (const pool of routing.routing.pools) {
    const state = routing.poolStates[pool.pool] ?? { currentWeights: {}, takenToday: {} };
    const isAvailableOwner = (owner: string) => systems.every((system) => canOwn(gathered, system, owner));
    gathered.nextInPool[pool.pool] = pickPoolMember({ pool, state, now, isAvailableOwner })?.owner ?? null;
  }
  return assess(gathered);
}

const emptyRouting = { rules: [], named_accounts: [], pools: [], escalation_owners: [] };
