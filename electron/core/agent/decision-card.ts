import type { DecisionCard } from '../../../shared/model/decision-card.ts';
import type { CaseFile, Priority, Reason } from '../../../shared/model/request.ts';
import { sentence } from '../../../shared/model/sentence.ts';
import { recordTitle } from '../routing/facts.ts';
import type { CardRequest } from '../store/cards.ts';
import { factWords } from './case-file.ts';
import { reasonWords } from './replies.ts';

export interface CardInput {
  requestId: string;
  /** The version under which the case is escalated. */
  version: number;
  summary: string;
  requesterName: string;
  reason: Reason;
  priority: Priority;
  rationale: string;
  leadLabel: string | null;
  caseFile: CaseFile;
}

const shownFacts = ['country', 'state', 'employees', 'annualRevenue', 'industry', 'leadSource'] as const;
const factTitles: Record<(typeof shownFacts)[number], string> = {
  country: 'Country',
  state: 'State',
  employees: 'Employees',
  annualRevenue: 'Annual revenue',
  industry: 'Industry',
  leadSource: 'Lead source',
};

const shown = (value: string | number | boolean | null): string =>
  value === null ? 'unknown' : typeof value === 'number' ? value.toLocaleString('en') : String(value);

function fieldsOf(caseFile: CaseFile, priority: Priority): DecisionCard['fields'] {
  const { target, facts, account } = caseFile;
  const fields: DecisionCard['fields'] = [{ label: 'Priority', value: priority }];
  if (target) {
    fields.push({ label: 'Record', value: recordTitle(target) });
    const owner = target.owner;
    fields.push({ label: 'Present owner', value: owner?.name ?? owner?.email ?? 'nobody' });
  }
  if (account) fields.push({ label: 'Account', value: `${account.name} (${account.tier})` });
  if (facts) {
    for (const name of shownFacts) {
      const fact = facts[name];
      const others = fact.others.map(({ value }) => shown(value));
      fields.push({ label: factTitles[name], value: [shown(fact.value), ...others].join(' or ') });
    }
  }
  return fields;
}

/** An escalation in a form that suffices to decide: what was asked, what was found, what is proposed and why not done. */
export function decisionCard(input: CardInput): DecisionCard {
  const { caseFile, requestId, version, leadLabel, reason, rationale } = input;
  const changed = caseFile.changed.map(
    ({ fact, shown: before, now }) => `Changed: ${factWords(fact)} was ${shown(before)}, now ${shown(now)}.`,
  );
  return {
    requestId,
    version,
    title: `${requestId}: ${leadLabel ?? 'lead routing exception'}`,
    summary: [
      `${input.requesterName} asked: “${input.summary}”`,
      `I may not decide this: ${reasonWords[reason]}. ${rationale}`,
      ...changed,
    ],
    fields: fieldsOf(caseFile, input.priority),
    quotes: caseFile.quotes.map(({ passage, title, version: pageVersion, url }) => ({
      text: passage,
      from: `${title}, version ${pageVersion}`,
      url,
    })),
    proposal: caseFile.proposal && { owner: caseFile.proposal.owner, name: caseFile.proposal.name },
    options: caseFile.options,
  };
}

const doneWords = { approve: 'approved it', reject: 'rejected it', return: 'returned it' } as const;

/** What a card says once nothing is to be decided on it any more; `decider` is the display name of who decided. */
export function cardOutcome(
  card: Pick<DecisionCard, 'version'>,
  request: CardRequest,
  decider: string | null,
): { outcome: string; decidedAt: string | null } {
  const { status, reason, escalated_version: version, decision } = request;
  if (status === 'Escalated' && version !== null && version > card.version)
    return {
      outcome: 'Something has changed since. A newer message shows the case as it is now.',
      decidedAt: null,
    };
  if (reason === 'withdrawn')
    return { outcome: 'The requester withdrew it. There is nothing left to decide.', decidedAt: null };
  if (decision === null || decider === null)
    return { outcome: 'There is nothing left to decide here.', decidedAt: null };
  const { action, owner, note, created_at: decidedAt } = decision;
  const forOwner = action === 'approve' && owner !== null ? ` for ${owner}` : '';
  const why = note === null ? '' : `: ${note}`;
  return { outcome: sentence(`${decider} ${doneWords[action]}${forOwner}${why}`), decidedAt };
}
