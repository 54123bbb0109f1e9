import type { EscalationReason, Priority } from '../../../shared/model/request.ts';
import { type Responsible, responsibleFor } from '../policy/approver.ts';
import { judge, type Verdict } from '../policy/judge.ts';
import { priorityOf } from '../policy/priority.ts';
import type { Situation } from '../policy/situation.ts';
import { caseFileOf, policyOf, quotesFor } from './case-file.ts';
import { findLead, type LeadSearch } from './find-lead.ts';
import type { Reading } from './language/reader.ts';
import { type Ground, gatherPerson, gatherSituation, knownNamesOf, readGround } from './lead-context.ts';
import { leadLabel } from './replies.ts';
import type { Common, RunInput, RunResult } from './run-result.ts';
import { ask, type Steps } from './tool-calls.ts';
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
    policy: policyOf(quotes),
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
  { unreachable }: Ground,
): Steps<LeadSearch> {
  const where = { crms, unreachable };
  const search = yield* findLead(references, request.candidates, where);
  if (search.kind !== 'not_named' || scope !== 'routing' || !request.earlierLead) return search;
  const sameLead = { records: [request.earlierLead], emails: [], names: [], ordinal: null };
  return yield* findLead([sameLead], [], where);
}

/** Steps 5 to 15 for a lead that was found. */
function* judgeLead(
  input: RunInput,
  { reading, ground }: { reading: Reading; ground: Ground },
  search: Extract<LeadSearch, { kind: 'found' }>,
): Steps<RunResult> {
  const { crms, request } = input;
  const lead = yield* gatherPerson(search.seed, search, { crms, unreachable: ground.unreachable });
  const present = lead.target.owner?.email?.toLowerCase() ?? null;
  const askedOwner = reading.askedOwner === present ? null : reading.askedOwner;
  const situation = yield* gatherSituation(lead, ground, { ...input, askedOwner });
  const verdict = judge(situation, ground.unreachable);
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
  const { requester, request } = input;
  if (!requester?.active) return unauthenticated(input);
  const ground = yield* readGround(input.crms);
  const language = yield* ask('read_language', {
    messages: input.messages,
    targetRecord: request.targetRecord,
    requester: requester.email,
    knownNames: knownNamesOf(input.people, ground.owners),
  });
  if (!language.isOk) throw language.error;
  const reading = language.value;
  if (reading.isWithdrawn) return withdrawal(input, reading);
  if (reading.scope === 'other') return outOfScope(input, reading, ground.documents);

  const search = yield* searchLead(input, reading, ground);
  if (search.kind === 'found') return yield* judgeLead(input, { reading, ground }, search);
  const isSilent = ground.unreachable.length > 0;
  if (reading.scope === 'unclear' && search.kind === 'not_found' && !isSilent)
    return outOfScope(input, reading, ground.documents);
  if (isSilent && search.kind !== 'not_named') return notSearched(input, reading, ground);
  return askedForLead(input, reading, { search, documents: ground.documents });
}
