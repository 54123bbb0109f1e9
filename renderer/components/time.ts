import { useEffect, useState } from 'react';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** A span in its largest unit: `now`, `4m`, `3h`, `12d`. */
export function shortSpan(ms: number): string {
  const span = Math.abs(ms);
  if (span < minuteMs) return 'now';
  if (span < hourMs) return `${Math.floor(span / minuteMs)}m`;
  if (span < 2 * dayMs) return `${Math.floor(span / hourMs)}h`;
  return `${Math.floor(span / dayMs)}d`;
}

/** How a due time is spoken of: `in 3h`, `2h late`. */
export function dueWords(dueAt: string, nowMs: number): string {
  const left = Date.parse(dueAt) - nowMs;
  const span = shortSpan(left);
  if (span === 'now') return 'now';
  return left > 0 ? `in ${span}` : `${span} late`;
}

/** A span in words: `12 s`, `4 min`, `3 h`, `12 days`. */
export function spanWords(ms: number): string {
  const span = Math.abs(ms);
  if (span < minuteMs) return `${Math.round(span / 1_000)} s`;
  if (span < hourMs) return `${Math.floor(span / minuteMs)} min`;
  if (span < 2 * dayMs) return `${Math.floor(span / hourMs)} h`;
  return `${Math.floor(span / dayMs)} days`;
}

/** `14:05`, with the day before it where that is not today; in the reader's own language and zone. */
export function clockWords(at: string, nowMs: number): string {
  const then = new Date(at);
  const time = then.toLocaleTimeString(undefined, { hour: 'numeric', minute: '2-digit' });
  if (then.toDateString() === new Date(nowMs).toDateString()) return time;
  return `${then.toLocaleDateString(undefined, { day: 'numeric', month: 'short' })}, ${time}`;
}

/** `18 May 2026, 09:15:00`, in the reader's own language and zone. */
export function absoluteTime(at: string): string {
  return new Date(at).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
}

/** The present time in milliseconds, renewed every half minute. */
export function useNow(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 30_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}
