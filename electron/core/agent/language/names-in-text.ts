import { isLegalForm } from '../../routing/names.ts';
import { isPlaceName } from '../../routing/places.ts';
import type { NamedLead } from './reader.ts';

const words = (text: string): string[] => text.split(/\s+/).filter((word) => word !== '');
const setOf = (...lists: string[]): ReadonlySet<string> => new Set(lists.flatMap(words));

/** Words that begin sentences or name things other than people and companies, capitalised or not. */
const notNames = setOf(
  `a about above account accounts actually after again ago ah all almost already also always am an and another any
   anybody anyone anything are as asap assign assigned at away back be because been before being belong belongs below
   both but by call called came can cannot cant change changed check clearly colleague coming company contact
   contacts correct corrected could country crm currently customer day days deal dear did didnt do does doesnt done
   dont duplicate during each either else email enterprise error escalate even ever every everyone exception field
   find fix fixed for forgotten form forward found friday from fwd fyi gave get gets give given gives go goes going
   gone good got great group guy had hand handed handle handled handles has have having he hello help her here hers
   hey hi him his hope how hubspot i id if immediately in incorrect incorrectly instead into is isnt it its itself
   just keep kind kindly know landed last later lead leads left let like link located look looking looks made mail
   make man manager many matter may maybe me mine miss missing mistake mistakenly mixed monday more morning most
   move moved moves mr mrs ms much must my need needs never new news next no nobody noon none nope nor not note
   noticed now of off office ok okay old on once one ones only open or order other our ours out over own owned owner
   owners ownership owns person phone please pls policy possible possibly problem prospect prospects put question
   queue rather re reach reached reassign reassigned reassignment receive received record records regarding regards
   region rep reps request right route routed routes routing rule rules said sales salesforce same saturday saw say
   says see seem seems segment send sent set she should shouldnt simply since sits sitting slack so some somebody
   someone something soon sorry still stuck stays sunday sure switch system systems take taken talk talked team
   teams tell territory than thank thanks thanx that the their them then there these they thing think this those
   though thursday thx ticket till time to today together tomorrow too took transfer transferred tuesday under
   unfortunately until up update urgent urgently us use user very via visited want wanted wants was wasnt we
   wednesday week well went were what when where which while who whose why will wish with within without woman wont
   work worked working works would wrong wrongly yep yes yesterday yet you your yours ae aes sdr sdrs bdr bdrs csm
   afternoon evening night noted apparently according across against among around between despite inc`,
  `hallo hi moin servus guten tag morgen danke dank vielen bitte gruß grüße grüßen der die das den dem des ein eine
   einen einem einer ist sind war wurde wurden hat haben kann kannst können könnt könnte könntet soll sollte sollten
   muss gehört gehören liegt und oder aber nicht für mit nach zu zum zur von vom bei beim an auf in im aus über ich
   du er sie es wir ihr uns euch mein meine unser unsere falsch falsche falscher falschen falschem richtig richtige
   richtigen besitzer eigentümer inhaber zuständig zuständige zuständigen verantwortlich vertrieb vertriebler kontakt
   gebiet firma kunde kunden ansprechpartner zuordnung zugeordnet zugewiesen anfrage könnte jemand diesen diese
   dieser leads herr frau warum wieso wer wem sitzt doch mal schon noch landet gelandet kollege kollegin`,
  `bonjour salut bonsoir merci svp stp le la les un une des du de au aux et ou mais est sont était a ont pas pour
   avec chez dans sur par que qui quoi ce cet cette ces il elle on nous vous je tu son sa ses mon ma mes notre votre
   mauvais mauvaise bon bonne commercial commerciale propriétaire prospect contact doit devrait devez pouvez peux
   peut pourriez attribué attribuée affecté affectée madame monsieur mme pourquoi équipe secteur`,
);

/** Jobs and places of work that stand where a company may: `Jonas Weber, Head of Procurement at Nordlicht`. */
const jobWords = setOf(
  `head director vp svp evp president vice chief ceo cto cfo coo cio cmo founder owner partner buyer lead leiter
   geschäftsführer procurement purchasing marketing engineering finance operations it hr board senior junior
   executive officer assistant`,
);

