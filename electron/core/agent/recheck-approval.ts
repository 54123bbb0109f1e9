import type { CrmRecord } from '../../../shared/model/lead.ts';
import type { Person } from '../../../shared/model/person.ts';
import type { CaseFile } from '../../../shared/model/request.ts';
import { judge, problemsOf, type Unreachable, whyCannotOwn } from '../policy/judge.ts';
import { currentValue, recordsToCorrect, type Situation } from '../policy/situation.ts';
import { crmNames } from '../routing/facts.ts';
import { isOpenRecord } from '../routing/matching.ts';
import { caseFileOf, factWords, quotesFor } from './case-file.ts';
import { chooseTarget, collect, findLead } from './find-lead.ts';
import { beginGround, ownersOf, readWords } from './ground.ts';
import { type FoundLead, gatherPerson, gatherSituation, type LeadInput } from './lead-context.ts';
import { type OwnerChange, planChanges } from './owner-changes.ts';
import type { RunInput } from './run-result.ts';
import { ask, type Steps } from './tool-calls.ts';

/** Approving this step's escalation changes all open records of the person. */
const duplicateStep = 8;

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

/** The lead that the approver was shown as it is now, or the one that is found by now where none was; null for none. */
function* findAgain(input: RecheckInput, found: LeadInput): Steps<FoundLead | null> {
  const shown = input.caseFile.target;
  if (shown) return yield* readAgain(shown, found);
  const { references } = yield* readWords(input, found.owners);
  const where = { crms: input.crms, unreachable: found.unreachable };
  const search = yield* findLead(references, [], where);
  return search.kind === 'found' ? yield* gatherPerson(search.seed, search, found) : null;
}

function* readAgain({ system, id }: CrmRecord, found: LeadInput): Steps<FoundLead | null> {
  const answer = yield* ask('get_record', { system, id });
  const [target] = collect([answer], [crmNames[system]], found.unreachable);
  if (!target || target.isDeleted) return null;
  const lead = yield* gatherPerson(target, { records: [target], named: [target] }, found);
  return { ...lead, target, counterpart: counterpartOf(target, lead.samePerson) };
}

function counterpartOf(target: CrmRecord, samePerson: readonly CrmRecord[]): CrmRecord | null {
  const others = samePerson.filter(({ system }) => system !== target.system);
  return target.system === 'salesforce' ? (chooseTarget(others, [])?.target ?? null) : null;
}

function leadIsGone({ caseFile }: RecheckInput): Recheck {
  const changed = Object.entries(caseFile.restsOn).map(([fact, value]) => ({
    fact,
    shown: value,
    now: null,
  }));
  const rationale = `The lead ${caseFile.target ? 'can no longer' : 'still cannot'} be found, so the decision was not applied.`;
  return { kind: 'stale', changed, caseFile: { ...caseFile, changed }, rationale, situation: null };
}

/** What the decision rests on and is not as the approver was shown it. */
const changesSince = (shown: CaseFile['restsOn'], situation: Situation): CaseFile['changed'] =>
  Object.entries(shown)
    .map(([fact, value]) => ({ fact, shown: value, now: currentValue(fact, situation) }))
    .filter(({ shown: before, now }) => before !== now);

function stale(changed: CaseFile['changed'], situation: Situation): Recheck {
  const verdict = judge(situation, []);
  const quotes = quotesFor(situation, verdict);
  const words = changed.map(
    ({ fact, shown, now }) => `${factWords(fact)} was ${shown ?? 'unknown'} and is now ${now ?? 'unknown'}`,
  );
  return {
    kind: 'stale',
    changed,
    caseFile: { ...caseFileOf(situation, { ...verdict, quotes }), changed },
    rationale: `The decision was not applied, because what it was made on has changed: ${words.join('; ')}. ${verdict.rationale}`,
    situation,
  };
}

/**
 * Reads the world again before an approval is applied, and holds it to what the approver was shown: a fact that the
 * decision rests on and that has changed makes it stale, also if the rules would come out the same.
 */
export function* recheckApproval(input: RecheckInput): Steps<Recheck> {
  const { caseFile, owner } = input;
  const unreachable: Unreachable[] = [];
  const ground = yield* beginGround(input.crms);
  const found = { ground, owners: yield* ownersOf(ground, unreachable), unreachable };
  const lead = yield* findAgain(input, found);
  const notReached = (): Recheck => ({ kind: 'unreachable', problem: problemsOf(unreachable) });
  if (!lead) return unreachable.length > 0 ? notReached() : leadIsGone(input);
  const situation = yield* gatherSituation(lead, { ...input, ...found, askedOwner: caseFile.askedOwner });
  if (unreachable.length > 0) return notReached();

  const changed = changesSince(caseFile.restsOn, situation);
  if (changed.length > 0) return stale(changed, situation);
  const records =
    caseFile.step === duplicateStep ? lead.samePerson.filter(isOpenRecord) : recordsToCorrect(situation);
  const problem = whyCannotOwn(situation, records, owner);
  if (problem) return { kind: 'impossible', problem };
  return { kind: 'apply', changes: planChanges(situation, owner, records), situation };
}
