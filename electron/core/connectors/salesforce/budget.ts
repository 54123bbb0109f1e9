import type { RateBudget } from '../../../../shared/model/connection.ts';

/** `api-usage=18/15000`, with further counts of the app's own behind it where there are any. */
const usagePattern = /(?:^|[\s;,])api-usage=(\d+)\/(\d+)/;

/**
 * How many of the organisation's API calls of the last 24 hours are used, as every answer's `Sforce-Limit-Info` says;
 * null where it does not. The count is of all programs that use the organisation, not of ours alone.
 */
export function budgetIn(headers: Headers): RateBudget | null {
  const [, used, limit] = usagePattern.exec(headers.get('sforce-limit-info') ?? '') ?? [];
  if (used === undefined || Number(limit) === 0) return null;
  return { used: Number(used), limit: Number(limit), window: '24 hours' };
}

/** From here on somebody should know before the calls are used up. */
const scarceShare = 0.95;

export function isScarce({ used, limit }: RateBudget): boolean {
  return used / limit >= scarceShare;
}
