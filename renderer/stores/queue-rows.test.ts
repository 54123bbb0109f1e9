import { expect, test } from 'vitest';
import { appendPage, keepActiveRow, rowsMoved, stepFrom } from './queue-rows.ts';

test('a row that is being looked at keeps its place when it leaves the view', () => {
  expect(keepActiveRow(['a', 'b', 'c'], ['new', 'a', 'c'], 'b')).toEqual(['new', 'b', 'a', 'c']);
});

test('a row that nobody looks at leaves the view at once', () => {
  expect(keepActiveRow(['a', 'b', 'c'], ['a', 'c'], 'a')).toEqual(['a', 'c']);
});

test('stepping stops at the ends of the list and starts at its first row', () => {
  const ids = ['a', 'b', 'c'];
  expect([
    stepFrom(ids, 'b', 1),
    stepFrom(ids, 'c', 1),
    stepFrom(ids, 'a', -1),
    stepFrom(ids, null, 1),
  ]).toEqual(['c', 'c', 'a', 'a']);
  expect(stepFrom([], null, 1)).toBe(null);
});

test('a row that moved to a later page is not listed twice', () => {
  expect(appendPage(['a', 'b'], ['b', 'c'])).toEqual(['a', 'b', 'c']);
});

test('a row knows by how much it moved when others came or went above it', () => {
  expect(rowsMoved(['a', 'b', 'c'], ['new', 'newer', 'a', 'b', 'c'], 1)).toBe(2);
  expect(rowsMoved(['a', 'b', 'c'], ['b', 'c'], 2)).toBe(-1);
  expect(rowsMoved(['a', 'b'], ['a'], 1)).toBe(0);
});
