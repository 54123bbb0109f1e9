import { expect, test } from 'vitest';
import { dueWords, shortSpan } from './time.ts';

test('a span is told in its largest unit, hours up to two days', () => {
  const spans = [20, 60 * 4, 3600 * 3, 3600 * 47, 3600 * 24 * 12].map((seconds) => shortSpan(seconds * 1000));
  expect(spans).toEqual(['now', '4m', '3h', '47h', '12d']);
});

test('a due time is told from now, and as late once it has passed', () => {
  const now = Date.parse('2026-05-18T12:00:00.000Z');
  expect(dueWords('2026-05-18T15:10:00.000Z', now)).toBe('in 3h');
  expect(dueWords('2026-05-18T10:00:00.000Z', now)).toBe('2h late');
});
