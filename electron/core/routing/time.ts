import { DateTime } from 'luxon';

/**
 * The instant that an ISO 8601 text names, in milliseconds; a bare day is its first or last millisecond in the zone.
 * Not a number where the text is no date.
 */
export function dayOrInstant(text: string, timeZone: string, edge: 'start' | 'end'): number {
  const written = text.trim();
  const parsed = DateTime.fromISO(written, { zone: timeZone });
  if (!/^\d{4}-\d{2}-\d{2}$/.test(written)) return parsed.toMillis();
  return (edge === 'start' ? parsed.startOf('day') : parsed.endOf('day')).toMillis();
}

/** Whether the moment lies from `from` to `to`, both inclusive; bare days are whole days of the zone. */
export function isWithin(period: { from: string; to: string }, now: Date, timeZone: string): boolean {
  const at = now.getTime();
  return dayOrInstant(period.from, timeZone, 'start') <= at && at <= dayOrInstant(period.to, timeZone, 'end');
}
