import { expect, it } from 'vitest';
import { sentence } from './sentence.ts';

it('ends a sentence once', () => {
  const texts = ['Chiara owns Titan', 'Leave it.', 'Why?', 'He said "no."', ' Wait… '];
  expect(texts.map(sentence)).toEqual(['Chiara owns Titan.', 'Leave it.', 'Why?', 'He said "no."', 'Wait…']);
});
