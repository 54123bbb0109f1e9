import type { CrmRecord } from '../../../shared/model/lead.ts';
import type { Person } from '../../../shared/model/person.ts';
import type { CaseFile } from '../../../shared/model/request.ts';
import { judge, problemsOf, whyCannotOwn } from '../policy/judge.ts';
import { currentValue, recordsToCorrect, type Situation } from '../policy/situation.ts';
import { isOpenRecord } from '../routing/matching.ts';
import { caseFileOf, factWords, quotesFor } from './case-file.ts';
import { chooseTarget, findLead } from './find-lead.ts';
import { type FoundLead, gatherPerson, gatherSituation, knownNamesOf, readGround } from './lead-context.ts';
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
