import { expect, test } from 'vitest';
import { clockWords, dueWords, shortSpan, spanWords } from './time.ts';

test('a span is told in its largest unit, hours up to two days', () => {
  const spans = [20, 60 * 4, 3600 * 3, 3600 * 47, 3600 * 24 * 12].map((seconds) => shortSpan(seconds * 1000));
  expect(spans).toEqual(['now', '4m', '3h', '47h', '12d']);
});

test('a due time is told from now, and as late once it has passed', () => {
  const now = Date.parse('2026-05-18T12:00:00.000Z');
  expect(dueWords('2026-05-18T15:10:00.000Z', now)).toBe('in 3h');
  expect(dueWords('2026-05-18T10:00:00.000Z', now)).toBe('2h late');
});

test('a span is told in words, to the second below a minute', () => {
  const spans = [12, 60 * 4, 3600 * 3, 3600 * 24 * 12].map((seconds) => spanWords(seconds * 1000));
  expect(spans).toEqual(['12 s', '4 min', '3 h', '12 days']);
});

test('a time of today is told by the clock, one of another day with its day', () => {
  const now = new Date(2026, 4, 18, 12, 0);
  const day = new Date(2026, 4, 16, 9, 5).toLocaleDateString(undefined, { day: 'numeric', month: 'short' });
  expect(clockWords(new Date(2026, 4, 18, 9, 5).toISOString(), now.getTime())).not.toContain(day);
  expect(clockWords(new Date(2026, 4, 16, 9, 5).toISOString(), now.getTime())).toContain(day);
});
