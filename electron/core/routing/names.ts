/** Legal forms that are dropped at the end of a company's name, in their spelling without punctuation. */
const legalForms = new Set(
  'inc corp llc ltd plc gmbh ag kg se sa sas sarl spa srl bv nv ab as aps oy pty'.split(' '),
);
const longestLegalForm = 4;

/** Lower case, NFKD without marks, punctuation and repeated spaces dropped. */
export function foldText(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/[\p{P}\p{S}]+/gu, '')
    .replace(/\s+/gu, ' ')
    .trim();
}

/** Drops one legal form at the end, also one spelled as single letters (`S. p. A.`); null where there is none. */
function withoutLegalForm(words: readonly string[]): string[] | null {
  if (words.length < 2) return null;
  if (legalForms.has(words.at(-1) ?? '')) return words.slice(0, -1);
  for (let count = 2; count <= longestLegalForm && count < words.length; count += 1) {
    const tail = words.slice(-count);
    if (tail.every((word) => word.length === 1) && legalForms.has(tail.join('')))
      return words.slice(0, -count);
  }
  return null;
}

/** Whether a word, dotted or not, is a company's legal form. */
export const isLegalForm = (word: string): boolean => legalForms.has(foldText(word));

/** Letter case and spacing aside: the form in which texts other than names are compared. */
export function foldCase(text: string): string {
  return text.trim().toLowerCase().replace(/\s+/gu, ' ');
}

/** A company's or person's name in the form in which names are compared (decision policy, *Normalised name*). */
export function normaliseName(name: string): string {
  let words = foldText(name).split(' ');
  for (let shorter = withoutLegalForm(words); shorter; shorter = withoutLegalForm(words)) words = shorter;
  return words.join(' ');
}

/** Whether a company as somebody wrote it fits a record's company: equal, or its beginning at a word's end. */
export function fitsCompany(written: string, recorded: string): boolean {
  const wanted = normaliseName(written);
  const actual = normaliseName(recorded);
  return wanted !== '' && (actual === wanted || actual.startsWith(`${wanted} `));
}

/** Jaro-Winkler similarity, 0 to 1, with the usual prefix weight of 0.1 over at most four characters. */
export function jaroWinkler(first: string, second: string): number {
  if (first === second) return first === '' ? 0 : 1;
  const window = Math.max(0, Math.floor(Math.max(first.length, second.length) / 2) - 1);
  const firstMatched = new Array<boolean>(first.length).fill(false);
  const secondMatched = new Array<boolean>(second.length).fill(false);
  let matches = 0;
  for (let i = 0; i < first.length; i += 1) {
    const from = Math.max(0, i - window);
    const to = Math.min(second.length - 1, i + window);
    for (let j = from; j <= to; j += 1) {
      if (secondMatched[j] || first[i] !== second[j]) continue;
      firstMatched[i] = true;
      secondMatched[j] = true;
      matches += 1;
      break;
    }
  }
  if (matches === 0) return 0;
  let transposed = 0;
  let j = 0;
  for (let i = 0; i < first.length; i += 1) {
    if (!firstMatched[i]) continue;
    while (!secondMatched[j]) j += 1;
    if (first[i] !== second[j]) transposed += 1;
    j += 1;
  }
  const jaro = (matches / first.length + matches / second.length + (matches - transposed / 2) / matches) / 3;
  let prefix = 0;
  while (prefix < 4 && prefix < first.length && first[prefix] === second[prefix]) prefix += 1;
  return jaro + prefix * 0.1 * (1 - jaro);
}

const similarNameThreshold = 0.92;

/** Whether two names are merely similar: not equal once normalised, but close (decision policy, *Similar*). */
export function areSimilarNames(first: string, second: string): boolean {
  const [a, b] = [normaliseName(first), normaliseName(second)];
  return a !== '' && b !== '' && a !== b && jaroWinkler(a, b) >= similarNameThreshold;
}
