/** HubSpot's bounds for a key or private app: calls in any ten seconds, and in a day. */
const perWindow = 190;
const windowMs = 10_000;
const perDay = 650_000;

/** Counts the calls, and tells with each answer what is left, as HubSpot does. */
export function createAllowance(): () => Readonly<Record<string, string>> {
  let calls = 0;
  let recent: number[] = [];
  return () => {
    const now = performance.now();
    calls += 1;
    recent = [...recent.filter((at) => at > now - windowMs), now];
    return {
      'x-hubspot-ratelimit-daily': String(perDay),
      'x-hubspot-ratelimit-daily-remaining': String(Math.max(0, perDay - calls)),
      'x-hubspot-ratelimit-interval-milliseconds': String(windowMs),
      'x-hubspot-ratelimit-max': String(perWindow),
      'x-hubspot-ratelimit-remaining': String(Math.max(0, perWindow - recent.length)),
    };
  };
}
