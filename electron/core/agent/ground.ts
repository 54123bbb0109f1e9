import type { CrmSystem } from '../../../shared/model/lead.ts';
import type { Person } from '../../../shared/model/person.ts';
import type { PolicyDocument } from '../../../shared/model/policy.ts';
import type { Unreachable } from '../policy/judge.ts';
import type { Gathered } from '../policy/situation.ts';
import { crmNames } from '../routing/facts.ts';
import { collect } from './find-lead.ts';
import type { KnownName, Reading } from './language/reader.ts';
import type { RunInput } from './run-result.ts';
import {
  ask,
  type Begun,
  begin,
  beginEach,
  finish,
  finishEach,
  finishEachInTime,
  finishInTime,
  type Steps,
  type ToolAnswer,
  type Tools,
} from './tool-calls.ts';

/** What every run reads, whatever the request says: it is begun at once, and waited for where it is needed. */
export interface Ground {
  crms: readonly CrmSystem[];
  policy: Begun<'read_policy'>;
  routing: Tools['read_routing']['output'];
  /** The users of each CRM, in the order of `crms`. */
  owners: readonly Begun<'list_owners'>[];
}

export function* beginGround(crms: readonly CrmSystem[]): Steps<Ground> {
  const policy = yield* begin('read_policy', {});
  const owners = yield* beginEach(
    'list_owners',
    crms.map((system) => ({ system })),
  );
  const routing = yield* ask('read_routing', {});
  if (!routing.isOk) throw routing.error;
  return { crms, policy, routing: routing.value, owners };
}

const documentsIn = (answer: ToolAnswer<'read_policy'>): PolicyDocument[] | null =>
  answer.isOk && answer.value.length > 0 ? answer.value : null;

/** The pages, for a case that cannot be decided without them; null where none can be read and none is kept. */
export function* policyOf({ policy }: Ground): Steps<PolicyDocument[] | null> {
  return documentsIn(yield* finish(policy));
}

/** The pages for a case that may quote them and is decided without them (steps 1 to 4), if they come in time. */
export function* policyInTime({ policy }: Ground): Steps<PolicyDocument[] | null> {
  return documentsIn(yield* finishInTime(policy));
}

const listsOf = (crms: readonly CrmSystem[], answers: readonly ToolAnswer<'list_owners'>[]) => {
  const lists: Gathered['owners'] = {};
  for (const [index, system] of crms.entries()) {
    const answer = answers[index];
    if (answer?.isOk) lists[system] = answer.value;
  }
  return lists;
};

/** The users of the CRMs that tell them in time, and whether those are all. */
export function* ownersInTime({
  crms,
  owners,
}: Ground): Steps<{ owners: Gathered['owners']; isComplete: boolean }> {
  const answers = yield* finishEachInTime(owners);
  return { owners: listsOf(crms, answers), isComplete: answers.every(({ isOk }) => isOk) };
}

/** The users of every CRM; one that does not answer is noted. */
export function* ownersOf({ crms, owners }: Ground, unreachable: Unreachable[]): Steps<Gathered['owners']> {
  const answers = yield* finishEach(owners);
  const systems = crms.map((system) => crmNames[system]);
  collect(answers, systems, unreachable);
  return listsOf(crms, answers);
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

/** Reads the words of a request, with everybody's names at hand. */
export function* readWords(
  {
    messages,
    people,
    requester,
    targetRecord,
  }: Pick<RunInput, 'messages' | 'people' | 'requester'> & Pick<RunInput['request'], 'targetRecord'>,
  owners: Gathered['owners'],
): Steps<Reading> {
  const language = yield* ask('read_language', {
    messages,
    targetRecord,
    requester: requester?.email ?? null,
    knownNames: knownNamesOf(people, owners),
  });
  if (!language.isOk) throw language.error;
  return language.value;
}
