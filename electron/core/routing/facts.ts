import {
  type CrmAccount,
  type CrmRecord,
  type CrmSystem,
  type Fact,
  type FactName,
  type Facts,
  type FactValue,
  factNames,
  type SourcedValue,
} from '../../../shared/model/lead.ts';
import { companyDomain } from './domains.ts';
import { foldCase, normaliseName } from './names.ts';
import { normaliseCountry, normaliseState } from './places.ts';

/** A source of facts, best first: the record itself, its counterpart, then matched accounts and companies. */
interface FactSource {
  origin: string;
  system: CrmSystem;
  /** A contact's own company speaks for the lead; an account that merely matches only fills gaps. */
  isOfLead: boolean;
  values: Partial<Record<FactName, FactValue | null>>;
}

/** Facts about the company and its place, which another system or the account may fill in. */
const enrichable: readonly FactName[] = [
  'company',
  'domain',
  'country',
  'state',
  'postalCode',
  'industry',
  'employees',
  'annualRevenue',
];
const placeWithinCountry: readonly FactName[] = ['state', 'postalCode'];

/** The CRMs as people call them. */
export const crmNames: Readonly<Record<CrmSystem, string>> = { salesforce: 'Salesforce', hubspot: 'HubSpot' };

/** `Salesforce lead 00Q…`, `HubSpot contact 501`. */
export function recordTitle(record: Pick<CrmRecord, 'system' | 'id'>): string {
  return `${crmNames[record.system]} ${record.system === 'salesforce' ? 'lead' : 'contact'} ${record.id}`;
}

/** `Salesforce account 001…`, `HubSpot company 701`. */
export function accountTitle(account: Pick<CrmAccount, 'system' | 'id'>): string {
  return `${crmNames[account.system]} ${account.system === 'salesforce' ? 'account' : 'company'} ${account.id}`;
}

/** Text that says nothing is unknown, as if the field were empty. */
function known(text: string | null): string | null {
  const trimmed = text?.trim() ?? '';
  return trimmed === '' || /^(?:n\/?a|none|unknown|null|-+|\?+)$/i.test(trimmed) ? null : trimmed;
}

function normalisedCountry(text: string | null): string | null {
  const value = known(text);
  return value === null ? null : normaliseCountry(value);
}

function normalisedState(text: string | null, country: string | null): string | null {
  const value = known(text);
  return value === null ? null : normaliseState(value, country);
}

function industryOf(text: string | null): string | null {
  const value = known(text);
  return value === null ? null : value.replaceAll('_', ' ');
}

/** The domain by which a lead's company is known: never a free-mail provider's. */
export function leadDomain(record: Pick<CrmRecord, 'domain' | 'email'>): string | null {
  return companyDomain(record.domain) ?? companyDomain(record.email);
}

function recordSource(record: CrmRecord): FactSource {
  const country = normalisedCountry(record.country);
  return {
    origin: recordTitle(record),
    system: record.system,
    isOfLead: true,
    values: {
      source: record.system,
      recordId: record.id,
      name: known(record.name),
      email: known(record.email)?.toLowerCase() ?? null,
      company: known(record.company),
      domain: leadDomain(record),
      country,
      state: normalisedState(record.state, country),
      postalCode: known(record.postalCode),
      industry: industryOf(record.industry),
      employees: record.employees,
      annualRevenue: record.annualRevenue,
      leadSource: known(record.leadSource),
      lifecycleStage: known(record.lifecycleStage),
      owner: record.owner?.email?.toLowerCase() ?? record.owner?.name ?? null,
      isConverted: record.isConverted,
      createdAt: record.createdAt,
      modifiedAt: record.modifiedAt,
    },
  };
}

function accountSource(account: CrmAccount, isOfLead: boolean): FactSource {
  const country = normalisedCountry(account.country);
  return {
    origin: accountTitle(account),
    system: account.system,
    isOfLead,
    values: {
      company: known(account.name),
      domain: companyDomain(account.domain),
      country,
      state: normalisedState(account.state, country),
      industry: industryOf(account.industry),
      employees: account.employees,
      annualRevenue: account.annualRevenue,
    },
  };
}

/** A contact with its own company: what the company holds fills in what the contact leaves open. */
function contactWithCompany(record: CrmRecord, accounts: readonly CrmAccount[]): FactSource[] {
  const company = record.companyId
    ? accounts.find((account) => account.system === record.system && account.id === record.companyId)
    : undefined;
  return company ? [recordSource(record), accountSource(company, true)] : [recordSource(record)];
}

/** Whether two values of a fact say the same; letter case and spacing of texts are no difference. */
function isSameValue(first: FactValue | null, second: FactValue | null): boolean {
  if (typeof first === 'string' && typeof second === 'string') return foldCase(first) === foldCase(second);
  return first === second;
}

/** The lead's own facts, which no other system fills in or disputes. */
const ownFacts: readonly FactName[] = [
  'source',
  'recordId',
  'name',
  'email',
  'owner',
  'isConverted',
  'createdAt',
  'modifiedAt',
];

/** Whether two systems say the same of a fact; a company may be spelled with or without its legal form. */
function agrees(name: FactName, first: FactValue, second: FactValue): boolean {
  if (name === 'company') return normaliseName(String(first)) === normaliseName(String(second));
  return isSameValue(first, second);
}

/**
 * The best known value, and the other CRM's where that differs. Where the lead's own records know a value, an
 * account that merely matches does not dispute it; where they do not, the accounts of two CRMs may.
 */
function factOf(name: FactName, sources: readonly FactSource[]): Fact {
  const values: (SourcedValue & Pick<FactSource, 'system' | 'isOfLead'>)[] = [];
  for (const { origin, system, isOfLead, values: held } of sources) {
    const value = held[name];
    if (value !== undefined && value !== null) values.push({ value, origin, system, isOfLead });
  }
  const [best] = values;
  if (!best) return { value: null, origin: null, others: [] };
  const rival = values.find(({ system, isOfLead }) => system !== best.system && isOfLead === best.isOfLead);
  const others =
    rival && !agrees(name, best.value, rival.value) ? [{ value: rival.value, origin: rival.origin }] : [];
  return { value: best.value, origin: best.origin, others };
}

/**
 * The facts of a lead as the rules see them: the record's own values, then those of its counterpart in the other
 * CRM, then those of the matched accounts and companies, each with where it came from. A value on which the two
 * CRMs disagree keeps the other one beside it.
 */
export function leadFacts(input: {
  target: CrmRecord;
  counterpart: CrmRecord | null;
  accounts: readonly CrmAccount[];
}): Facts {
  const { target, counterpart, accounts } = input;
  const records = contactWithCompany(target, accounts);
  if (counterpart) records.push(...contactWithCompany(counterpart, accounts));
  const used = new Set(records.map((source) => source.origin));
  const all = [
    ...records,
    ...accounts.map((account) => accountSource(account, false)).filter((source) => !used.has(source.origin)),
  ];
  const country = factOf('country', all).value;

  const sourcesOf = (name: FactName): FactSource[] => {
    if (ownFacts.includes(name)) return all.slice(0, 1);
    // A state or postal code belongs to its country; one from a source in another country says nothing here.
    if (placeWithinCountry.includes(name)) {
      return all.filter((source) => (source.values.country ?? country) === country);
    }
    return enrichable.includes(name) ? all : records;
  };
  return Object.fromEntries(factNames.map((name) => [name, factOf(name, sourcesOf(name))])) as Facts;
}
