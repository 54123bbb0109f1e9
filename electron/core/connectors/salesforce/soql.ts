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

const lettersWithoutMarks = /[bdfghjkmpqvwx0-9]/;

/**
 * A LIKE pattern that finds a name however its accents and punctuation are written: `José` and `Jose` both give
 * `J___`, so each finds the other. It finds too much on purpose: `sameLetters` and `beginsWithLetters` compare what
 * came back. Only Latin letters come with and without marks.
 */
export function looseLike(name: string): string {
  return Array.from(name.normalize('NFC').trim(), (character) => {
    if (lettersWithoutMarks.test(character.toLowerCase())) return character;
    if (/\p{Script=Latin}/u.test(character)) return '_';
    return /\p{L}/u.test(character) ? character : '%';
  })
    .join('')
    .replace(/%+/g, '%');
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
