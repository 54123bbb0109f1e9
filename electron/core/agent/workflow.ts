import type { CrmRecord, CrmSystem } from '../../../shared/model/lead.ts';
import type { Person } from '../../../shared/model/person.ts';
import type { PolicyDocument, PolicyQuote } from '../../../shared/model/policy.ts';
import type {
  Candidate,
  CaseFile,
  EscalationReason,
  OwnerOption,
  Priority,
  RecordRef,
  Source,
} from '../../../shared/model/request.ts';
import { destinationFor, quotePolicy } from '../knowledge/quote.ts';
import { type Responsible, responsibleFor } from '../policy/approver.ts';
import { judge, problemsOf, type Unreachable, type Verdict, whyCannotOwn } from '../policy/judge.ts';
import { priorityOf } from '../policy/priority.ts';
import { isSameSetting } from '../policy/settings.ts';
import {
  assess,
  canOwn,
  currentValue,
  type Gathered,
  recordsToCorrect,
  restsOn,
  type Situation,
} from '../policy/situation.ts';
import { crmNames, leadDomain, recordTitle } from '../routing/facts.ts';
import { groupByPerson, isOpenRecord } from '../routing/matching.ts';
import { pickPoolMember } from '../routing/pools.ts';
import { chooseTarget, collect, findLead } from './find-lead.ts';
import type { KnownName, Reading, SpokenMessage } from './language/reader.ts';
import { askWhichCandidate, askWhichLead, leadLabel, leadNotFound, notKnown, notRouting } from './replies.ts';
import { ask, askEach, type Steps, type Tools, together } from './tool-calls.ts';

/** What a run knows before it reads anything. */
export interface RunInput {
  now: Date;
  /** The organisation's zone. */
  timeZone: string;
  crms: readonly CrmSystem[];
  people: readonly Person[];
  requester: Person | null;
  request: {
    source: Source;
    targetRecord: string | null;
    chosenPriority: Priority | null;
    /** Candidates that the requester was shown in an earlier run. */
    candidates: readonly Candidate[];
    /** The approver who returned the case, to whom it goes again. */
    earlierApprover: string | null;
    /** The lead of the closed request that this one follows: meant where the words speak of routing and name none. */
    earlierLead?: RecordRef | null;
  };
  /** What came in, oldest first. */
  messages: readonly SpokenMessage[];
}

/** One owner that has to change, and what it changes from. */
export interface OwnerChange {
  record: RecordRef;
  previousOwner: string | null;
  /** E-mail of the new owner. */
  newOwner: string;
  /** The new owner's id in the record's CRM. */
  newOwnerId: string;
  /** The stamp of the record as it was judged; the write is held to it. */
  stamp: string | null;
}

/** What all results of a run carry. */
interface Common {
  priority: Priority;
  rationale: string;
  caseFile: CaseFile;
  /** `id@version` of the pages quoted. */
  policy: string[];
  rule: string | null;
  leadLabel: string | null;
}

export type RunResult = Common &
  (
    | { kind: 'withdraw' }
    | { kind: 'reject'; reason: 'unauthenticated' | 'out_of_scope'; reply: string }
    | { kind: 'wait'; reason: 'lead_not_named' | 'lead_not_found' | 'lead_ambiguous'; reply: string }
    | { kind: 'complete'; owner: string | null; step: number }
    | { kind: 'escalate'; reason: EscalationReason; responsible: Responsible | null }
    | {
        kind: 'change';
        /** E-mail of the new owner; null until the pool's turn is taken. */
        owner: string | null;
        pool: string | null;
        situation: Situation;
      }
  );

export const emptyCase: CaseFile = {
  target: null,
  counterpart: null,
  samePerson: [],
  facts: null,
  restsOn: {},
  account: null,
  similarAccounts: [],
  crmAccounts: [],
  opportunities: [],
  history: [],
  rules: null,
  step: null,
  proposal: null,
  options: [],
  askedOwner: null,
  candidates: [],
  quotes: [],
  settings: [],
  unknownSettings: [],
  changed: [],
};

