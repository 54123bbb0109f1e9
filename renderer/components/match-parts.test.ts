import { expect, test } from 'vitest';
import { matchParts } from './match-parts.ts';

/** The text with what was found in brackets. */
const marked = (text: string, search: string) =>
  matchParts(text, search)
    .map(({ text: part, isMatch }) => (isMatch ? `[${part}]` : part))
    .join('');

test('words are found at the beginning of words, without regard to case and accents', () => {
  expect(marked('Zoë Müller at Grünwald, REV-1048', 'zoe GRUN 1048')).toBe(
    '[Zoë] Müller at [Grün]wald, REV-[1048]',
  );
  expect(marked('Nordlicht', 'licht')).toBe('Nordlicht');
});

test('signs in a search mean nothing', () => {
  expect(marked('a.b (c)', '.*( b')).toBe('a.[b] (c)');
  expect(marked('text', '...')).toBe('text');
});

test('of two words that begin alike the longer is marked', () => {
  expect(marked('Hamburg', 'ham hamb')).toBe('[Hamb]urg');
});
