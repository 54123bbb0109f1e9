import { looksLikeName } from './names-in-text.ts';
import type { KnownName } from './reader.ts';

export type Stance = 'asked' | 'refused' | 'neutral';

export interface Mention {
  email: string;
  start: number;
  end: number;
  stance: Stance;
}

/** First names that are everyday words when written small. */
const everydayWords = new Set(
  'will mark bill may art grant rich drew frank jack dean chase hope faith grace joy sue pat ray gene guy miles rob dot'.split(
    ' ',
  ),
);

const quoteRegExp = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
const between = '[^.;!?\\n]';

/** A form in the message: `Current owner: Ana`, `owner: Chiara`, `jonas → Ana`. */
const refusedLabel =
  /\b(?:current|present|old|previous|former|existing|wrong|actual|today's|aktuell\w*|bisherig\w*|actuel\w*)\s+(?:owner|rep|ae|assignee|besitzer|propriétaire)\s*(?:\(.*\)\s*)?(?:[:=]|is|was)?\s*$/i;
const askedLabel =
  /(?:\b(?:(?:(?:new|expected|right|correct|proper|rightful|real|requested|proposed|desired|target|suggested|richtige\w*|neue\w*)\s+(?:owner|rep|ae|one|person|assignee|besitzer)\s*(?:[:=]|is|would be|should be|ist|wäre)?)|(?:owner|should be|should go to|assign(?:ed)? to|re-?assign to|move to|route to|give to|expected|wanted|besitzer)\s*[:=])|->|=>|→|⇒|»)\s*$/i;

/** What stands before a name that is turned down, whatever else is said. */
const negated = new RegExp(
  `\\b(?:not|never|neither|nor|no longer|cannot|can't|\\w+n't|nicht|kein\\w*|pas|anyone but|anybody but|everyone but)\\b${between}{0,80}$`,
  'i',
);

/** What stands before a name when it is that of the present or a wrong owner. */
const refusedBefore = [
  /\b(?:why|how come|warum|wieso|pourquoi)\b[^.;!?]{0,80}$/i,
  /\b(?:instead of|rather than|away from|taken from|off|from|than|except|wrongly|mistakenly|incorrectly|statt|von|au lieu de)\s+(?:(?!to\b|with\b)\S+\s+){0,4}$/i,
  /\b(?:was|were|is|are|been|got|gets|went|goes|sits|sitting|sat|landed|lands|ended up|stuck|remains?|stays?|'s|ist|wurde|liegt|landete|sitzt|est|était)\b(?:\s+[^\s.,;!?]+){0,4}?\s+(?:to|with|by|under|at|on|bei|zu|chez|à)\s+$/i,
  /\b(?:gave|sent|moved|assigned|routed|handed|passed|gives|sends|moves|assigns|routes)\b(?:\s+[^\s.,;!?]+){0,6}?\s+(?:to|with)\s+$/i,
  /\b(?:with|about|asked|told|spoke|talked|spoken)\s+$/i,
];

const transfer =
  'give|assign|re-?assign|move|route|re-?route|transfer|hand|pass|send|switch|swap|change|set|put|return|forward|allocate|redirect|shift|update|correct|bring|get';

/** What stands before a name when that person should have the lead. */
const askedBefore = [
  /\b(?:should|shall|must|ought to|needs? to|has to|have to|supposed to|meant to|want(?:s|ed)?(?: it| her| him| them| this)? to|would)\s+(?:(?:rather|really|actually|instead|now|probably|then|also|always)\s+)?(?:have\s+(?:been|gone)|be|go|belong|move|sit|stay|get|come|have)\b(?:\s+[^\s.,;!?]+){0,4}?\s*$/i,
  new RegExp(
    `(?<!\\b(?:was|were|been|being|got|did you|did they|did it|why|they|rule|system|routing|it|somebody|someone)\\s)\\b(?:${transfer})\\b(?:\\s+[^\\s;!?]+){0,12}?\\s+(?:(?:over|back)\\s+)?(?:to|with)\\s+$`,
    'i',
  ),
  /\b(?:please|pls|want|need|like|needs)\b[^;!?]{0,60}\b(?:assigned|reassigned|routed|moved|given|sent|transferred|changed)\s+(?:over\s+|back\s+)?to\s+$/i,
  /\b(?:belongs?|belonging)\s+(?:to|with)\s+$/i,
  /\b(?:make|let|have|want|prefer|(?:would|'d) like|make (?:it|that|her|him))\s+$/i,
  /\b(?:sollte|soll|muss|gehört|müsste)\b(?:\s+[^\s.,;!?]+){0,4}?\s+(?:zu|bei|an|mit)\s+$/i,
  /\bbitte\b[^.;!?]{0,80}\b(?:an|auf|zu)\s+$/i,
  /\b(?:devrait|doit|donner|donnez|attribuer|attribuez|réattribuer|transférer|transférez)\b(?:\s+[^\s.;!?]+){0,5}?\s+(?:chez|à)\s+$/i,
];
/** The weakest sign: it counts where nothing says that the person only has the lead now. */
const perhapsAskedBefore =
  /(?<!\b(?:according|thanks|thank you|talk\w*|sp[eo]ak\w*|spoke|listen\w*|reports?|reporting|next|due|said|mentioned|wrote|ask\w*|wait\w*|look\w*|sorry|meeting|call|cc)\s)\b(?:for|to)\s+$/i;

const takes = '(?:have|own|get|take|handle|receive|work|keep)';
const askedAfter = [
  new RegExp(
    `^\\s+(?:who\\s+)?(?:should|must|needs to|ought to|has to|is supposed to|shall)\\s+(?!not\\b)(?:(?:really|actually|rather|probably|instead)\\s+)?(?:${takes}|be)\\b`,
    'i',
  ),
  /^\s+(?:is|would be|'s)\s+(?:the\s+|a\s+)?(?:better|right|correct|proper|rightful|real)\b/i,
  /^\s+(?:as|to be)\s+(?:the\s+|new\s+|its\s+)*owner\b/i,
  /^\s+(?:instead(?!\s+of)|pls|please|bitte)\b/i,
  /^\s+(?:übergeben|zuweisen|zuordnen|geben)\b/i,
];
/** `Can Chiara take it?`, `Shouldn't Chiara own it?`: a question that asks for somebody. */
const proposing = /\b(?:can|could|should|shouldn't|may|would)\s+$/i;
const taking = new RegExp(`^\\s+(?:please\\s+)?${takes}\\b`, 'i');

const refusedAfter = [
  /^\s+(?:should|must|shall|does|do|did|has|is|was|can|could|would)(?:n't|\s+not)\b/i,
  /^\s+(?:is|was)\s+(?:the\s+)?(?:wrong|incorrect|not)\b/i,
  /^\s+(?:is out|has left|left|has it|has this|owns|owned|got|took|has|currently|told|said|asked|says)\b/i,
];
/** "It is Chiara's", "this should be Chiara's lead"; but not "France is Chiara's territory". */
const possessed =
  /(?:\b(?:is|was|should be|must be|ought to be|has to be|needs to be|should have been)|'s)\s+(?:really\s+|actually\s+)?$/i;
const possession = /^'s(?:\s+(?:leads?|contact|prospect|one)\b|\s*(?:[.,;!?)]|$|\b(?:and|but|not|so)\b))/i;

/** The clause around a name: what one says of somebody ends at a stop, a contrast or a conjunction. */
const clauseStart = /^[\s\S]*(?:[;!?\n]|\.\s|,\s|:\s|\bbut\s|\band\s|\bso\s|—|–)/i;

function stanceOf(text: string, start: number, end: number): Stance {
  const near = text
    .slice(Math.max(0, start - 160), start)
    .replace(/^[\s\S]*\n/, '')
    .replace(/[@"(]+\s*$/, '');
  const before = near.replace(clauseStart, ' ');
  const [after = ''] = text.slice(end, end + 80).split('\n', 1);
  const isRefused = refusedAfter.some((pattern) => pattern.test(after));
  if (proposing.test(before) && taking.test(after)) return 'asked';
  const isNegated = negated.test(before);
  if (/^'s\b/i.test(after)) {
    return possessed.test(before) && possession.test(after) && !isNegated ? 'asked' : 'neutral';
  }
  if (isNegated || isRefused || refusedLabel.test(near)) return 'refused';
  const isAsked =
    askedLabel.test(near) ||
    (near.trim() === '' && /^\s+for\s/i.test(after)) ||
    askedBefore.some((pattern) => pattern.test(before)) ||
    askedAfter.some((pattern) => pattern.test(after));
  if (isAsked) return 'asked';
  if (refusedBefore.some((pattern) => pattern.test(before))) return 'refused';
  return perhapsAskedBefore.test(before) ? 'asked' : 'neutral';
}

interface Spelling {
  pattern: RegExp;
  email: string;
  isFirstName: boolean;
}

function spellingsOf(knownNames: readonly KnownName[]): Spelling[] {
  const spellings: Spelling[] = [];
  const byFirstName = new Map<string, Set<string>>();
  for (const { email, name, isActiveOwner } of knownNames) {
    spellings.push({
      pattern: new RegExp(`(?<![\\w.+-])${quoteRegExp(email)}(?![\\w-])`, 'gi'),
      email,
      isFirstName: false,
    });
    if (/\s/.test(name)) {
      const words = name.split(/\s+/).map(quoteRegExp).join('\\s+');
      spellings.push({
        pattern: new RegExp(`(?<!\\p{L})${words}(?!\\p{L})`, 'giu'),
        email,
        isFirstName: false,
      });
    }
    const first = name.split(/\s+/)[0]?.toLowerCase() ?? '';
    if (isActiveOwner && first.length > 1)
      byFirstName.set(first, (byFirstName.get(first) ?? new Set()).add(email));
  }
  for (const [first, emails] of byFirstName) {
    const [email] = emails;
    if (emails.size !== 1 || email === undefined) continue;
    spellings.push({
      pattern: new RegExp(`(?<!\\p{L})${quoteRegExp(first)}(?!\\p{L}|@)`, 'giu'),
      email,
      isFirstName: true,
    });
  }
  return spellings;
}

/** Whether the word at this place is a first name by itself, and not that of "Ben Miller" or an everyday word. */
function standsAlone(text: string, start: number, end: number): boolean {
  const word = text.slice(start, end);
  if (word === word.toLowerCase() && everydayWords.has(word)) return false;
  const next = /^\s+(\p{Lu}[\p{L}'-]*)/u.exec(text.slice(end))?.[1];
  const previous = /(\p{Lu}[\p{L}'-]*)\s+$/u.exec(text.slice(0, start))?.[1];
  return !(next !== undefined && looksLikeName(next)) && !(previous !== undefined && looksLikeName(previous));
}

/** Every place where somebody known is named, by e-mail, full name, or a first name that fits one active owner. */
export function mentionsIn(text: string, knownNames: readonly KnownName[]): Mention[] {
  const mentions: Mention[] = [];
  const isTaken = (start: number, end: number) => mentions.some((one) => start < one.end && one.start < end);
  for (const { pattern, email, isFirstName } of spellingsOf(knownNames)) {
    for (const match of text.matchAll(pattern)) {
      const [start, end] = [match.index, match.index + match[0].length];
      if (isTaken(start, end) || (isFirstName && !standsAlone(text, start, end))) continue;
      mentions.push({ email, start, end, stance: stanceOf(text, start, end) });
    }
  }
  return mentions.sort((first, second) => first.start - second.start);
}

const toMe = [
  new RegExp(`\\b(?:${transfer})\\b[^.;!?\\n]{0,80}\\s(?:to|with)\\s+(?:me|myself)\\b`, 'i'),
  /\b(?:assign|give)\s+me\s+(?:this|that|the)\s+(?:lead|contact|prospect|one)\b/i,
  /\b(?:should|must|needs? to|ought to|has to)\s+(?:be|go|sit|belong|come|have been|have gone)\b[^.;!?,\n]{0,30}\b(?:(?:with|to)\s+me|mine)\b/i,
  new RegExp(
    `\\bI\\s+(?:should|must|want to|would like to|'d like to|need to|ought to)\\s+(?:${takes}|be the owner)\\b`,
    'i',
  ),
  /\b(?:is|are)\s+(?:really\s+|actually\s+)?mine\b/i,
  /\bbelongs?\s+(?:to|with)\s+me\b/i,
];
const notToMe = /\b(?:not|never|\w+n't)\b[^.;!?\n]{0,40}\b(?:(?:to|with)\s+me|mine|me)\b/i;

/** "Give it to me", "it should be with me", "she is mine": the requester asks for themselves. */
export function asksForSelf(text: string): boolean {
  return toMe.some((pattern) => pattern.test(text)) && !notToMe.test(text);
}
