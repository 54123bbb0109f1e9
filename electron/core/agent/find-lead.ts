import type { CrmRecord, CrmSystem } from '../../../shared/model/lead.ts';
import type { Candidate } from '../../../shared/model/request.ts';
import type { Unreachable } from '../policy/judge.ts';
import { crmNames } from '../routing/facts.ts';
import { groupByPerson, isOpenRecord } from '../routing/matching.ts';
import { fitsCompany, foldText } from '../routing/names.ts';
import { normaliseCountry } from '../routing/places.ts';
import type { NamedLead, References } from './language/reader.ts';
import { askEach, type Steps } from './tool-calls.ts';

/** Readings of the words that are tried, at most; each costs a search in every CRM. */
const maximumNameSearches = 8;
const maximumCandidates = 8;

export type LeadSearch =
  | { kind: 'found'; seed: CrmRecord; named: CrmRecord[]; records: CrmRecord[] }
  | { kind: 'not_named' }
  | { kind: 'not_found'; looked: string }
  | { kind: 'ambiguous'; candidates: Candidate[]; records: CrmRecord[] };

interface Search {
  crms: readonly CrmSystem[];
  unreachable: Unreachable[];
}

/** What the answers hold; a system that did not answer is noted, once. */
export function collect<Output>(
  answers: readonly ({ isOk: true; value: Output } | { isOk: false; error: Error })[],
  systems: readonly string[],
  unreachable: Unreachable[],
): Output[] {
  const values: Output[] = [];
  for (const [index, answer] of answers.entries()) {
    const system = systems[index] ?? 'unknown';
    if (answer.isOk) values.push(answer.value);
    else if (!unreachable.some((one) => one.system === system))
      unreachable.push({ system, problem: answer.error.message });
  }
  return values;
}

const isRecord = (record: CrmRecord | null): record is CrmRecord => record !== null && !record.isDeleted;

function* searchIds({ records }: References, { crms, unreachable }: Search): Steps<CrmRecord[]> {
  const wanted = records.filter(({ system }) => crms.includes(system));
  const answers = yield* askEach('get_record', wanted);
  const systems = wanted.map(({ system }) => crmNames[system]);
  return collect(answers, systems, unreachable).filter(isRecord);
}

function* searchEmails({ emails }: References, { crms, unreachable }: Search): Steps<CrmRecord[]> {
  const wanted = emails.flatMap((email) => crms.map((system) => ({ system, email })));
  const answers = yield* askEach('find_by_email', wanted);
  const systems = wanted.map(({ system }) => crmNames[system]);
  return collect(answers, systems, unreachable).flat().filter(isRecord);
}

/** Whether a name as written fits a record's: the same words in any order, or one of them. */
function fitsName(written: string, recorded: string): boolean {
  const [wanted, actual] = [written, recorded].map((name) =>
    foldText(name)
      .split(' ')
      .filter((word) => word !== ''),
  );
  if (!wanted || !actual || wanted.length === 0) return false;
  const [only, ...more] = wanted;
  if (only !== undefined && more.length === 0) return actual.includes(only);
  return wanted.toSorted().join(' ') === actual.toSorted().join(' ');
}

function* searchName(lead: NamedLead, { crms, unreachable }: Search): Steps<CrmRecord[]> {
  const isOneWord = lead.name !== null && !/\s/.test(lead.name.trim());
  // One word of a name is looked up by its company, where there is one, and compared here.
  const name = isOneWord && lead.company !== null ? null : lead.name;
  const answers = yield* askEach(
    'find_by_name',
    crms.map((system) => ({ system, name, company: lead.company })),
  );
  const systems = crms.map((system) => crmNames[system]);
  return collect(answers, systems, unreachable)
    .flat()
    .filter((record) => isRecord(record) && (lead.name === null || fitsName(lead.name, record.name ?? '')))
    .filter(
      (record) =>
        lead.company === null || (record.company !== null && fitsCompany(lead.company, record.company)),
    );
}

const saysSomething = ({ records, emails, names }: References): boolean =>
  records.length > 0 || emails.length > 0 || names.length > 0;

const isHalf = ({ name, company }: NamedLead): boolean => name === null || company === null;

const isPlace = ({ name, company }: NamedLead): boolean =>
  name === null && company !== null && normaliseCountry(company) !== null;

function candidateOf(records: readonly CrmRecord[]): Candidate {
  const name = records.find((record) => record.name !== null)?.name ?? null;
  const company = records.find((record) => record.company !== null)?.company ?? null;
  return { name, company, records: records.map(({ system, id }) => ({ system, id })) };
}

