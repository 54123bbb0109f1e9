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

/** What stands before a name when it is that of the present or a wrong owner. */
const refusedBefore = [
  new RegExp(`\\b(?:not|never|neither|nor|no longer|cannot|can't|\\w+n't)\\b${between}{0,40}$`, 'i'),
  /\b(?:instead of|rather than|away from|taken from|off|from|than|except|wrongly|mistakenly|incorrectly|why did)\s+(?:\S+\s+){0,4}$/i,
  /\b(?:was|were|is|are|been|got|gets|went|goes|sits|sitting|sat|landed|lands|ended up|stuck|remains?|stays?|'s)\b(?:\s+[^\s.,;!?]+){0,4}?\s+(?:to|with|by|under|at|on)\s+$/i,
  /\b(?:gave|sent|moved|assigned|routed|handed|passed|gives|sends|moves|assigns|routes)\b(?:\s+[^\s.,;!?]+){0,6}?\s+(?:to|with)\s+$/i,
  /\bwith\s+$/i,
];

/** What stands before a name when that person should have the lead. */
const askedBefore = [
  /\b(?:should|shall|must|ought to|needs? to|has to|have to|supposed to|meant to|want(?:s|ed)?(?: it| her| him| them| this)? to|would)\s+(?:(?:rather|really|actually|instead|now|probably|then|also|always)\s+)?(?:have\s+(?:been|gone)|be|go|belong|move|sit|stay|get|come|have)\b(?:\s+[^\s.,;!?]+){0,4}?\s*$/i,
  /(?<!\b(?:was|were|been|being|got|did you|did they|did it|why|they|rule|system|routing|it|somebody|someone)\s)\b(?:give|assign|re-?assign|move|route|re-?route|transfer|hand|pass|send|switch|change|set|put|return|forward|allocate)\b(?:\s+[^\s;!?]+){0,12}?\s+(?:(?:over|back)\s+)?(?:to|with)\s+$/i,
  /\b(?:please|pls|want|need|like|needs)\b[^;!?]{0,60}\b(?:assigned|reassigned|routed|moved|given|sent|transferred|changed)\s+(?:over\s+|back\s+)?to\s+$/i,
  /\b(?:belongs?|belonging)\s+(?:to|with)\s+$/i,
  /\b(?:make|let|have)\s+$/i,
  /\b(?:right|correct|proper|actual|rightful|new|real)\s+(?:owner|one|person|rep)\s+(?:is|would be|should be)\s+$/i,
  /\b(?:for|to)\s+$/i,
];

const askedAfter = [
  /^\s+(?:should|must|needs to|ought to|has to|is supposed to|shall)\s+(?!not\b)(?:(?:really|actually|rather|probably|instead)\s+)?(?:have|own|get|take|handle|receive|be|work|keep)\b/i,
  /^\s+(?:is|would be|'s)\s+(?:the\s+)?(?:right|correct|proper|actual|rightful|real)\b/i,
  /^\s+(?:as|to be|the)\s+(?:the\s+|new\s+)*owner\b/i,
  /^\s+(?:instead(?!\s+of)|pls|please)\b/i,
];
const refusedAfter = [
  /^\s+(?:should|must|shall|does|do|did|has|is|was|can|could|would)(?:n't|\s+not)\b/i,
  /^\s+(?:is|was)\s+(?:the\s+)?(?:wrong|incorrect|not)\b/i,
  /^\s+(?:is out|has left|left|has it|owns|owned|got|took|has|currently)\b/i,
];
/** "It is Chiara's", "this is Chiara's lead". */
const possessed = /\b(?:it|this|that|she|he|lead|which)(?:'s|\s+is|\s+was)\s+(?:really\s+|actually\s+)?$/i;

/** The clause around a name: what one says of somebody ends at a stop, a contrast or a conjunction. */
const clauseStart = /^[\s\S]*(?:[;!?\n]|\.\s|,\s|:\s|\bbut\s|\band\s|\bso\s|—|–)/i;

function stanceOf(text: string, start: number, end: number): Stance {
  const before = text
    .slice(Math.max(0, start - 160), start)
    .replace(clauseStart, ' ')
    .replace(/[@"(]+\s*$/, '');
  const after = text.slice(end, end + 80);
  const isNegated = refusedBefore[0]?.test(before) === true;
  if (/^'s\b/i.test(after)) return possessed.test(before) && !isNegated ? 'asked' : 'neutral';
  if (refusedAfter.some((pattern) => pattern.test(after)) || isNegated) return 'refused';
  // "for" and "to" alone are the weakest sign, so that "was routed to" and the like come before it.
  const [strong, weak] = [askedBefore.slice(0, -1), askedBefore.slice(-1)];
  if (strong.some((pattern) => pattern.test(before)) || askedAfter.some((pattern) => pattern.test(after)))
    return 'asked';
  if (refusedBefore.some((pattern) => pattern.test(before))) return 'refused';
  return weak.some((pattern) => pattern.test(before)) ? 'asked' : 'neutral';
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

/** "Give it to me", "it should be with me": the requester asks for themselves. */
export function asksForSelf(text: string): boolean {
  return (
    (/\b(?:give|assign|re-?assign|move|route|transfer|hand|send|put|return)\b[^.;!?]{0,60}\s(?:to|with)\s+(?:me|myself)\b/i.test(
      text,
    ) ||
      /\b(?:should|must|needs to|ought to)\s+(?:be|go|sit|belong)\b[^.;!?,]{0,30}\b(?:with|to)\s+me\b/i.test(
        text,
      )) &&
    !/\b(?:not|n't|never)\b[^.;!?]{0,30}\b(?:to|with)\s+me\b/i.test(text)
  );
}
