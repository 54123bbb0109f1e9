import type { CrmCampaign, CrmSystem, CrmTerritory, Fact, FactName } from '../../../shared/model/lead.ts';
import type { CaseFile, ContextRead } from '../../../shared/model/request.ts';
import { clockWords, spanWords } from '../../components/time.ts';
import { systemLabels, valueWords } from '../../components/words.ts';

/** How old what is shown is: `read 4 min ago, changed 3 May, 09:15`; null where neither time is known. */
export function ageWords(
  { readAt, modifiedAt }: { readAt: string | null; modifiedAt: string | null },
  nowMs: number,
): string | null {
  const parts = [
    readAt === null ? null : `read ${spanWords(nowMs - Date.parse(readAt))} ago`,
    modifiedAt === null ? null : `changed ${clockWords(modifiedAt, nowMs)}`,
  ].filter((part) => part !== null);
  return parts.length === 0 ? null : parts.join(', ');
}

/** The oldest answer to one part of the context, and what of it is not known, system by system. */
export function readingOf(
  reads: readonly ContextRead[],
  what: ContextRead['what'],
): { readAt: string | null; unknown: { system: CrmSystem; because: string }[] } {
  const mine = reads.filter((read) => read.what === what);
  const times = mine.flatMap(({ at }) => (at === null ? [] : [at])).toSorted();
  const unknown = mine.flatMap(({ system, unknownBecause }) =>
    unknownBecause === null ? [] : [{ system, because: unknownBecause }],
  );
  return { readAt: times[0] ?? null, unknown };
}

/** `Not known from Salesforce: it did not answer within 8 s.` */
export const unknownWords = ({ system, because }: { system: CrmSystem; because: string }): string => {
  const name = systemLabels[system];
  const reason = because.startsWith(`${name} `) ? `it ${because.slice(name.length + 1)}` : because;
  return `Not known from ${name}: ${reason}`;
};

/**
 * Where the systems disagree on a fact: which value counts and why, and what the rules make of it; null where they
 * agree. Cases that were kept without sources do not tell what the rules made of it.
 */
export function disagreementWords(name: FactName, fact: Fact, caseFile: CaseFile): string | null {
  const { sources, disputed } = caseFile;
  const [other] = fact.others;
  if (fact.value === null || other === undefined) return null;
  const why = whyItCounts(fact.origin, caseFile);
  const counts = `${valueWords(fact.value)} counts${why === null ? '' : `, ${why}`}`;
  const others = fact.others.map(({ value, origin }) => `${origin} has ${valueWords(value)}`).join(', ');
  const effect = disputed.includes(name)
    ? ' The rules come out differently for them, so a person decides.'
    : ' The rules come out the same either way.';
  return `${counts}; ${others}.${sources.length === 0 ? '' : effect}`;
}

function whyItCounts(origin: string | null, { sources, target }: CaseFile): string | null {
  const source = sources.find((one) => one.origin === origin);
  if (!source) return null;
  if (target !== null && source.system === target.system && source.id === target.id)
    return 'as the lead’s own record comes first';
  const isRecord = source.object === 'lead' || source.object === 'contact';
  return isRecord ? 'as the record of the other CRM comes next' : 'as the first company that knows it';
}

/** `Spring webinar (Webinar), 3 May`. */
export const campaignWords = ({ name, type, at }: CrmCampaign, nowMs: number): string =>
  [type === null ? name : `${name} (${type})`, at === null ? null : clockWords(at, nowMs)]
    .filter((part) => part !== null)
    .join(', ');

/** `DACH: Alma Keller, Boris Ivanov`. */
export function territoryWords(
  { name, members }: CrmTerritory,
  nameOfEmail: (email: string) => string,
): string {
  return members.length === 0 ? name : `${name}: ${members.map(nameOfEmail).join(', ')}`;
}