/** What is read at the start of every run, whatever the request says. */
interface Ground {
  documents: PolicyDocument[] | null;
  routing: Tools['read_routing']['output'] | null;
  owners: Gathered['owners'];
  unreachable: Unreachable[];
}

function* readGround(crms: readonly CrmSystem[]): Steps<Ground> {
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
function knownNamesOf(people: readonly Person[], owners: Gathered['owners']): KnownName[] {
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

interface FoundLead {
  target: CrmRecord;
  counterpart: CrmRecord | null;
  samePerson: CrmRecord[];
}

/** All records of the person, in every CRM, and among them the target and its counterpart. */
function* gatherPerson(
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
function* gatherSituation(
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

/** Approving this step's escalation changes all open records of the person. */
const duplicateStep = 8;

const emptyRouting = { rules: [], named_accounts: [], pools: [], escalation_owners: [] };

/** What the pages say about a verdict; a setting that decided is quoted from every page that has it. */
function quotesFor(
  situation: Pick<Situation, 'documents' | 'settings'>,
  { rationale, settings: decided }: Pick<Verdict, 'rationale' | 'settings'>,
): PolicyQuote[] {
  const settings =
    situation.settings?.all.filter((setting) => decided.some((one) => isSameSetting(one, setting))) ?? [];
  return quotePolicy(situation.documents ?? [], { words: rationale, settings });
}

/** The passages that fit words, before any lead was judged. */
const passagesFor = (documents: readonly PolicyDocument[] | null, words: string): PolicyQuote[] =>
  quotePolicy(documents ?? [], { words, settings: [] });

const policyOf = (quotes: readonly PolicyQuote[]): string[] =>
  quotes.map(({ pageId, version }) => `${pageId}@${version}`);

function caseFileOf(
  situation: Situation,
  decided: {
    step: number;
    proposal: OwnerOption | null;
    options: OwnerOption[];
    account: Verdict['account'];
    quotes: PolicyQuote[];
  },
): CaseFile {
  const titles = new Map(situation.documents?.map(({ id, version, title }) => [`${id}@${version}`, title]));
  const written = ({ name, value, page }: { name: string; value: string; page: string }) => ({
    name,
    value,
    page: titles.get(page) ?? page,
  });
  return {
    ...emptyCase,
    target: situation.target,
    counterpart: situation.counterpart,
    samePerson: [...situation.samePerson],
    facts: situation.facts,
    restsOn: restsOn(situation, decided.step),
    account: decided.account,
    similarAccounts: [...situation.similar],
    crmAccounts: [...situation.crmAccounts],
    opportunities: [...situation.openOpportunities],
    history: [...situation.history],
    rules: situation.rules,
    step: decided.step,
    proposal: decided.proposal,
    options: decided.options,
    askedOwner: situation.askedOwner,
    quotes: decided.quotes,
    settings: situation.settings?.all.map(written) ?? [],
    unknownSettings: [...(situation.settings?.unknown ?? []), ...(situation.settings?.unreadable ?? [])].map(
      written,
    ),
  };
}

/** `rule` of the result: the best match where the rules gave an owner, whoever decided in the end. */
const ruleOf = ({ rules }: Situation): string | null =>
  rules.kind === 'owner' || rules.kind === 'pool' ? rules.ruleId : null;

function commonOf(
  situation: Situation,
  verdict: Verdict,
  about: { urgency: Reading['urgency']; chosen: Priority | null },
): Common {
  const quotes = quotesFor(situation, verdict);
  return {
    priority: priorityOf({
      urgency: about.urgency,
      accountTier: situation.account?.tier ?? null,
      leadCreatedAt: situation.target.createdAt,
      now: situation.now,
      chosen: about.chosen,
    }),
    rationale: verdict.rationale,
    caseFile: caseFileOf(situation, { ...verdict, quotes }),
    policy: policyOf(quotes),
    rule: ruleOf(situation),
    leadLabel: leadLabel(situation.target),
  };
}

function responsible(
  situation: Situation,
  verdict: { reason: EscalationReason; account: Verdict['account'] },
  input: RunInput,
): Responsible | null {
  const country = situation.facts.country.value;
  return responsibleFor({
    reason: verdict.reason,
    country: typeof country === 'string' ? country : null,
    accountOwner: verdict.account?.owner ?? null,
    requester: input.requester?.email ?? null,
    earlierApprover: input.request.earlierApprover,
    escalationOwners: situation.routing.escalation_owners,
    people: input.people,
    pageWindowMs: situation.settings?.reviewWindow?.parsed ?? null,
  });
}

/** An escalation before any lead was found: a system that could not be searched. */
function unreachableResult(input: RunInput, ground: Ground, reading: Reading): RunResult {
  const rationale = `A system could not be searched, so it is not known whether the lead is there; nothing was changed. ${problemsOf(ground.unreachable)}`;
  const quotes = passagesFor(ground.documents, rationale);
  return {
    kind: 'escalate',
    reason: 'tool_failure',
    rationale,
    priority: priorityOf({
      urgency: reading.urgency,
      accountTier: null,
      leadCreatedAt: null,
      now: input.now,
      chosen: input.request.chosenPriority,
    }),
    caseFile: { ...emptyCase, step: 4, quotes },
    policy: policyOf(quotes),
    rule: null,
    leadLabel: null,
    responsible: responsibleFor({
      reason: 'tool_failure',
      country: null,
      accountOwner: null,
      requester: input.requester?.email ?? null,
      earlierApprover: input.request.earlierApprover,
      escalationOwners: ground.routing?.routing.escalation_owners ?? [],
      people: input.people,
      pageWindowMs: null,
    }),
  };
}

/** Steps 1 to 15 for one request, from its words to what is to be done. */
export function* judgeRequest(input: RunInput): Steps<RunResult> {
  const { requester, request, crms } = input;
  /** Where no lead is known, the words and the form alone decide. */
  const priorityFrom = (urgency: Reading['urgency']) =>
    priorityOf({
      urgency,
      accountTier: null,
      leadCreatedAt: null,
      now: input.now,
      chosen: request.chosenPriority,
    });
  const plain = (rationale: string, more: Partial<Common> = {}): Common => ({
    priority: priorityFrom(null),
    rationale,
    caseFile: emptyCase,
    policy: [],
    rule: null,
    leadLabel: null,
    ...more,
  });
  if (!requester?.active) {
    const who = requester ? `${requester.name} is no longer active` : 'The sender is not in the people list';
    return {
      kind: 'reject',
      reason: 'unauthenticated',
      reply: notKnown,
      ...plain(`${who}, so the request is not taken.`),
    };
  }

  const ground = yield* readGround(crms);
  const language = yield* ask('read_language', {
    messages: input.messages,
    targetRecord: request.targetRecord,
    requester: requester.email,
    knownNames: knownNamesOf(input.people, ground.owners),
  });
  if (!language.isOk) throw language.error;
  const reading = language.value;
  const spoken = input.messages.map(({ text }) => text).join('\n');
  const priority = priorityFrom(reading.urgency);
  if (reading.isWithdrawn)
    return { kind: 'withdraw', ...plain('The requester took the request back.', { priority }) };

  const outOfScope = (): RunResult => {
    const destination = destinationFor(ground.documents ?? [], spoken);
    const quotes: PolicyQuote[] = destination
      ? [
          {
            pageId: destination.document.id,
            version: destination.document.version,
            title: destination.document.title,
            passage: destination.sentence,
            url: destination.document.url,
          },
        ]
      : [];
    const reply = notRouting(destination?.sentence ?? null);
    const rationale = `This is not a lead routing matter.${destination ? ` Policy: ${destination.sentence}` : ''}`;
    return {
      kind: 'reject',
      reason: 'out_of_scope',
      reply,
      ...plain(rationale, {
        priority,
        policy: policyOf(quotes),
        caseFile: { ...emptyCase, step: 2, quotes },
      }),
    };
  };
  if (reading.scope === 'other') return outOfScope();

  const where = { crms, unreachable: ground.unreachable };
  let search = yield* findLead(reading.references, request.candidates, where);
  if (search.kind === 'not_named' && reading.scope === 'routing' && request.earlierLead) {
    const sameLead = { records: [request.earlierLead], emails: [], names: [], ordinal: null };
    search = yield* findLead([sameLead], [], where);
  }
  if (search.kind !== 'found') {
    if (reading.scope === 'unclear' && search.kind === 'not_found' && ground.unreachable.length === 0)
      return outOfScope();
    if (ground.unreachable.length > 0 && search.kind !== 'not_named')
      return unreachableResult(input, ground, reading);
    const quotes = passagesFor(ground.documents, spoken);
    const wait = { priority, policy: policyOf(quotes), caseFile: { ...emptyCase, step: 3, quotes } };
    if (search.kind === 'not_named') {
      return {
        kind: 'wait',
        reason: 'lead_not_named',
        reply: askWhichLead,
        ...plain('No lead is named.', wait),
      };
    }
    if (search.kind === 'not_found') {
      const reply = leadNotFound(search.looked, crms.map((system) => crmNames[system]).join(' or '));
      return {
        kind: 'wait',
        reason: 'lead_not_found',
        reply,
        ...plain(`No lead was found for ${search.looked}.`, wait),
      };
    }
    const { candidates } = search;
    const names = candidates.map(({ name, company }) =>
      [name, company].filter((part) => part !== null).join(', '),
    );
    const rationale = `The words fit several people: ${names.join('; ')}.`;
    const reply = askWhichCandidate(candidates);
    return {
      kind: 'wait',
      reason: 'lead_ambiguous',
      reply,
      ...plain(rationale, { ...wait, caseFile: { ...wait.caseFile, candidates } }),
    };
  }

  const lead = yield* gatherPerson(search.seed, search, { crms, unreachable: ground.unreachable });
  const present = lead.target.owner?.email?.toLowerCase() ?? null;
  const askedOwner = reading.askedOwner === present ? null : reading.askedOwner;
  const situation = yield* gatherSituation(lead, ground, { ...input, askedOwner });
  const verdict = judge(situation, ground.unreachable);
  const common = commonOf(situation, verdict, { urgency: reading.urgency, chosen: request.chosenPriority });
  if (verdict.kind === 'complete') return { kind: 'complete', owner: present, step: verdict.step, ...common };
  if (verdict.kind === 'change')
    return { kind: 'change', owner: verdict.owner, pool: verdict.pool, situation, ...common };
  return {
    kind: 'escalate',
    reason: verdict.reason,
    responsible: responsible(situation, verdict, input),
    ...common,
  };
}

/** The owner changes that bring all concerned records to the new owner; a record that is there already has none. */
export function planChanges(
  situation: Situation,
  newOwner: string,
  records: readonly CrmRecord[],
): OwnerChange[] {
  const changes: OwnerChange[] = [];
  for (const record of records) {
    const previousOwner = record.owner?.email?.toLowerCase() ?? record.owner?.name ?? null;
    const user = situation.owners[record.system]?.find(
      (owner) => owner.kind === 'user' && owner.isActive && owner.email?.toLowerCase() === newOwner,
    );
    if (record.owner?.email?.toLowerCase() === newOwner || !user) continue;
    changes.push({
      record: { system: record.system, id: record.id },
      previousOwner,
      newOwner,
      newOwnerId: user.id,
      stamp: record.modifiedAt,
    });
  }
  return changes;
}

/** What becomes of an approval once the world was looked at again. */
export type Recheck =
  | {
      kind: 'stale';
      changed: CaseFile['changed'];
      caseFile: CaseFile;
      rationale: string;
      situation: Situation | null;
    }
  | { kind: 'impossible'; problem: string }
  | { kind: 'unreachable'; problem: string }
  | { kind: 'apply'; changes: OwnerChange[]; situation: Situation };

export interface RecheckInput extends Pick<RunInput, 'now' | 'timeZone' | 'crms' | 'people' | 'messages'> {
  caseFile: CaseFile;
  requester: Person | null;
  targetRecord: string | null;
  /** Whom the approver chose. */
  owner: string;
}

/**
 * Reads the world again before an approval is applied, and holds it to what the approver was shown: a fact that the
 * decision rests on and that has changed makes it stale, also if the rules would come out the same.
 */
export function* recheckApproval(input: RecheckInput): Steps<Recheck> {
  const { caseFile, crms } = input;
  const ground = yield* readGround(crms);
  const shown = caseFile.target;
  let lead: FoundLead | null = null;
  if (shown) {
    const answer = yield* ask('get_record', { system: shown.system, id: shown.id });
    if (!answer.isOk) return { kind: 'unreachable', problem: answer.error.message };
    if (answer.value && !answer.value.isDeleted) {
      const again = { records: [answer.value], named: [answer.value] };
      lead = yield* gatherPerson(answer.value, again, { crms, unreachable: ground.unreachable });
      const others = lead.samePerson;
      lead = { target: answer.value, counterpart: counterpartOf(answer.value, others), samePerson: others };
    }
  } else {
    const language = yield* ask('read_language', {
      messages: input.messages,
      targetRecord: input.targetRecord,
      requester: input.requester?.email ?? null,
      knownNames: knownNamesOf(input.people, ground.owners),
    });
    if (!language.isOk) throw language.error;
    const search = yield* findLead(language.value.references, [], { crms, unreachable: ground.unreachable });
    if (search.kind === 'found') {
      lead = yield* gatherPerson(search.seed, search, { crms, unreachable: ground.unreachable });
    }
  }
  if (!lead) {
    if (ground.unreachable.length > 0)
      return { kind: 'unreachable', problem: problemsOf(ground.unreachable) };
    const changed = Object.entries(caseFile.restsOn).map(([fact, value]) => ({
      fact,
      shown: value,
      now: null,
    }));
    const rationale = `The lead ${shown ? 'can no longer' : 'still cannot'} be found, so the decision was not applied.`;
    return { kind: 'stale', changed, caseFile: { ...caseFile, changed }, rationale, situation: null };
  }
  const situation = yield* gatherSituation(lead, ground, { ...input, askedOwner: caseFile.askedOwner });
  if (ground.unreachable.length > 0) return { kind: 'unreachable', problem: problemsOf(ground.unreachable) };

  const changed = Object.entries(caseFile.restsOn)
    .map(([fact, value]) => ({ fact, shown: value, now: currentValue(fact, situation) }))
    .filter(({ shown: before, now }) => before !== now);
  if (changed.length > 0) {
    const verdict = judge(situation, []);
    const quotes = quotesFor(situation, verdict);
    const words = changed.map(
      ({ fact, shown: before, now }) =>
        `${factWords(fact)} was ${before ?? 'unknown'} and is now ${now ?? 'unknown'}`,
    );
    return {
      kind: 'stale',
      changed,
      caseFile: { ...caseFileOf(situation, { ...verdict, quotes }), changed },
      rationale: `The decision was not applied, because what it was made on has changed: ${words.join('; ')}. ${verdict.rationale}`,
      situation,
    };
  }
  const records =
    caseFile.step === duplicateStep ? lead.samePerson.filter(isOpenRecord) : recordsToCorrect(situation);
  const problem = whyCannotOwn(situation, records, input.owner);
  if (problem) return { kind: 'impossible', problem };
  return { kind: 'apply', changes: planChanges(situation, input.owner, records), situation };
}

function counterpartOf(target: CrmRecord, samePerson: readonly CrmRecord[]): CrmRecord | null {
  const others = samePerson.filter(({ system }) => system !== target.system);
  return target.system === 'salesforce' ? (chooseTarget(others, [])?.target ?? null) : null;
}

/** A key of `restsOn` in words. */
export function factWords(key: string): string {
  const [kind, first, second] = key.split('.');
  if (kind === 'record') return 'the record';
  if (kind === 'account') return `the account's ${first}`;
  if (kind === 'rule') return `the version of rule ${key.slice('rule.'.length)}`;
  if (kind === 'owner' && second !== undefined) {
    return `the owner of ${recordTitle({ system: first === 'hubspot' ? 'hubspot' : 'salesforce', id: second })}`;
  }
  return first === 'other' ? `${kind} in the other CRM` : (kind ?? key);
}
