import type { KnownName, NamedLead, References } from './reader.ts';

const salesforceLeadId = /\b00[Qq][A-Za-z0-9]{12}(?:[A-Za-z0-9]{3})?\b/g;
const hubspotLink = /hubspot\.[a-z.]+\/contacts\/\d+\/(?:record\/0-1|contact)\/(\d+)/gi;
const hubspotNumber =
  /\b(?:hubspot(?:\s+contact|\s+record|\s+lead)?|contact)(?:\s+(?:id|record|number|no\.?))?\s*[#:]?\s*(\d{1,20})\b/gi;
const emailAddress = /[\p{L}\d._%+'-]+@[\p{L}\d-]+(?:\.[\p{L}\d-]+)+/gu;

/** Capitalised words that begin sentences or name things other than people and companies. */
const notNames = new Set(
  (
    'a about account after also an and any are as asap assign at because been before but by call can change check ' +
    'company could country crm customer deal dear did do does else enterprise field fix for form from german give go ' +
    'good got guten has have he hello help her hey hi his how hubspot i id if in into is it its just kindly lead leads ' +
    'let look made make maybe me mistake monday morning move mr mrs ms my need new no not now of ok old on one or our ' +
    'out owner ownership person please pls policy possibly prospect question record regards region reassign rep ' +
    'request route routed routing sales salesforce same segment set she should since slack so somebody someone sorry ' +
    'still system team territory than thanks thank that the their them then there these they this to today tomorrow ' +
    'transfer tuesday wednesday thursday friday saturday sunday urgent user was we were what when where which who whose ' +
    'why will with would wrong yes yesterday you your contact email mail re fwd fyi afternoon evening day hallo danke ' +
    'bitte bonjour merci der die das ein eine und ist le la les un une et est ich wir nous je not mine ours'
  ).split(' '),
);
const particles = "(?:von|van|de|der|den|del|della|di|da|du|la|le|el|al|bin|ten|ter|zu|y|e|dos|das|d')";
const capital = "\\p{Lu}[\\p{L}\\p{M}'.-]*";
const personName = new RegExp(`${capital}(?:\\s+(?:${particles}\\s+)*${capital}){1,3}`, 'gu');
const companyWord = `(?:\\p{Lu}[\\p{L}\\p{M}\\d&'.+-]*|\\d[\\p{L}\\d]*|&)`;
const companyName = new RegExp(
  `${companyWord}(?:\\s+(?:of|and|the|de|la|du|und|et|${companyWord})(?=\\s+${companyWord})|\\s+${companyWord})*`,
  'gu',
);

const isNotName = (word: string): boolean => notNames.has(word.toLowerCase().replace(/[.']+$|'s$/g, ''));

/** Drops sentence openers and the like from both ends; null where nothing is left. */
function trimName(text: string): string | null {
  const words = text
    .replace(/'s\b/g, '')
    .split(/\s+/)
    .map((word) => word.replace(/[.,;:!?)]+$/g, (end) => (/^[A-Z]\.$/.test(word) ? end : '')));
  while (words[0] !== undefined && (isNotName(words[0]) || words[0] === '')) words.shift();
  while (words.length > 0 && (isNotName(words.at(-1) ?? '') || words.at(-1) === '')) words.pop();
  return words.length === 0 ? null : words.join(' ');
}

const isPhrase = (text: string | null): text is string => text !== null && /\s/.test(text);

/** What follows `at`, `from` or `of`: a capitalised name, else up to three plain words, longest reading first. */
function companiesAfter(text: string): string[] {
  const start = text.trimStart();
  companyName.lastIndex = 0;
  const match = companyName.exec(start);
  if (match && match.index <= (start.startsWith('the ') ? 4 : 0)) {
    const name = trimName(match[0]);
    return name === null ? [] : [name];
  }
  const words: string[] = [];
  for (const word of start.split(/\s+/).slice(0, 3)) {
    const bare = word.replace(/[^\p{L}\p{M}\d&'.-]+$/u, '');
    if (bare === '' || isNotName(bare)) break;
    words.push(bare);
    if (bare !== word) break;
  }
  return words.map((_, index) => words.slice(0, words.length - index).join(' '));
}

/**
 * Names of people and companies in the words, best reading first. `masked` is the text in which known people,
 * e-mails, ids and links are already blanked, so that what is left may be the lead.
 */
function namesIn(masked: string): NamedLead[] {
  const found: NamedLead[] = [];
  const add = (name: string | null, company: string | null) => {
    if (name === null && company === null) return;
    if (!found.some((one) => one.name === name && one.company === company)) found.push({ name, company });
  };
  const people = [...masked.matchAll(personName)]
    .map((match) => ({ name: trimName(match[0]), end: match.index + match[0].length }))
    .filter(({ name }) => isPhrase(name));

  // "Jonas Weber at Nordlicht", "Priya Nair, Titan Industries", "Hanna Koch (Gruenwald)"
  for (const { name, end } of people) {
    const link = /^\s*(?:,|\(|\bat\b|\bfrom\b|\bof\b|@|\bvon\b|\bbei\b|\bchez\b)\s*/iu.exec(
      masked.slice(end),
    );
    if (link) for (const company of companiesAfter(masked.slice(end + link[0].length))) add(name, company);
  }
  // "Weber at Nordlicht", "jonas weber from nordlicht", "someone at Nordlicht"
  for (const match of masked.matchAll(/((?:[\p{L}\p{M}'-]+\s+){0,2})\b(?:at|from|of|bei|von|chez)\s+/giu)) {
    const words = (match[1] ?? '')
      .trim()
      .split(/\s+/)
      .filter((word) => word !== '' && !isNotName(word));
    const companies = companiesAfter(masked.slice(match.index + match[0].length));
    for (const company of companies) {
      if (words.length > 0) add(words.join(' '), company);
      if (words.length === 2) add(words.at(-1) ?? null, company);
    }
    for (const company of companies) add(null, company);
  }
  for (const { name } of people) add(name, null);
  // "the Nordlicht lead", "Nordlicht's lead"
  for (const match of masked.matchAll(
    new RegExp(`(${companyName.source})(?:'s)?\\s+(?:lead|contact|account|prospect)\\b`, 'gu'),
  )) {
    add(null, trimName(match[1] ?? ''));
  }
  for (const { name } of people) add(null, name);
  // "lead jonas weber", "lead: weber"
  for (const match of masked.matchAll(
    /\b(?:lead|contact|prospect)\s*(?:is|named|called|:)?\s+([\p{Ll}][\p{L}'-]+)\s+([\p{Ll}][\p{L}'-]+)/gu,
  )) {
    if (!isNotName(match[1] ?? '') && !isNotName(match[2] ?? '')) add(`${match[1]} ${match[2]}`, null);
  }
  for (const match of masked.matchAll(new RegExp(`(?<=[\\p{L}\\d,;:]\\s+)${companyName.source}`, 'gu'))) {
    add(null, trimName(match[0]));
  }
  return found.slice(0, 12);
}

const ordinals: [RegExp, number][] = [
  [/\b(?:first|1st|former|erste\w*|premi\w*)\b/i, 1],
  [/\b(?:second|2nd|latter|zweite\w*|deuxi\w*)\b/i, 2],
  [/\b(?:third|3rd|dritte\w*)\b/i, 3],
  [/\b(?:fourth|4th)\b/i, 4],
];

function ordinalIn(text: string): number | null {
  const bare = /^\W*(?:number|no\.?|option|#)?\s*#?(\d{1,2})\W*(?:please|pls|thanks)?\W*$/i.exec(text.trim());
  if (bare) return Number(bare[1]);
  if (text.length > 120) return null;
  return ordinals.find(([pattern]) => pattern.test(text))?.[1] ?? null;
}

/** What the words refer to. `isField` is the form's field, in which a bare number is a HubSpot contact. */
export function referencesIn(
  input: { text: string; links: readonly string[]; masked: string; isField: boolean },
  knownNames: readonly KnownName[],
): References {
  const { text, links, masked, isField } = input;
  const everything = [text, ...links].join(' ');
  const records: References['records'] = [];
  const add = (system: 'salesforce' | 'hubspot', id: string) => {
    if (!records.some((record) => record.system === system && record.id === id)) records.push({ system, id });
  };
  for (const [id] of everything.matchAll(salesforceLeadId)) add('salesforce', `00Q${id.slice(3)}`);
  for (const match of everything.matchAll(hubspotLink)) add('hubspot', match[1] ?? '');
  for (const match of text.matchAll(hubspotNumber)) add('hubspot', match[1] ?? '');
  const number = /^\s*#?(\d+)\s*$/.exec(text)?.[1];
  if (isField && number !== undefined) add('hubspot', number);

  const internalDomains = new Set(knownNames.map(({ email }) => email.slice(email.indexOf('@') + 1)));
  const emails = [...everything.matchAll(emailAddress)]
    .map(([email]) => email.toLowerCase().replace(/^'+|[.']+$/g, ''))
    .filter((email) => !internalDomains.has(email.slice(email.indexOf('@') + 1)));
  const names = namesIn(masked);
  if (isField && names.length === 0 && records.length === 0 && emails.length === 0 && text.trim() !== '') {
    const [name = null, company = null] = text
      .split(/\s*[,(;]\s*|\s+(?:at|from|of)\s+/)
      .map((part) => part.replace(/\)\s*$/, '').trim() || null);
    names.push({ name, company });
    if (company === null) names.push({ name: null, company: name });
  }
  return { records, emails: [...new Set(emails)], names, ordinal: ordinalIn(text) };
}

/** Blanks what is certainly not the lead's name: e-mails, links, ids. Lengths are kept, so positions still fit. */
export function maskReferences(text: string): string {
  const blank = (match: string) => ' '.repeat(match.length);
  return text
    .replace(/https?:\/\/\S+/gi, blank)
    .replace(emailAddress, blank)
    .replace(salesforceLeadId, blank);
}

export const looksLikeName = (word: string): boolean => /^\p{Lu}/u.test(word) && !isNotName(word);
