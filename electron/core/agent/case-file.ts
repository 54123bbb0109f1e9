import type { PolicyDocument, PolicyQuote } from '../../../shared/model/policy.ts';
import type { CaseFile, FactSource, OwnerOption } from '../../../shared/model/request.ts';
import { quotePolicy } from '../knowledge/quote.ts';
import type { Verdict } from '../policy/judge.ts';
import { isSameSetting } from '../policy/settings.ts';
import { restsOn, type Situation } from '../policy/situation.ts';
import { accountTitle, recordTitle } from '../routing/facts.ts';

export const emptyCase: CaseFile = {
  target: null,
  counterpart: null,
  samePerson: [],
  facts: null,
  restsOn: {},
  account: null,
  similarAccounts: [],
  crmAccounts: [],
  opportunities: [],
  history: [],
  sources: [],
  reads: [],
  rules: null,
  disputed: [],
  step: null,
  proposal: null,
  options: [],
  askedOwner: null,
  candidates: [],
  quotes: [],
  settings: [],
  unknownSettings: [],
  changed: [],
};

/** What the pages say about a verdict; a setting that decided is quoted from every page that has it. */
export function quotesFor(
  situation: Pick<Situation, 'documents' | 'settings'>,
  { rationale, settings: decided }: Pick<Verdict, 'rationale' | 'settings'>,
): PolicyQuote[] {
  const settings =
    situation.settings?.all.filter((setting) => decided.some((one) => isSameSetting(one, setting))) ?? [];
  return quotePolicy(situation.documents ?? [], { words: rationale, settings });
}

/** The passages that fit words, before any lead was judged. */
export const passagesFor = (documents: readonly PolicyDocument[] | null, words: string): PolicyQuote[] =>
  quotePolicy(documents ?? [], { words, settings: [] });

export const pagesQuoted = (quotes: readonly PolicyQuote[]): string[] =>
  quotes.map(({ pageId, version }) => `${pageId}@${version}`);

/** The records and accounts that the case shows, each with where it can be opened and how old what we know of it is. */
function sourcesOf({ samePerson, crmAccounts }: Situation): FactSource[] {
  const records = samePerson.map((record) => ({
    origin: recordTitle(record),
    object: record.system === 'salesforce' ? ('lead' as const) : ('contact' as const),
    ...record,
  }));
  const accounts = crmAccounts.map((account) => ({
    origin: accountTitle(account),
    object: account.system === 'salesforce' ? ('account' as const) : ('company' as const),
    ...account,
  }));
  return [...records, ...accounts].map(({ origin, system, object, id, url, readAt, modifiedAt }) => ({
    origin,
    system,
    object,
    id,
    url,
    readAt: readAt ?? null,
    modifiedAt: modifiedAt ?? null,
  }));
}

/** A judged case as it is kept with the decision. */
export function caseFileOf(
  situation: Situation,
  decided: {
    step: number;
    proposal: OwnerOption | null;
    options: OwnerOption[];
    account: Verdict['account'];
    quotes: PolicyQuote[];
  },
): CaseFile {
  const titles = new Map(situation.documents?.map(({ id, version, title }) => [`${id}@${version}`, title]));
  const written = ({ name, value, page }: { name: string; value: string; page: string }) => ({
    name,
    value,
    page: titles.get(page) ?? page,
  });
  return {
    ...emptyCase,
    target: situation.target,
    counterpart: situation.counterpart,
    samePerson: [...situation.samePerson],
    facts: situation.facts,
    restsOn: restsOn(situation, decided.step),
    account: decided.account,
    similarAccounts: [...situation.similar],
    crmAccounts: [...situation.crmAccounts],
    opportunities: [...situation.openOpportunities],
    history: [...situation.history],
    sources: sourcesOf(situation),
    reads: [...situation.reads],
    rules: situation.rules,
    disputed: [...situation.disputed],
    step: decided.step,
    proposal: decided.proposal,
    options: decided.options,
    askedOwner: situation.askedOwner,
    quotes: decided.quotes,
    settings: situation.settings?.all.map(written) ?? [],
    unknownSettings: [...(situation.settings?.unknown ?? []), ...(situation.settings?.unreadable ?? [])].map(
      written,
    ),
  };
}

/** A key of `restsOn` in words. */
export function factWords(key: string): string {
  const [kind, first, second] = key.split('.');
  if (kind === 'record') return 'the record';
  if (kind === 'account') return `the account's ${first}`;
  if (kind === 'rule') return `the version of rule ${key.slice('rule.'.length)}`;
  if (kind === 'owner' && second !== undefined) {
    return `the owner of ${recordTitle({ system: first === 'hubspot' ? 'hubspot' : 'salesforce', id: second })}`;
  }
  return first === 'other' ? `${kind} in the other CRM` : (kind ?? key);
}
