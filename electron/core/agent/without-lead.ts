import type { PolicyDocument, PolicyQuote } from '../../../shared/model/policy.ts';
import type { Candidate, CaseFile } from '../../../shared/model/request.ts';
import { destinationFor } from '../knowledge/quote.ts';
import { responsibleFor } from '../policy/approver.ts';
import { problemsOf, type Unreachable } from '../policy/judge.ts';
import { priorityOf } from '../policy/priority.ts';
import { crmNames } from '../routing/facts.ts';
import { emptyCase, pagesQuoted, passagesFor } from './case-file.ts';
import type { LeadSearch } from './find-lead.ts';
import type { Ground } from './ground.ts';
import type { Reading } from './language/reader.ts';
import { askWhichCandidate, askWhichLead, leadNotFound, notKnown, notRouting } from './replies.ts';
import type { Common, RunInput, RunResult } from './run-result.ts';

/** What a run comes to where no lead is judged: steps 1 to 4 of the order of judgement. */

/** Where no lead is known, the words and the form alone decide the priority. */
function commonOf(
  input: RunInput,
  about: {
    rationale: string;
    urgency: Reading['urgency'];
    step: number | null;
    quotes?: PolicyQuote[];
    more?: Partial<CaseFile>;
  },
): Common {
  const { rationale, urgency, step, quotes = [], more = {} } = about;
  return {
    priority: priorityOf({
      urgency,
      accountTier: null,
      leadCreatedAt: null,
      now: input.now,
      chosen: input.request.chosenPriority,
    }),
    rationale,
    caseFile: { ...emptyCase, step, quotes, ...more },
    policy: pagesQuoted(quotes),
    rule: null,
    leadLabel: null,
  };
}

/** Step 1: somebody whom nobody has entered, or who has left. */
export function unauthenticated(input: RunInput): RunResult {
  const { requester } = input;
  const who = requester ? `${requester.name} is no longer active` : 'The sender is not in the people list';
  const rationale = `${who}, so the request is not taken.`;
  return {
    kind: 'reject',
    reason: 'unauthenticated',
    reply: notKnown,
    ...commonOf(input, { rationale, urgency: null, step: null }),
  };
}

export const withdrawal = (input: RunInput, { urgency }: Reading): RunResult => ({
  kind: 'withdraw',
  ...commonOf(input, { rationale: 'The requester took the request back.', urgency, step: null }),
});

const spokenOf = ({ messages }: RunInput): string => messages.map(({ text }) => text).join('\n');

/** Step 2, with where to go instead if the policy tells it. */
export function outOfScope(
  input: RunInput,
  { urgency }: Reading,
  documents: readonly PolicyDocument[] | null,
): RunResult {
  const destination = destinationFor(documents ?? [], spokenOf(input));
  const quotes: PolicyQuote[] = destination
    ? [
        {
          pageId: destination.document.id,
          version: destination.document.version,
          title: destination.document.title,
          passage: destination.sentence,
          url: destination.document.url,
        },
      ]
    : [];
  const rationale = `This is not a lead routing matter.${destination ? ` Policy: ${destination.sentence}` : ''}`;
  return {
    kind: 'reject',
    reason: 'out_of_scope',
    reply: notRouting(destination?.sentence ?? null),
    ...commonOf(input, { rationale, urgency, step: 2, quotes }),
  };
}

const candidateWords = ({ name, company }: Candidate): string =>
  [name, company].filter((part) => part !== null).join(', ');

/** Step 3: the requester is asked which lead they mean. */
export function askedForLead(
  input: RunInput,
  { urgency }: Reading,
  {
    search,
    documents,
  }: { search: Exclude<LeadSearch, { kind: 'found' }>; documents: readonly PolicyDocument[] | null },
): RunResult {
  const quotes = passagesFor(documents, spokenOf(input));
  const about = { urgency, step: 3, quotes };
  switch (search.kind) {
    case 'not_named':
      return {
        kind: 'wait',
        reason: 'lead_not_named',
        reply: askWhichLead,
        ...commonOf(input, { ...about, rationale: 'No lead is named.' }),
      };
    case 'not_found': {
      const systems = input.crms.map((system) => crmNames[system]).join(' or ');
      return {
        kind: 'wait',
        reason: 'lead_not_found',
        reply: leadNotFound(search.looked, systems),
        ...commonOf(input, { ...about, rationale: `No lead was found for ${search.looked}.` }),
      };
    }
    case 'ambiguous': {
      const { candidates } = search;
      const rationale = `The words fit several people: ${candidates.map(candidateWords).join('; ')}.`;
      return {
        kind: 'wait',
        reason: 'lead_ambiguous',
        reply: askWhichCandidate(candidates),
        ...commonOf(input, { ...about, rationale, more: { candidates } }),
      };
    }
  }
}

/** Step 4 before any lead was found: a system that could not be searched. */
export function notSearched(
  input: RunInput,
  { urgency }: Reading,
  {
    routing: { routing },
    unreachable,
    documents,
  }: Pick<Ground, 'routing'> & {
    unreachable: readonly Unreachable[];
    documents: readonly PolicyDocument[] | null;
  },
): RunResult {
  const rationale = `A system could not be searched, so it is not known whether the lead is there; nothing was changed. ${problemsOf(unreachable)}`;
  const quotes = passagesFor(documents, rationale);
  return {
    kind: 'escalate',
    reason: 'tool_failure',
    ...commonOf(input, { rationale, urgency, step: 4, quotes }),
    responsible: responsibleFor({
      reason: 'tool_failure',
      country: null,
      accountOwner: null,
      requester: input.requester?.email ?? null,
      earlierApprover: input.request.earlierApprover,
      escalationOwners: routing.escalation_owners,
      people: input.people,
      pageWindowMs: null,
    }),
  };
}
