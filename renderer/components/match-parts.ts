export interface TextPart {
  text: string;
  isMatch: boolean;
  /** Where in the text it begins. */
  at: number;
}

/** Without case and accents, letter for letter, so that places in it are places in the text. */
const fold = (text: string): string =>
  Array.from(text, (letter) => {
    const plain = letter.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
    return plain.length === letter.length ? plain : letter;
  }).join('');

/**
 * A text cut into what a search found and what lies between. As in the search, a word fits where another begins with
 * it, without regard to case and accents.
 */
export function matchParts(text: string, search: string): TextPart[] {
  const words = fold(search).match(/[\p{L}\p{N}]+/gu);
  if (words === null) return text === '' ? [] : [{ text, isMatch: false, at: 0 }];
  // The longest first: of two that begin alike, it covers more.
  const longestFirst = words.toSorted((one, other) => other.length - one.length).join('|');
  const found = fold(text).matchAll(new RegExp(`(?<![\\p{L}\\p{N}])(?:${longestFirst})`, 'gu'));
  const parts: TextPart[] = [];
  let done = 0;
  const cut = (end: number, isMatch: boolean) => {
    if (end > done) parts.push({ text: text.slice(done, end), isMatch, at: done });
    done = end;
  };
  for (const match of found) {
    cut(match.index, false);
    cut(match.index + match[0].length, true);
  }
  cut(text.length, false);
  return parts;
}
