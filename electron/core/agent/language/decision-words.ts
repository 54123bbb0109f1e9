import { mentionsIn } from './mentions.ts';
import type { KnownName } from './reader.ts';

/** A decision that somebody wrote as an answer. */
export interface DecisionWords {
  action: 'approve' | 'reject' | 'return';
  /** E-mail of the owner that an approval names; null for the one that is proposed. */
  owner: string | null;
  /** What an approval says of an owner who cannot be told from it; such an approval must not be applied. */
  unclearOwner: string | null;
  note: string | null;
  /** The request that is named, `REV-1048`. */
  requestId: string | null;
  /** The word decides, whoever says it; a mere "yes" or "no" may be meant for somebody else. */
  isExplicit: boolean;
}

type Verdict = Omit<DecisionWords, 'requestId'>;

const requestNumber = /\bREV-\d+\b/i;
const greeting =
  /^(?:(?:hi|hello|hey|thanks|thank you|thx|please|hallo|bonjour)(?:\s+(?:all|there|team|everyone|both|switchyard))?[\s,!.:–—-]+)+/i;
const subject =
  /^(?:(?:(?:i|we)(?:\s+(?:hereby|do|would|will|both))*|i'd|i'll|let's|this is|that is|it is|it's|that's|consider (?:it|this))\s+)/i;

const wordEnd = '(?![\\p{L}\\p{N}\\-])';
const verb = (words: string): RegExp => new RegExp(`^(?:${words})${wordEnd}`, 'iu');

const verbs = {
  notApproved: verb("(?:not|don't|do not|won't|will not) approv(?:e|ed|ing)"),
  approve: verb('approve|approved|approving|approval granted|genehmigt|freigegeben|approuvée?'),
  reject: verb(
    'reject|rejected|rejecting|decline|declined|deny|denied|refuse|refused|disapprove|disapproved|abgelehnt|refusée?|rejetée?',
  ),
  return: verb(
    'return|returned|returning|(?:send|sent|sending)(?: it| this)? back|(?:i |we )?needs? more (?:info|information|details)|more (?:info|information|details)(?: needed| required| please)?|rückfrage',
  ),
  yes: verb(
    "yes|yep|yeah|yup|ok|okay|sure|agreed|agree|confirmed|go ahead|do it|fine(?: by me| with me)?|sounds good|looks good|lgtm|ja|oui|d'accord|einverstanden",
  ),
  no: verb('no|nope|nein|non'),
} as const;
const thumbUp = /^(?:👍|✅|:\+1:|\+1)\p{EMod}?/u;
const thumbDown = /^(?:👎|❌|:-1:)\p{EMod}?/u;

const object =
  /^\s*(?:the (?:request|lead|change|proposal|case)|(?:this|that) (?:one|request|change|case|proposal|lead)|it|this|that)(?![\p{L}\p{N}])/iu;
const separators = /^[\s,:;.!–—-]+/;
const courtesy =
  /^(?:(?:please|pls|thanks?|thank you|thx|cheers|great|good|perfect|from my side|on my side|by me|as (?:proposed|suggested|you propose)|the proposal|go ahead|do it|then|with that|bitte|danke|merci)[\s,.!–—-]*)*$/i;
const handOver =
  /^(?:and\s+)?(?:to|for|give|assign|hand|move|route|pass|send|let|make|owner|new owner|with)(?![\p{L}\p{N}])/iu;
const bareName = /^\p{Lu}[\p{L}'-]+(?:\s+\p{Lu}[\p{L}'-]+){0,2}[.!]?$/u;
/** "Approve if the country is right": not yet. "Approved by Ana yesterday": somebody else's. "Approve or reject": which? */
const notYet =
  /^(?:but\s+)?(?:only\s+)?(?:if|once|unless|until|provided|as soon as|when|after|or|by(?!\s+me\b)|pending)(?![\p{L}\p{N}])/iu;
const noOpinion =
  /^(?:idea|problem|worries|clue|rush|hurry|need|way|one|longer|not yet|not sure|wait)(?![\p{L}\p{N}])/iu;
const emailAddress = /[^\s<>()[\]:;,"“”]+@[^\s<>()[\]:;,"“”]+\.[\p{L}]{2,}/giu;
/** What may stand around an owner's name without saying anything more. */
const fillers =
  /(?<![\p{L}\p{N}])(?:and|then|please|pls|give|assign|hand|move|route|pass|send|let|make|it|this|that|the|lead|to|for|over|with|should|go|goes|be|is|have|new|owner|instead|thanks|thx)(?![\p{L}\p{N}])/giu;

/**
 * Reads an answer as a decision: `approve`, `approve: ana@…`, `approved, give it to Ana`, `reject: reason`, `no - reason`,
 * `return: question` and the like, in any case. Null for everything else: a question, a condition, a remark.
 */
export function readDecision(text: string, knownNames: readonly KnownName[]): DecisionWords | null {
  const plain = text.replace(/[\u2018\u2019]/g, "'").trim();
  const requestId = requestNumber.exec(plain)?.[0].toUpperCase() ?? null;
  const words = plain
    .replace(requestNumber, ' ')
    .replace(separators, '')
    .replace(greeting, '')
    .replace(separators, '')
    .trim();
  const verdict = verdictIn(words, knownNames) ?? verdictIn(words.replace(subject, ''), knownNames);
  return verdict && { ...verdict, requestId };
}

function verdictIn(words: string, knownNames: readonly KnownName[]): Verdict | null {
  const after = (pattern: RegExp): string | null => {
    const match = pattern.exec(words);
    return match === null ? null : words.slice(match[0].length);
  };
  const returned = after(verbs.return);
  if (returned !== null) return readReturn(returned);
  if (/\?\s*$/.test(words)) return null;
  const rejected = after(verbs.notApproved) ?? after(verbs.reject);
  if (rejected !== null) return readRejection(rejected, true);
  const approved = after(verbs.approve);
  if (approved !== null) return readApproval(approved, knownNames, true);
  const agreed = after(verbs.yes) ?? after(thumbUp);
  if (agreed !== null) return readApproval(agreed, knownNames, false);
  const refused = after(verbs.no) ?? after(thumbDown);
  return refused === null ? null : readRefusal(refused, knownNames);
}

const noOwner = { owner: null, unclearOwner: null } as const;

function withoutObject(rest: string): string {
  return rest.replace(object, '').replace(separators, '').trim();
}

function readApproval(rest: string, knownNames: readonly KnownName[], isExplicit: boolean): Verdict | null {
  const said = withoutObject(rest);
  if (notYet.test(said)) return null;
  const approval = { action: 'approve', ...noOwner, note: null, isExplicit } as const;
  if (courtesy.test(said)) return approval;
  const owner = ownerIn(said, knownNames);
  const isAboutOwner = owner !== null || handOver.test(said) || bareName.test(said);
  // "Yes, I will look into it" approves nothing.
  if (!isExplicit && (!isAboutOwner || saysMore(said, knownNames))) return null;
  if (owner === 'unclear' || (owner === null && isAboutOwner)) return { ...approval, unclearOwner: said };
  const note = owner === null || saysMore(said, knownNames) ? said : null;
  return { ...approval, owner, note };
}

/** The one person whom the words give the lead to; `unclear` where they name several, or whom not to give it to. */
function ownerIn(said: string, knownNames: readonly KnownName[]): string | 'unclear' | null {
  const mentions = mentionsIn(said, knownNames);
  const known = new Set(knownNames.map(({ email }) => email));
  const others = [...said.matchAll(emailAddress)]
    .map(([email]) => email.toLowerCase())
    .filter((email) => !known.has(email));
  const wanted = mentions.filter(({ stance }) => stance !== 'refused').map(({ email }) => email);
  const asked = mentions.filter(({ stance }) => stance === 'asked').map(({ email }) => email);
  const named = new Set([...wanted, ...others]);
  const [only] = named.size === 1 ? named : new Set(asked);
  if (named.size === 1 && only !== undefined) return only;
  if (named.size > 1) return new Set(asked).size === 1 && others.length === 0 && only ? only : 'unclear';
  return mentions.length > 0 ? 'unclear' : null;
}

/** Whether something is said besides who gets the lead. */
function saysMore(said: string, knownNames: readonly KnownName[]): boolean {
  const rest = mentionsIn(said, knownNames)
    .toReversed()
    .reduce((words, { start, end }) => `${words.slice(0, start)} ${words.slice(end)}`, said);
  return /[\p{L}\p{N}]/u.test(rest.replace(emailAddress, ' ').replace(fillers, ' '));
}

function readRejection(rest: string, isExplicit: boolean): Verdict | null {
  const said = withoutObject(rest);
  if (notYet.test(said)) return null;
  const note = said.replace(/^(?:because|since|as|weil|parce que)\s+/i, '');
  return { action: 'reject', ...noOwner, note: courtesy.test(note) ? null : note, isExplicit };
}

/** A "no" rejects where nothing or a reason follows; "no, it should go to Ben" asks for somebody else. */
function readRefusal(rest: string, knownNames: readonly KnownName[]): Verdict | null {
  const isSetOff = /^\s*(?:$|[,:;.!–—-]|because\b)/i.test(rest);
  const said = withoutObject(rest);
  const asksForSomebody = mentionsIn(said, knownNames).some(({ stance }) => stance === 'asked');
  if (!isSetOff || noOpinion.test(said) || asksForSomebody) return null;
  if (said !== '' && verdictIn(said, knownNames) !== null) return null;
  return readRejection(rest, false);
}

/** `return: question`; but "return to Ana" gives a lead to somebody. */
function readReturn(rest: string): Verdict | null {
  const said = withoutObject(rest)
    .replace(
      /^(?:to (?:the )?(?:requester|him|her|them)|for (?:more (?:information|info|details)|clarification))/i,
      '',
    )
    .replace(separators, '');
  if (/^(?:to|the|customers?)(?![\p{L}\p{N}])/iu.test(said)) return null;
  return { action: 'return', ...noOwner, note: said === '' ? null : said, isExplicit: true };
}
