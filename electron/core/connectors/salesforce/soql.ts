/**
 * SOQL literals. The SDK's own query builder escapes the quote but not the backslash, so a value that ends in a
 * backslash would swallow the closing quote; every value in our queries goes through here instead.
 */

const escapes: Record<string, string> = {
  '\\': '\\\\',
  "'": "\\'",
  '"': '\\"',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\b': '\\b',
  '\f': '\\f',
};

function escapeText(text: string): string {
  return text.replace(/[\\'"\n\r\t\b\f]/g, (character) => escapes[character] ?? character);
}

/** A string literal with its quotes. */
export function quote(text: string): string {
  return `'${escapeText(text)}'`;
}

/** A part of a LIKE pattern that stands for itself: `%` and `_` lose their meaning. */
export function likeText(text: string): string {
  return escapeText(text).replace(/[%_]/g, '\\$&');
}

/** The list for IN. Callers do not ask with an empty one: SOQL has none. */
export function quoteList(values: readonly string[]): string {
  return `(${values.map(quote).join(', ')})`;
}

const lettersWithoutMarks = /[bdfghjkmpqvwx0-9]/i;
/** With fewer letters that stand for themselves, a pattern would find a good part of all records. */
const fewestLetters = 2;

/**
 * A LIKE pattern that finds a name however its accents and punctuation are written: `Dvořák` and `Dvorak` both give
 * `Dv___k`, so each finds the other. It finds too much on purpose: `sameLetters` and `beginsWithLetters` compare what
 * came back. Only Latin letters come with and without marks.
 */
export function looseLike(name: string): string {
  const characters = Array.from(name.normalize('NFC').trim());
  const loose = characters.map((character) => {
    if (lettersWithoutMarks.test(character)) return character;
    if (/\p{Script=Latin}/u.test(character)) return '_';
    return /\p{L}/u.test(character) ? character : '%';
  });
  const [first = ''] = characters;
  const says = loose.filter((character) => character !== '_' && character !== '%').length;
  if (says < fewestLetters && /\p{L}/u.test(first)) loose[0] = first;
  return loose.join('').replace(/%+/g, '%');
}

/** Letters and digits alone, without marks and letter case: what is left of a name to compare. */
function letters(name: string): string {
  return name
    .normalize('NFKD')
    .replace(/[^\p{L}\p{N}]+/gu, '')
    .toLowerCase();
}

export function sameLetters(first: string, second: string): boolean {
  return letters(first) === letters(second);
}

export function beginsWithLetters(text: string, beginning: string): boolean {
  return letters(text).startsWith(letters(beginning));
}

/** Whether a pattern of the text would say anything at all. */
export function hasLetters(text: string): boolean {
  return letters(text) !== '';
}