const particles = "(?:von|van|de|der|den|del|della|di|da|du|la|le|el|al|bin|ten|ter|zu|y|e|dos|das|d')";
const initials = '(?:\\p{Lu}\\.)+';
const properName = "\\p{Lu}[\\p{L}\\p{M}-]*(?:'(?!s\\b)\\p{L}[\\p{L}\\p{M}-]*)*";
const capital = `(?:${initials}|${properName})`;
const space = '[^\\S\\n]+';
const personName = `${capital}(?:${space}(?:${particles}${space})*${capital}){1,5}`;
const abbreviation = '(?:(?:\\p{L}{1,3}\\.){2,}|(?:Inc|Corp|Ltd|Co|St)\\.)';
const companyWord = `(?:${abbreviation}|\\p{Lu}[\\p{L}\\p{M}\\d+&-]*(?:['.](?!s\\b)\\p{L}[\\p{L}\\p{M}\\d-]*)*|\\d[\\p{L}\\d]*|&)`;
/** Bounded, as `personName` is: a long run of capitalised words must not be tried in every way. */
const companyName = `${companyWord}(?:${space}(?:(?:of|and|the|de|la|du|und|et)${space})?${companyWord}){0,7}`;
const linkAfter =
  /^\s*(?:'s)?\s*(?:,|\(|\/|\||\s[-–—]\s|@|\b(?:at|from|of|with|von|bei|chez)\b)\s*(?:the\s+)?/iu;

/** `AS`, `SA` and the like are words of a language too; in capitals they belong to a company's name. */
const isLegalFormInCapitals = (word: string): boolean =>
  /^\p{Lu}[\p{Lu}.]+$/u.test(word) && isLegalForm(word);

function isNotName(word: string): boolean {
  return !isLegalFormInCapitals(word) && notNames.has(word.toLowerCase().replace(/'s$|[.'’]+/g, ''));
}

export const looksLikeName = (word: string): boolean => /^\p{Lu}/u.test(word) && !isNotName(word);

interface Phrase {
  text: string;
  start: number;
  end: number;
}

/** Everyday words that are names too: `Peter New`, `Will Day`. */
const alsoNames = setOf(
  'will may new day good old field noon much case long best young price west grant bill mark',
);

/** Drops sentence openers and the like from both ends; null where nothing is left. Positions follow. */
function trimPhrase(text: string, start: number): Phrase | null {
  const parts = [...text.matchAll(/\S+/g)];
  const isDropped = (part: RegExpExecArray | undefined): boolean => {
    const word = part?.[0];
    if (word === undefined || !isNotName(word)) return false;
    return parts.length !== 2 || !alsoNames.has(word.toLowerCase());
  };
  while (isDropped(parts.at(-1))) parts.pop();
  while (isDropped(parts[0])) parts.shift();
  const [first, last] = [parts[0], parts.at(-1)];
  if (!first || !last) return null;
  const end = last.index + last[0].length;
  return {
    text: text.slice(first.index, end).replace(/\s+/g, ' '),
    start: start + first.index,
    end: start + end,
  };
}

const wordCount = (text: string): number => text.split(' ').length;

function phrasesOf(pattern: string, text: string): Phrase[] {
  return [...text.matchAll(new RegExp(`(?<![\\p{L}\\d])${pattern}`, 'gu'))]
    .map((match) => trimPhrase(match[0], match.index))
    .filter((phrase) => phrase !== null);
}

/** `a French lead` says where, `an Inbound lead` how; neither is a company. */
const kindsOfLead = setOf(
  `french german english british spanish italian american swiss austrian dutch belgian polish danish swedish
   norwegian finnish irish portuguese greek czech chinese japanese indian canadian australian brazilian mexican
   european nordic dach emea apac latam nam enterprise commercial smb inbound outbound web partner event hot warm cold
   vip key strategic named`,
);

