import { matchParts } from './match-parts.ts';

/** A text in which the words that were searched for are marked. */
export function Highlighted({ text, search }: { text: string; search: string }) {
  return matchParts(text, search).map(({ text: part, isMatch, at }) =>
    isMatch ? <mark key={at}>{part}</mark> : part,
  );
}
