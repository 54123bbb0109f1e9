import type { RateBudget } from '../../../../shared/model/connection.ts';

/**
 * What HubSpot says of its allowance with an answer: of the day where it tells that (private apps and keys), else of
 * the short window. Null where it says nothing. Names of the headers: HubSpot's usage guidelines.
 */
export function budgetOf(headers: Headers): RateBudget | null {
  const daily = { limit: numberIn(headers, 'daily'), left: numberIn(headers, 'daily-remaining') };
  const short = { limit: numberIn(headers, 'max'), left: numberIn(headers, 'remaining') };
  return toBudget(daily, 'a day') ?? toBudget(short, windowWords(shortWindowMs(headers)));
}

/** The short window that calls are counted in, in milliseconds; HubSpot's usual 10 s where the answer does not tell. */
export function shortWindowMs(headers: Headers): number {
  return numberIn(headers, 'interval-milliseconds') || 10_000;
}

function toBudget(
  { limit, left }: { limit: number | null; left: number | null },
  window: string,
): RateBudget | null {
  if (limit === null || left === null || limit === 0) return null;
  return { used: Math.max(0, limit - left), limit, window };
}

function windowWords(windowMs: number): string {
  return windowMs === 1_000 ? 'a second' : `${windowMs / 1_000} seconds`;
}

function numberIn(headers: Headers, name: string): number | null {
  const value = headers.get(`x-hubspot-ratelimit-${name}`);
  return value !== null && /^\d+$/.test(value) ? Number(value) : null;
}