/** The earlier candidate that an answer chooses: by its number, by e-mail or id, or by its company or name. */
function chosenCandidate(answer: References, earlier: readonly Candidate[]): Candidate | null {
  const { ordinal } = answer;
  if (ordinal !== null) return earlier.at(ordinal > 0 ? ordinal - 1 : ordinal) ?? null;
  const fitting = earlier.filter((candidate) =>
    answer.names.some(({ name, company }) => {
      const fits = (word: string) =>
        fitsCompany(word, candidate.company ?? '') || fitsName(word, candidate.name ?? '');
      return [name, company].every((word) => word === null || fits(word));
    }),
  );
  const [only] = fitting;
  return fitting.length === 1 && only ? only : null;
}

function found(records: CrmRecord[], named: CrmRecord[], looked: string): LeadSearch {
  const people = groupByPerson(records);
  const [first, second] = people;
  if (!first) return { kind: 'not_found', looked };
  if (second) {
    // A person all of whose records are closed is not meant where another one is open.
    const open = people.filter((group) => group.some(isOpenRecord));
    const [onlyOpen] = open;
    if (open.length === 1 && onlyOpen) return found(onlyOpen, named, looked);
    return { kind: 'ambiguous', candidates: people.slice(0, maximumCandidates).map(candidateOf), records };
  }
  const seed = named[0] ?? first.find(isOpenRecord) ?? first[0];
  return seed ? { kind: 'found', seed, named, records: first } : { kind: 'not_found', looked };
}

/** What somebody looked for, to be said back to them. */
const wordsOf = ({ records, emails, names }: References): string => {
  const [first] = names;
  const named = first ? [[first.name, first.company].filter((word) => word !== null).join(', ')] : [];
  return [
    ...records.map(({ id }) => id),
    ...emails,
    ...(records.length + emails.length > 0 ? [] : named),
  ].join(', ');
};

/**
 * Finds the lead that the words name. What was said last counts; ids, links and e-mails count before names; an
 * answer may choose one of the candidates that were shown before.
 */
export function* findLead(
  references: readonly References[],
  earlier: readonly Candidate[],
  search: Search,
): Steps<LeadSearch> {
  const newestFirst = references.toReversed();
  const [latest] = newestFirst;
  const isStrong = ({ records, emails }: References) => records.length > 0 || emails.length > 0;

  if (latest && !isStrong(latest)) {
    const chosen = chosenCandidate(latest, earlier);
    const records = chosen ? yield* searchIds({ ...latest, records: chosen.records }, search) : [];
    if (records.length > 0) return found(records, [], wordsOf(latest));
  }
  const strong = newestFirst.filter(isStrong);
  for (const said of strong) {
    const byId = yield* searchIds(said, search);
    const records = byId.length > 0 ? byId : yield* searchEmails(said, search);
    if (records.length > 0) return found(records, byId, wordsOf(said));
  }
  const weak = newestFirst.filter(({ names }) => names.length > 0);
  const names = weak.flatMap((one) => one.names).filter((lead) => !isPlace(lead));
  const [newest, ...older] = weak;
  // "Anna Schmidt …" – "the one at Gruenwald": a name from before with the company from now.
  const combined =
    newest && older.length > 0
      ? older.flatMap((one) =>
          one.names
            .filter(({ name }) => name !== null)
            .flatMap(({ name }) =>
              newest.names.filter(isHalf).map((now) => ({ name, company: now.company ?? now.name })),
            ),
        )
      : [];
  for (const lead of [...combined.slice(0, 3), ...names].slice(0, maximumNameSearches)) {
    const records = yield* searchName(lead, search);
    if (records.length > 0)
      return found(
        records,
        [],
        wordsOf(weak[0] ?? { records: [], emails: [], names: [lead], ordinal: null }),
      );
  }
  const said = strong[0] ?? newestFirst.find(saysSomething);
  return said ? { kind: 'not_found', looked: wordsOf(said) } : { kind: 'not_named' };
}

/** The Salesforce lead of a person is the target and the HubSpot contact its counterpart; open ones come first. */
export function chooseTarget(
  records: readonly CrmRecord[],
  named: readonly CrmRecord[],
): { target: CrmRecord; counterpart: CrmRecord | null } | null {
  const best = (system: CrmSystem): CrmRecord | null => {
    const all = records.filter((record) => record.system === system);
    const isNamed = (record: CrmRecord) =>
      named.some(({ system: s, id }) => s === record.system && id === record.id);
    const rank = (record: CrmRecord) => (isNamed(record) ? 2 : 0) + (isOpenRecord(record) ? 1 : 0);
    const newest = (a: CrmRecord, b: CrmRecord) => (b.modifiedAt ?? '').localeCompare(a.modifiedAt ?? '');
    return all.toSorted((a, b) => rank(b) - rank(a) || newest(a, b))[0] ?? null;
  };
  const [lead, contact] = [best('salesforce'), best('hubspot')];
  if (lead) return { target: lead, counterpart: contact };
  return contact ? { target: contact, counterpart: null } : null;
}
