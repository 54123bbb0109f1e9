import { createRuleBasedReader } from '../../electron/core/agent/language/rule-based-reader.ts';
import type { AnyToolAnswer, AnyToolCall, Steps, ToolName } from '../../electron/core/agent/tool-calls.ts';
import { readPolicyPage } from '../../electron/core/knowledge/read-page.ts';
import { isSamePerson } from '../../electron/core/routing/matching.ts';
import { foldText, normaliseName } from '../../electron/core/routing/names.ts';
import type { PoolState } from '../../electron/core/routing/pools.ts';
import type { World } from '../../electron/core/sandbox/world.ts';
import { AppError } from '../../shared/model/errors.ts';
import type { CrmAccount, CrmOpportunity, CrmOwner, CrmRecord, CrmSystem } from '../../shared/model/lead.ts';

const text = (value: unknown): string | null =>
  value === null || value === undefined || value === '' ? null : String(value);
const amount = (value: unknown): number | null => (text(value) === null ? null : Number(value));
const host = (value: unknown): string | null =>
  text(value)
    ?.replace(/^https?:\/\//, '')
    .replace(/^.*@/, '') ?? null;

/** The records of a world in the program's own shapes, without any vendor in between. */
export function recordsOf(world: World) {
  const { salesforce, hubspot } = world;
  const users: CrmOwner[] = salesforce.users.map((user) => ({
    id: user.Id,
    kind: 'user',
    email: text(user.Email),
    name: text(user.Name),
    isActive: user.IsActive !== false,
  }));
  const queues: CrmOwner[] = salesforce.queues.map((queue) => ({
    id: queue.Id,
    kind: 'queue',
    email: null,
    name: text(queue.Name),
    isActive: true,
  }));
  const hubspotOwners: CrmOwner[] = hubspot.owners.map((owner) => ({
    id: owner.id,
    kind: 'user',
    email: text(owner.email),
    name: `${owner.firstName} ${owner.lastName}`,
    isActive: owner.archived !== true,
  }));
  const ownerIn = (owners: readonly CrmOwner[], id: unknown) =>
    owners.find((owner) => owner.id === String(id)) ?? null;
  const salesforceOwners = [...users, ...queues];

  const leads: CrmRecord[] = salesforce.leads.map((lead) => ({
    system: 'salesforce',
    id: lead.Id,
    name: text([lead.FirstName, lead.LastName].filter(Boolean).join(' ')),
    email: text(lead.Email),
    company: text(lead.Company),
    domain: host(lead.Website) ?? host(lead.Email),
    country: text(lead.Country),
    state: text(lead.State),
    postalCode: text(lead.PostalCode),
    industry: text(lead.Industry),
    employees: amount(lead.NumberOfEmployees),
    annualRevenue: amount(lead.AnnualRevenue),
    leadSource: text(lead.LeadSource),
    lifecycleStage: text(lead.Status),
    owner: ownerIn(salesforceOwners, lead.OwnerId),
    isConverted: lead.IsConverted === true,
    isDeleted: lead.IsDeleted === true,
    lockedBecause: text(lead.LockedBecause),
    companyId: null,
    createdAt: text(lead.CreatedDate),
    modifiedAt: text(lead.LastModifiedDate),
    url: null,
  }));
  const contacts: CrmRecord[] = hubspot.contacts.map((contact) => ({
    system: 'hubspot',
    id: contact.id,
    name: text([contact.firstname, contact.lastname].filter(Boolean).join(' ')),
    email: text(contact.email),
    company: text(contact.company),
    domain: host(contact.website) ?? host(contact.email),
    country: text(contact.country),
    state: text(contact.state),
    postalCode: text(contact.zip),
    industry: text(contact.industry),
    employees: amount(contact.numemployees),
    annualRevenue: amount(contact.annualrevenue),
    leadSource: text(contact.hs_analytics_source),
    lifecycleStage: text(contact.lifecyclestage),
    owner: ownerIn(hubspotOwners, contact.hubspot_owner_id),
    isConverted: false,
    isDeleted: contact.archived === true,
    lockedBecause: null,
    companyId: text(contact.associatedcompanyid),
    createdAt: text(contact.createdate),
    modifiedAt: text(contact.lastmodifieddate),
    url: null,
  }));
  const accounts: CrmAccount[] = salesforce.accounts.map((account) => ({
    system: 'salesforce',
    id: account.Id,
    name: String(account.Name),
    domain: host(account.Website),
    country: text(account.BillingCountry),
    state: text(account.BillingState),
    industry: text(account.Industry),
    employees: amount(account.NumberOfEmployees),
    annualRevenue: amount(account.AnnualRevenue),
    owner: ownerIn(salesforceOwners, account.OwnerId),
    url: null,
  }));
  const companies: CrmAccount[] = hubspot.companies.map((company) => ({
    system: 'hubspot',
    id: company.id,
    name: String(company.name),
    domain: host(company.domain),
    country: text(company.country),
    state: text(company.state),
    industry: text(company.industry),
    employees: amount(company.numberofemployees),
    annualRevenue: amount(company.annualrevenue),
    owner: ownerIn(hubspotOwners, company.hubspot_owner_id),
    url: null,
  }));
  const opportunities: CrmOpportunity[] = salesforce.opportunities
    .filter((opportunity) => opportunity.IsClosed !== true)
    .map((opportunity) => ({
      system: 'salesforce',
      id: opportunity.Id,
      name: String(opportunity.Name),
      accountId: text(opportunity.AccountId),
      stage: text(opportunity.StageName),
      amount: amount(opportunity.Amount),
      owner: ownerIn(users, opportunity.OwnerId),
    }));
  return {
    records: { salesforce: leads, hubspot: contacts },
    owners: { salesforce: salesforceOwners, hubspot: hubspotOwners },
    accounts: { salesforce: accounts, hubspot: companies },
    opportunities: { salesforce: opportunities, hubspot: [] as CrmOpportunity[] },
  };
}

/** What fails instead of answering. */
export interface Silence {
  crms?: readonly CrmSystem[];
  policy?: boolean;
  tools?: readonly ToolName[];
}

export interface Answering {
  world: World;
  now: Date;
  silence?: Silence;
  /** Tools whose answers come too late for whoever waits for a limited time only. */
  late?: readonly ToolName[] | undefined;
  poolStates?: Record<string, PoolState>;
}

const silent = (system: string): AnyToolAnswer => ({
  isOk: false,
  error: new AppError('vendor_unreachable', `${system} did not answer five times.`),
});

async function answer(call: AnyToolCall, { world, now, silence = {}, poolStates = {} }: Answering) {
  const { tool, input } = call;
  if (silence.tools?.includes(tool)) return silent(tool);
  if ('system' in input && silence.crms?.includes(input.system)) return silent(input.system);
  const { records, owners, accounts, opportunities } = recordsOf(world);
  const ok = (value: unknown) => ({ isOk: true, value, at: now.toISOString() }) as AnyToolAnswer;
  switch (tool) {
    case 'read_language':
      return ok(await createRuleBasedReader().read(call.input));
    case 'read_policy':
      if (silence.policy) return silent('confluence');
      return ok(
        [...world.confluence.pages, ...world.sharepoint.pages].map((page) =>
          readPolicyPage({ ...page, source: 'confluence', url: null, fetchedAt: now.toISOString() }, null),
        ),
      );
    case 'read_routing':
      return ok({ routing: world.routing, poolStates });
    case 'list_owners':
      return ok(owners[call.input.system].filter(({ kind }) => kind === 'user'));
    case 'get_record': {
      const { id, system } = call.input;
      return ok(records[system].find((record) => record.id === id || record.id.slice(0, 15) === id) ?? null);
    }
    case 'find_by_email': {
      const { email, system } = call.input;
      return ok(records[system].filter((record) => record.email?.toLowerCase() === email));
    }
    case 'find_by_name': {
      const { name, company, system } = call.input;
      const isMeant = (record: CrmRecord) =>
        (name === null || foldText(name) === foldText(record.name ?? '')) &&
        (company === null || normaliseName(record.company ?? '').startsWith(normaliseName(company)));
      return ok(records[system].filter(isMeant));
    }
    case 'find_duplicates': {
      const { record, system } = call.input;
      return ok(records[system].filter((other) => isSamePerson(record, other)));
    }
    case 'find_accounts':
      return ok(accounts[call.input.system]);
    case 'find_opportunities': {
      const { accountIds, system } = call.input;
      return ok(opportunities[system].filter(({ accountId }) => accountIds.includes(accountId ?? '')));
    }
    case 'ownership_history':
      return ok([]);
  }
}

/** Runs a part of the workflow to its end against a world in memory. */
export async function run<Result>(steps: Steps<Result>, answering: Answering): Promise<Result> {
  const calls: AnyToolCall[] = [];
  let step = steps.next();
  while (!step.done) {
    const move = step.value;
    if (move.kind === 'begin') {
      step = steps.next(calls.push(move.call) - 1);
      continue;
    }
    const call = calls[move.ticket];
    if (!call) throw new Error(`No read has the ticket ${move.ticket}`);
    const isLate = move.waits === 'in time' && answering.late?.includes(call.tool);
    step = steps.next(isLate ? silent(call.tool) : await answer(call, answering));
  }
  return step.value;
}
