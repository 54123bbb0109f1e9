import { namesIn, shortAnswer } from './names-in-text.ts';
import type { KnownName, NamedLead, References } from './reader.ts';

const salesforceLeadId = /\b00[Qq][A-Za-z0-9]{12}(?:[A-Za-z0-9]{3})?\b/g;
const hubspotLink = /hubspot\.[a-z.]+\/contacts\/\d+\/(?:record\/0-1|contact)\/(\d+)/gi;
const hubspotNumbers = [
  /\b(?:hubspot(?:\s+(?:contact|record|lead))?|contact)(?:\s+(?:id|record|number|no\.?))?(?:\s+is)?\s*[#:]?\s*(\d{1,20})\b/gi,
  /\b(?:record|contact|lead|id|vid|number|no\.?)\s*[#:]?\s*(\d{1,20})\s+(?:in|from|on|of)\s+hubspot\b/gi,
];
/** From the beginning of a word on, and no longer than mail allows: long runs of letters are passed over quickly. */
const emailAddress = /(?<![\p{L}\d._%+'-])[\p{L}\d._%+'-]{1,64}@[\p{L}\d-]+(?:\.[\p{L}\d-]+)+/gu;

const ordinals: [string, number][] = [
  ['first|1st|former|erste\\w*|premi[eè]re?', 1],
  ['second|2nd|latter|zweite\\w*|deuxi[eè]me|seconde?', 2],
  ['third|3rd|dritte\\w*|troisi[eè]me', 3],
  ['fourth|4th|vierte\\w*|quatri[eè]me', 4],
  ['last|letzte\\w*|derni[eè]re?', -1],
];
/** An ordinal chooses where it ends the words or names one of a list; not in "last year". */
const choice =
  '\\s+(?:one|lead|contact|person|candidate|option|entry)\\b|\\W*$|\\s*,|\\W+(?:please|pls|thanks|thank|thx|bitte|svp|merci)\\b';
const choosing = ordinals.map(
  ([words, number]) => [new RegExp(`(?<![\\p{L}\\d])(?:${words})(?=${choice})`, 'iu'), number] as const,
);

/** Ids and e-mails that are looked up, of each: who names more means none in particular. */
const maximumReferences = 10;

const longestChoice = 120;

function ordinalIn(text: string): number | null {
  const bare =
    /^\W*(?:(?:it'?s|it is|the|i mean|number|no\.?|option|candidate|nummer|numéro)\s+)*#?\(?(\d{1,2})[).]?\W*(?:one|please|pls|thanks|bitte)?\W*$/i.exec(
      text.trim(),
    );
  if (bare) return Number(bare[1]);
  if (text.length > longestChoice) return null;
  return choosing.find(([pattern]) => pattern.test(text))?.[1] ?? null;
}

/** Mailboxes that anybody may have: an address there belongs to no organisation. */
const consumerMail =
  /^(?:gmail|googlemail|outlook|hotmail|live|yahoo|icloud|gmx|web|aol|proton(?:mail)?)\.[a-z.]+$/i;

const domainOf = (email: string): string => email.slice(email.lastIndexOf('@') + 1).toLowerCase();

/** The organisation's own mail domains: an address there is a colleague's, never the lead's. */
export function internalDomains(knownNames: readonly KnownName[]): ReadonlySet<string> {
  return new Set(
    knownNames.map(({ email }) => domainOf(email)).filter((domain) => !consumerMail.test(domain)),
  );
}

/** A form's field names the lead outright: `Lucia Ferri, Acciaio`, `Lucia Ferri (Acciaio)`, `Acciaio`. */
function namesInField(text: string): NamedLead[] {
  const [name = null, company = null] = text
    .split(/\s*[,(;|]\s*|\s+[-–—]\s+|\s+(?:at|from|of)\s+/)
    .map((part) => part.replace(/\)\s*$/, '').trim() || null);
  if (company !== null) return [{ name, company }];
  return [
    { name, company: null },
    { name: null, company: name },
  ];
}

export interface ReadText {
  text: string;
  /** Targets of the links in the text's mark-up. */
  links: readonly string[];
  /** The text with known people blanked. */
  masked: string;
  /** A form's field, an answer in the thread, or the words that opened the request. */
  place: 'field' | 'answer' | 'opening';
}

/** What the words refer to. In a form's field a bare number is a HubSpot contact. */
export function referencesIn(read: ReadText, knownNames: readonly KnownName[]): References {
  const { text, links, place } = read;
  const everything = [text, ...links].join(' ');
  const records: References['records'] = [];
  const add = (system: 'salesforce' | 'hubspot', id: string) => {
    if (!records.some((record) => record.system === system && record.id === id)) records.push({ system, id });
  };
  for (const [id] of everything.matchAll(salesforceLeadId)) add('salesforce', `00Q${id.slice(3)}`);
  for (const match of everything.matchAll(hubspotLink)) add('hubspot', match[1] ?? '');
  for (const pattern of hubspotNumbers) {
    for (const match of text.matchAll(pattern)) add('hubspot', match[1] ?? '');
  }
  const number = /^\s*#?(\d+)\s*$/.exec(text)?.[1];
  if (place === 'field' && number !== undefined) add('hubspot', number);

  const internal = internalDomains(knownNames);
  const known = new Set(knownNames.map(({ email }) => email));
  const emails = [...everything.matchAll(emailAddress)]
    .map(([email]) => email.toLowerCase().replace(/^['.]+|['.]+$/g, ''))
    .filter((email) => !known.has(email) && !internal.has(domainOf(email)));
  const masked = maskReferences(read.masked);
  const names = namesIn(withoutSignature(masked));
  if (place === 'answer' && names.length === 0) names.push(...shortAnswer(masked));
  if (place === 'field' && records.length === 0 && emails.length === 0 && shortAnswer(masked).length > 0) {
    names.unshift(...namesInField(masked.trim()));
  }
  return {
    records: records.slice(0, maximumReferences),
    emails: [...new Set(emails)].slice(0, maximumReferences),
    names,
    ordinal: ordinalIn(text),
  };
}

/**
 * The text with links, ids and outsiders' e-mails as one plain word each, so that their dots end no sentence.
 * Lengths are kept, so positions still fit.
 */
export function withPlainReferences(text: string, knownNames: readonly KnownName[]): string {
  const known = new Set(knownNames.map(({ email }) => email));
  const plain = (match: string) => 'x'.repeat(match.length);
  return text
    .replace(/https?:\/\/\S+/gi, plain)
    .replace(emailAddress, (email) => (known.has(email.toLowerCase()) ? email : plain(email)))
    .replace(salesforceLeadId, plain);
}

/** Blanks what is certainly not the lead's name: e-mails, links, ids. Lengths are kept, so positions still fit. */
function maskReferences(text: string): string {
  const blank = (match: string) => ' '.repeat(match.length);
  return text
    .replace(/https?:\/\/\S+/gi, blank)
    .replace(emailAddress, blank)
    .replace(salesforceLeadId, blank);
}

const closing =
  /^\s*(?:--+|__+|(?:(?:best|kind|warm|many|viele|mit|freundlichen?|liebe|beste|bien|bonne)\s+)*(?:regards|wishes|cheers|thanks|thank you|sincerely|grüßen?|gruß|vg|lg|mfg|cordialement|journée|sent from my .*)(?:\s+(?:a lot|so much|again))?)[\s,.!]*$/imu;

/** What somebody writes under a mail names them and their company, not the lead. */
function withoutSignature(text: string): string {
  const match = closing.exec(text);
  return match && match.index > 0 ? text.slice(0, match.index) : text;
}
