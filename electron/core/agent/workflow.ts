import type { EscalationReason, Priority } from '../../../shared/model/request.ts';
import { type Responsible, responsibleFor } from '../policy/approver.ts';
import { judge, type Unreachable, type Verdict } from '../policy/judge.ts';
import { priorityOf } from '../policy/priority.ts';
import type { Situation } from '../policy/situation.ts';
import { caseFileOf, pagesQuoted, quotesFor } from './case-file.ts';
import { findLead, type LeadSearch } from './find-lead.ts';
import { beginGround, ownersInTime, ownersOf, policyInTime, readWords } from './ground.ts';
import type { Reading } from './language/reader.ts';
import { gatherPerson, gatherSituation, type LeadInput } from './lead-context.ts';
import { leadLabel } from './replies.ts';
import type { Common, RunInput, RunResult } from './run-result.ts';
import type { Steps } from './tool-calls.ts';
import { askedForLead, notSearched, outOfScope, unauthenticated, withdrawal } from './without-lead.ts';

/** `rule` of the result: the best match where the rules gave an owner, whoever decided in the end. */
const ruleOf = ({ rules }: Situation): string | null =>
  rules.kind === 'owner' || rules.kind === 'pool' ? rules.ruleId : null;

function commonOf(
  situation: Situation,
  verdict: Verdict,
  about: { urgency: Reading['urgency']; chosen: Priority | null },
): Common {
  const quotes = quotesFor(situation, verdict);
  return {
    priority: priorityOf({
      urgency: about.urgency,
      accountTier: situation.account?.tier ?? null,
      leadCreatedAt: situation.target.createdAt,
      now: situation.now,
      chosen: about.chosen,
    }),
    rationale: verdict.rationale,
    caseFile: caseFileOf(situation, { ...verdict, quotes }),
    policy: pagesQuoted(quotes),
    rule: ruleOf(situation),
    leadLabel: leadLabel(situation.target),
  };
}

function responsible(
  situation: Situation,
  verdict: { reason: EscalationReason; account: Verdict['account'] },
  input: RunInput,
): Responsible | null {
  const country = situation.facts.country.value;
  return responsibleFor({
    reason: verdict.reason,
    country: typeof country === 'string' ? country : null,
    accountOwner: verdict.account?.owner ?? null,
    requester: input.requester?.email ?? null,
    earlierApprover: input.request.earlierApprover,
    escalationOwners: situation.routing.escalation_owners,
    people: input.people,
    pageWindowMs: situation.settings?.reviewWindow?.parsed ?? null,
  });
}

/** The lead that the words name, else the one of the closed request that this one follows. */
function* searchLead(
  { crms, request }: RunInput,
  { references, scope }: Reading,
  unreachable: Unreachable[],
): Steps<LeadSearch> {
  const where = { crms, unreachable };
  const search = yield* findLead(references, request.candidates, where);
  if (search.kind !== 'not_named' || scope !== 'routing' || !request.earlierLead) return search;
  const sameLead = { records: [request.earlierLead], emails: [], names: [], ordinal: null };
  return yield* findLead([sameLead], [], where);
}

/** Steps 4 to 15 for a lead that was found. */
function* judgeLead(
  input: RunInput,
  { reading, ...found }: LeadInput & { reading: Reading },
  search: Extract<LeadSearch, { kind: 'found' }>,
): Steps<RunResult> {
  const { request } = input;
  const lead = yield* gatherPerson(search.seed, search, found);
  const present = lead.target.owner?.email?.toLowerCase() ?? null;
  const askedOwner = reading.askedOwner === present ? null : reading.askedOwner;
  const situation = yield* gatherSituation(lead, { ...input, ...found, askedOwner });
  const verdict = judge(situation, found.unreachable);
  const common = commonOf(situation, verdict, { urgency: reading.urgency, chosen: request.chosenPriority });
  if (verdict.kind === 'complete') return { kind: 'complete', owner: present, step: verdict.step, ...common };
  if (verdict.kind === 'change')
    return { kind: 'change', owner: verdict.owner, pool: verdict.pool, situation, ...common };
  return {
    kind: 'escalate',
    reason: verdict.reason,
    responsible: responsible(situation, verdict, input),
    ...common,
  };
}

/** Steps 1 to 15 for one request, from its words to what is to be done. */
export function* judgeRequest(input: RunInput): Steps<RunResult> {
  const { requester, crms } = input;
  if (!requester?.active) return unauthenticated(input);
  const words = { ...input, targetRecord: input.request.targetRecord };
  const ground = yield* beginGround(crms);
  const soon = yield* ownersInTime(ground);
  let reading = yield* readWords(words, soon.owners);
  const unreachable: Unreachable[] = [];
  let { owners } = soon;
  if (!soon.isComplete && !isClearlyOutOfScope(reading)) {
    owners = yield* ownersOf(ground, unreachable);
    reading = yield* readWords(words, owners);
  }
  if (reading.isWithdrawn) return withdrawal(input, reading);
  if (reading.scope === 'other') return outOfScope(input, reading, yield* policyInTime(ground));

  const search = yield* searchLead(input, reading, unreachable);
  if (search.kind === 'found')
    return yield* judgeLead(input, { reading, ground, owners, unreachable }, search);
  const documents = yield* policyInTime(ground);
  if (unreachable.length > 0 && search.kind !== 'not_named')
    return notSearched(input, reading, { ...ground, unreachable, documents });
  if (reading.scope === 'unclear' && search.kind === 'not_found')
    return outOfScope(input, reading, documents);
  return askedForLead(input, reading, { search, documents });
}

/**
 * Whether the users of the CRMs would change nothing: with more names known, fewer words can be a lead's. A withdrawal
 * is another matter, as one of those names may be asked for in it.
 */
const isClearlyOutOfScope = ({ scope, isWithdrawn }: Reading): boolean => scope === 'other' && !isWithdrawn;