const isKindOfLead = (text: string): boolean =>
  words(text).every((word) => kindsOfLead.has(word.toLowerCase()));

const isJob = (text: string): boolean => words(text).some((word) => jobWords.has(word.toLowerCase()));

/** Up to three plain words that may be a company written small, longest first. */
function plainCompany(text: string): string[] {
  const found: string[] = [];
  for (const word of text.split(/\s+/).slice(0, 3)) {
    const bare = word.replace(/[^\p{L}\p{M}\d&'.-]+$/u, '').replace(/'s$|\.$/, '');
    if (bare === '' || isNotName(bare)) break;
    found.push(bare);
    if (bare !== word) break;
  }
  return found.map((_, index) => found.slice(0, found.length - index).join(' '));
}

/** The capitalised company that stands right here, if one does. */
function companyHere(text: string): string | null {
  const match = new RegExp(`^\\s*(?:the\\s+)?(${companyName})`, 'u').exec(text);
  return match ? (trimPhrase(match[1] ?? '', 0)?.text ?? null) : null;
}

interface Person extends Phrase {
  company: string | null;
  /** Companies written small after the name: readings that may be wrong. */
  plainCompanies: string[];
}

/** How far before a person's name the company is looked for whose person it is, in characters. */
const longestOwningCompany = 120;

/** `Claire Moreau at Lumiere`, `Claire Moreau (Lumiere SA)`, `Lumiere's Claire Moreau`. */
function personWithCompany(phrase: Phrase, text: string): Person {
  const near = text.slice(Math.max(0, phrase.start - longestOwningCompany), phrase.start);
  const before = new RegExp(`(${companyName})'s?\\s+$`, 'u').exec(near)?.[1];
  const owning = before === undefined ? null : (trimPhrase(before, 0)?.text ?? null);
  if (owning !== null) return { ...phrase, company: owning, plainCompanies: [] };
  const link = linkAfter.exec(text.slice(phrase.end));
  if (!link) return { ...phrase, company: null, plainCompanies: [] };
  const rest = text.slice(phrase.end + link[0].length);
  const company = companyHere(rest);
  if (company === null || isJob(company)) {
    const isWord = /\p{L}\s*(?:the\s+)?$/iu.test(link[0]);
    return { ...phrase, company: null, plainCompanies: company === null && isWord ? plainCompany(rest) : [] };
  }
  return { ...phrase, company, plainCompanies: [] };
}

/** A job between the name and the company: `Jonas Weber, Head of Procurement at Nordlicht`. */
const employers = new RegExp(`\\b(?:at|from|works? for|bei|von|chez)\\s+(?:the\\s+)?(${companyName})`, 'gu');
/** `lead from Nordlicht`, `company: Nordlicht`. */
const statedCompany = [
  new RegExp(
    `\\b(?:[Cc]ompany|[Aa]ccount|[Ff]irma|[Ss]ociété)\\s*(?::|is|named|called)?\\s+(${companyName})`,
    'gu',
  ),
  employers,
];

/** `the Nordlicht lead`, `Nordlicht's lead`: perhaps a company, perhaps a kind of lead. */
const leadsCompany = [
  new RegExp(
    `(?<![\\p{L}\\d])(${companyName})(?:'s)?\\s+(?:leads?|contacts?|accounts?|prospects?|record)\\b`,
    'gu',
  ),
];

function companiesIn(text: string, patterns: readonly RegExp[]): string[] {
  const found = patterns.flatMap((pattern) =>
    [...text.matchAll(pattern)].map((match) => trimPhrase(match[1] ?? '', 0)?.text ?? null),
  );
  const companies = found.filter((company) => company !== null);
  return [...new Set(companies)].filter(
    (company) => !isJob(company) && !isPlaceName(company) && !isKindOfLead(company),
  );
}

const shortNamePatterns = [
  /(?<![\p{L}\p{M}'-])((?:[\p{L}\p{M}'-]+[^\S\n]+){1,2})(?:\(|\b(?:at|from|of|bei|von|chez)\b)[^\S\n]*/giu,
  /^\W*(?:lead\W+)?((?:[\p{L}\p{M}'-]+[^\S\n]+)?[\p{L}\p{M}'-]+)[^\S\n]*,[^\S\n]*/gimu,
];

/** Names of one word or written small: `Weber at Nordlicht`, `Moreau (Lumiere SA)`, `jonas weber, nordlicht`. */
function shortNames(text: string): NamedLead[] {
  const matches = shortNamePatterns.flatMap((pattern) => [...text.matchAll(pattern)]);
  return matches.flatMap((match) => {
    const spoken = words(match[1] ?? '');
    const [first = ''] = spoken;
    const isName = (word: string) =>
      !isJob(word) && (!isNotName(word) || (!isNotName(first) && alsoNames.has(word.toLowerCase())));
    const name = spoken.filter(isName).join(' ');
    const rest = text.slice(match.index + match[0].length);
    const capitalised = companyHere(rest);
    const companies = capitalised === null ? plainCompany(rest) : [capitalised];
    const fitting = companies.filter((company) => !isJob(company) && !isPlaceName(company));
    return name === '' ? [] : fitting.map((company) => ({ name, company }));
  });
}

/** `someone at nordlicht`, `lead from nordlicht`: only a company, perhaps written small. */
function plainCompaniesIn(text: string): string[] {
  return [...text.matchAll(/\b(?:at|from|bei|von|chez)\s+(?:the\s+)?/giu)].flatMap((match) =>
    plainCompany(text.slice(match.index + match[0].length)),
  );
}

/** `lead jonas weber`, `the lead Jonas`, `Ms Moreau`: named by what stands before. */
function introducedNames(text: string): NamedLead[] {
  const found: NamedLead[] = [];
  const name = "[\\p{L}][\\p{L}\\p{M}'-]+";
  const introduced = new RegExp(
    `\\b(?:(?:lead|contact|prospect|kontakt)\\s*(?:is|named|called|name|ist|:)?|(?:mr|mrs|ms|dr|herr|frau|mme|madame|monsieur)\\.?)\\s+(${name})(?:\\s+(${name}))?`,
    'giu',
  );
  for (const [, first = '', second] of text.matchAll(introduced)) {
    if (isNotName(first)) continue;
    if (second !== undefined && !isNotName(second)) found.push({ name: `${first} ${second}`, company: null });
    if (/^\p{Lu}/u.test(first)) found.push({ name: first, company: null }, { name: null, company: first });
  }
  return found;
}

const particle = new RegExp(`^${particles}$`, 'u');

/** A run of capitalised words may be a name and a company side by side: `Sam Ortiz Blue River Foods`. */
function splitsOf(phrase: string): NamedLead[] {
  const parts = words(phrase);
  return [2, 3].flatMap((count) => {
    const rest = parts.slice(count);
    while (rest[0] !== undefined && particle.test(rest[0])) rest.shift();
    return rest.length === 0 ? [] : [{ name: parts.slice(0, count).join(' '), company: rest.join(' ') }];
  });
}

/** The people whom the text names, capitalised, and what stands beside each. */
function personsIn(text: string, companies: readonly string[]): Person[] {
  const phrases = phrasesOf(personName, text).filter(
    (phrase) => wordCount(phrase.text) > 1 && !isJob(phrase.text),
  );
  const persons = phrases.map((phrase) => personWithCompany(phrase, text));
  const linked = new Set(persons.map(({ company }) => company));
  const others = persons.filter((person) => person.company !== null || !linked.has(person.text));
  const notCompanies = others.filter((person) => !companies.includes(person.text));
  return (notCompanies.length > 0 ? notCompanies : others).filter((person) => !isPlaceName(person.text));
}

/** A person and the companies that stand somewhere else in the words. */
const combinations = (persons: readonly Person[], companies: readonly string[]): NamedLead[] =>
  persons
    .filter(({ company }) => company === null || isPlaceName(company))
    .flatMap(({ text: name }) =>
      companies.filter((company) => company !== name).map((company) => ({ name, company })),
    );

/** Readings of a person with a company, the surest first. */
function pairsIn(text: string, persons: readonly Person[], companies: readonly string[]): NamedLead[] {
  const linked = persons.map(({ text: name, company }) => ({ name, company }));
  const sure = linked.filter(({ company }) => company !== null && !isPlaceName(company));
  return [...sure, ...combinations(persons, companies), ...shortNames(text)];
}

/** Readings of a name by itself. */
function namesAlone(text: string, persons: readonly Person[]): NamedLead[] {
  const introduced = introducedNames(text).filter(
    ({ name, company }) => !persons.some((person) => person.text.includes(name ?? company ?? '')),
  );
  const named = persons.flatMap(({ text: name, plainCompanies }) => [
    ...plainCompanies.map((company) => ({ name, company })),
    { name, company: null },
    ...splitsOf(name),
    { name: null, company: name },
    // The first of three capitalised words may only open the sentence.
    ...(wordCount(name) > 2 ? [{ name: words(name).slice(1).join(' '), company: null }] : []),
    // The last name may stand first.
    ...(wordCount(name) === 2 ? [{ name: words(name).toReversed().join(' '), company: null }] : []),
  ]);
  return [...introduced, ...named];
}

/** Readings of a company by itself. */
function companiesAlone(text: string, companies: readonly string[]): NamedLead[] {
  const capitalised = phrasesOf(companyName, text).filter(isInSentence(text));
  const alone = [...companies, ...capitalised.map((phrase) => phrase.text), ...plainCompaniesIn(text)];
  return alone
    .filter((company) => !isPlaceName(company) && !isKindOfLead(company))
    .map((company) => ({ name: null, company }));
}

/** All readings of the words, best first. */
function readingsOf(text: string): NamedLead[] {
  const stated = companiesIn(text, statedCompany);
  const kinds = companiesIn(text, leadsCompany);
  const persons = personsIn(text, [...stated, ...kinds]);
  const pairs = pairsIn(text, persons, stated);
  const isPersonIn = ({ name }: NamedLead) => persons.some((person) => person.text === name);
  if (pairs.some(isPersonIn) || (pairs.length > 0 && persons.length === 0)) return pairs;
  // A pair written small may be no name at all; a person who is named beside it is then still read alone.
  const combined = combinations(persons, kinds);
  const halves = namesAlone(text, persons);
  const rest = combined.length > 0 ? [] : companiesAlone(text, [...stated, ...kinds]);
  return [...pairs, ...combined, ...halves, ...rest];
}

const maximumReadings = 10;

/**
 * Names of people and companies in the words, best reading first. A person who was named with a company is not also
 * read without it, nor the company without the person: that would find somebody else. `masked` is the text in which
 * known people, e-mails, ids and links are already blanked, so that what is left may be the lead.
 */
export function namesIn(masked: string): NamedLead[] {
  const readings = readingsOf(masked);
  const isNew = (one: NamedLead, index: number) =>
    readings.findIndex(({ name, company }) => name === one.name && company === one.company) === index;
  return readings.filter(isNew).slice(0, maximumReadings);
}

/** A single capitalised word that opens a sentence is more likely a word than a name. */
const isInSentence =
  (text: string) =>
  ({ start, text: phrase }: Phrase): boolean =>
    wordCount(phrase) > 1 || /[\p{L}\d,;:]\s+$/u.test(text.slice(0, start));

/** What is left of a short answer: `Lumiere please` is a name or a company. */
export function shortAnswer(masked: string): NamedLead[] {
  const left = words(masked.replace(/[^\p{L}\p{M}\d&'.\s-]+/gu, ' ')).filter((word) => !isNotName(word));
  if (left.length === 0 || left.length > 4) return [];
  const text = left.join(' ').replace(/\.$/, '');
  return [
    { name: text, company: null },
    { name: null, company: text },
  ];
}
