import type { Priority } from '../../../shared/model/request.ts';

const rank: Record<Priority, number> = { Low: 0, Medium: 1, High: 2 };
const dayMs = 24 * 3600 * 1000;

export interface PriorityInput {
  urgency: 'urgent' | 'can_wait' | null;
  accountTier: 'strategic' | 'named' | 'standard' | null;
  /** ISO 8601; null is unknown. */
  leadCreatedAt: string | null;
  now: Date;
  /** What the requester chose on the form. */
  chosen: Priority | null;
}

/** High: strategic or named account, urgent words, or a lead younger than a day. The form can only raise it. */
export function priorityOf({ urgency, accountTier, leadCreatedAt, now, chosen }: PriorityInput): Priority {
  const isNamed = accountTier === 'strategic' || accountTier === 'named';
  const isFresh = leadCreatedAt !== null && now.getTime() - Date.parse(leadCreatedAt) < dayMs;
  const computed =
    urgency === 'urgent' || isNamed || isFresh ? 'High' : urgency === 'can_wait' ? 'Low' : 'Medium';
  return chosen !== null && rank[chosen] > rank[computed] ? chosen : computed;
}
