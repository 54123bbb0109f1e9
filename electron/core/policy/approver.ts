import type { Person } from '../../../shared/model/person.ts';
import type { EscalationReason } from '../../../shared/model/request.ts';
import type { EscalationOwner } from '../../../shared/model/rule.ts';
import { normaliseCountry } from '../routing/places.ts';
import { parseDurationMs } from './settings.ts';

export interface EscalationQuestion {
  reason: EscalationReason;
  /** Alpha-2; null is unknown. */
  country: string | null;
  /** Owner of the matched account, for the two account reasons. */
  accountOwner: string | null;
  requester: string | null;
  /** The approver who returned the case before; it goes to the same one again. */
  earlierApprover: string | null;
  escalationOwners: readonly EscalationOwner[];
  people: readonly Person[];
  /** From the policy page, for rows without a window of their own. */
  pageWindowMs: number | null;
}

export interface Responsible {
  approver: string;
  delegate: string | null;
  windowMs: number;
}

/** Where neither the row nor the page gives a window. */
const defaultWindowMs = 4 * 3600 * 1000;

const accountReasons: readonly EscalationReason[] = ['named_account_conflict', 'strategic_account'];

/** How well a row fits, higher is more specific; null where it does not. */
function specificity(row: EscalationOwner, reason: string, country: string | null): number | null {
  if (row.reason !== reason && row.reason !== '*') return null;
  const isForRegion = row.region !== null;
  const isInRegion =
    country !== null && row.region?.map((code) => normaliseCountry(code) ?? code).includes(country);
  if (isForRegion && !isInRegion) return null;
  return (row.reason === reason ? 2 : 0) + (isForRegion ? 1 : 0);
}

function mostSpecific(
  rows: readonly EscalationOwner[],
  reason: string,
  country: string | null,
): EscalationOwner | null {
  let best: { row: EscalationOwner; fit: number } | null = null;
  for (const row of rows) {
    const fit = specificity(row, reason, country);
    if (fit !== null && (best === null || fit > best.fit)) best = { row, fit };
  }
  return best?.row ?? null;
}

/**
 * Who decides: the most specific row of `escalation_owners`; for the account reasons without a row of their own the
 * account's owner. Nobody decides a request of their own, and nobody who left decides at all: the delegate does
 * instead, then an ops manager. Null where the organisation has nobody left to ask.
 */
export function responsibleFor(question: EscalationQuestion): Responsible | null {
  const { reason, country, requester, escalationOwners, people } = question;
  const row = mostSpecific(escalationOwners, reason, country);
  const isActive = (email: string | null): email is string =>
    email !== null && people.some((person) => person.email === email && person.active);
  const mayDecide = (email: string | null): email is string => isActive(email) && email !== requester;

  const hasOwnRow = row !== null && row.reason === reason;
  const goesToAccountOwner = accountReasons.includes(reason) && !hasOwnRow && isActive(question.accountOwner);
  const usual = goesToAccountOwner ? question.accountOwner : (row?.approver ?? null);
  const opsManagers = people
    .filter((person) => person.roles.includes('ops_manager'))
    .map((person) => person.email);
  const candidates = [question.earlierApprover, usual, row?.delegate ?? null, ...opsManagers];
  const approver = candidates.find(mayDecide);
  if (approver === undefined) return null;
  const delegate =
    [row?.delegate ?? null, ...opsManagers].find((email) => mayDecide(email) && email !== approver) ?? null;
  const rowWindowMs = row?.review_window ? parseDurationMs(row.review_window) : undefined;
  return { approver, delegate, windowMs: rowWindowMs ?? question.pageWindowMs ?? defaultWindowMs };
}

export interface Decider {
  actor: Person | null;
  requester: string | null;
  approver: string | null;
  delegate: string | null;
}

/** Null where the person may decide, else why not, in words for them. */
export function whyMayNotDecide({ actor, requester, approver, delegate }: Decider): string | null {
  if (!actor)
    return 'Only known, active people may decide, and you are not in the people list. Ask an admin to add you.';
  if (!actor.active) return 'Your account is no longer active, so you cannot decide.';
  if (actor.email === requester) return 'You cannot decide a request of your own; it goes to the delegate.';
  const isCalled =
    actor.email === approver || actor.email === delegate || actor.roles.includes('ops_manager');
  if (isCalled) return null;
  const names = [approver, delegate].filter((email) => email !== null).join(', ');
  return `Only the approver, the delegate or an ops manager may decide this request${names === '' ? '' : ` (${names})`}.`;
}
