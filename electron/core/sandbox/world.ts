import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { AppError } from '../../../shared/model/errors.ts';
import { Person } from '../../../shared/model/person.ts';
import { EscalationOwner, NamedAccount, Pool, Rule } from '../../../shared/model/rule.ts';
import { explainIssues } from '../schema-problems.ts';

const text = z.string().nullish();
const amount = z.number().nullish();
const flag = z.boolean().nullish();
const salesforceId = z.string().min(1);
const hubspotId = z.union([z.string().min(1), z.number().int().transform(String)]);
/** HubSpot keeps every property as text; a world may write numbers as numbers. */
const property = z.union([z.string(), z.number()]).nullish();
const dateTime = z.iso.datetime({ offset: true });

/** CRM records may carry any further field of the vendor; those that the program reads are held to their type. */
const SalesforceUser = z.looseObject({ Id: salesforceId, Name: text, Email: text, IsActive: flag });
const SalesforceLead = z.looseObject({
  Id: salesforceId,
  FirstName: text,
  LastName: text,
  Email: text,
  Company: text,
  Website: text,
  Country: text,
  State: text,
  PostalCode: text,
  Industry: text,
  NumberOfEmployees: amount,
  AnnualRevenue: amount,
  LeadSource: text,
  Status: text,
  IsConverted: flag,
  IsDeleted: flag,
  OwnerId: text,
  CreatedDate: dateTime.nullish(),
  LastModifiedDate: dateTime.nullish(),
});
const SalesforceAccount = z.looseObject({
  Id: salesforceId,
  Name: text,
  Website: text,
  BillingCountry: text,
  BillingState: text,
  Industry: text,
  NumberOfEmployees: amount,
  AnnualRevenue: amount,
  OwnerId: text,
  LastModifiedDate: dateTime.nullish(),
});
const SalesforceOpportunity = z.looseObject({
  Id: salesforceId,
  Name: text,
  AccountId: text,
  StageName: text,
  Amount: amount,
  IsClosed: flag,
  IsWon: flag,
  OwnerId: text,
});
const SalesforceLeadHistory = z.looseObject({
  LeadId: salesforceId,
  Field: z.string(),
  OldValue: text,
  NewValue: text,
  CreatedDate: dateTime.nullish(),
});
const SalesforceGroup = z.looseObject({ Id: salesforceId, Name: text, Email: text, Type: text });

const SalesforceCampaign = z.looseObject({ Id: salesforceId, Name: z.string(), Type: text });
const SalesforceCampaignMember = z.looseObject({
  CampaignId: salesforceId,
  LeadId: salesforceId,
  CreatedDate: dateTime.nullish(),
});
const SalesforceTerritory = z.looseObject({ Id: salesforceId, Name: z.string() });
const SalesforceTerritoryRecord = z.looseObject({ ObjectId: salesforceId, Territory2Id: salesforceId });
const SalesforceTerritoryUser = z.looseObject({
  UserId: salesforceId,
  Territory2Id: salesforceId,
  IsActive: flag,
});
/** What a duplicate rule of the organisation has put together. */
const SalesforceDuplicateSet = z.strictObject({ rule: z.string(), records: z.array(salesforceId) });

const HubspotOwner = z.looseObject({
  id: hubspotId,
  email: text,
  firstName: text,
  lastName: text,
  archived: flag,
  teams: z.array(z.strictObject({ id: hubspotId, name: z.string(), primary: z.boolean() })).optional(),
});
const HubspotContact = z.looseObject({
  id: hubspotId,
  firstname: text,
  lastname: text,
  email: text,
  company: text,
  website: text,
  country: text,
  state: text,
  zip: property,
  industry: text,
  numemployees: property,
  annualrevenue: property,
  lifecyclestage: text,
  hs_analytics_source: text,
  hubspot_owner_id: property,
  associatedcompanyid: property,
  /** Further companies that it is associated with; HubSpot keeps these in no property. */
  other_company_ids: z.array(hubspotId).optional(),
  archived: flag,
  createdate: dateTime.nullish(),
  lastmodifieddate: dateTime.nullish(),
});
const HubspotCompany = z.looseObject({
  id: hubspotId,
  name: text,
  domain: text,
  country: text,
  state: text,
  industry: text,
  numberofemployees: property,
  annualrevenue: property,
  hubspot_owner_id: property,
});

const Page = z.strictObject({
  id: z.string().min(1),
  /** The space's key in Confluence, the site or library in SharePoint. */
  space: z.string().nullish(),
  site: z.string().nullish(),
  library: z.string().nullish(),
  title: z.string(),
  version: z.number().int().positive(),
  labels: z.array(z.string()).default([]),
  /** Names of the files on it; in Confluence. */
  attachments: z.array(z.string()).optional(),
  /** Storage format or HTML; in SharePoint what `format` says. */
  body: z.string(),
  /** What file SharePoint holds it as, HTML where it says nothing; HTML in *Site Pages* is a site page, `docx` is in base64. */
  format: z.enum(['html', 'md', 'txt', 'docx']).optional(),
  /** Nobody but its authors may read it: it answers 403. */
  restricted: z.boolean().default(false),
});
export type WorldPage = z.infer<typeof Page>;

/** Everything that the stand-ins and the routing rules of a scenario or a demo workspace start from. */
export const World = z.strictObject({
  /** Where the scenario's clock starts; null is the machine's own time. */
  clock: dateTime.nullable().default(null),
  channels: z
    .strictObject({ slack: z.array(z.string()).default([]), teams: z.array(z.string()).default([]) })
    .prefault({}),
  people: z.array(Person).default([]),
  salesforce: z
    .strictObject({
      users: z.array(SalesforceUser).default([]),
      leads: z.array(SalesforceLead).default([]),
      accounts: z.array(SalesforceAccount).default([]),
      opportunities: z.array(SalesforceOpportunity).default([]),
      leadHistory: z.array(SalesforceLeadHistory).default([]),
      queues: z.array(SalesforceGroup).default([]),
      groups: z.array(SalesforceGroup).default([]),
      campaigns: z.array(SalesforceCampaign).default([]),
      campaignMembers: z.array(SalesforceCampaignMember).default([]),
      /** With none, the organisation does not use Sales Territories. */
      territories: z.array(SalesforceTerritory).default([]),
      territoryRecords: z.array(SalesforceTerritoryRecord).default([]),
      territoryUsers: z.array(SalesforceTerritoryUser).default([]),
      duplicateSets: z.array(SalesforceDuplicateSet).default([]),
    })
    .prefault({}),
  hubspot: z
    .strictObject({
      owners: z.array(HubspotOwner).default([]),
      contacts: z.array(HubspotContact).default([]),
      companies: z.array(HubspotCompany).default([]),
    })
    .prefault({}),
  confluence: z.strictObject({ pages: z.array(Page).default([]) }).prefault({}),
  sharepoint: z.strictObject({ pages: z.array(Page).default([]) }).prefault({}),
  routing: z
    .strictObject({
      rules: z.array(Rule).default([]),
      named_accounts: z.array(NamedAccount).default([]),
      pools: z.array(Pool).default([]),
      escalation_owners: z.array(EscalationOwner).default([]),
    })
    .prefault({}),
});
export type World = z.infer<typeof World>;

/** Where a patch merges a list of records by a key instead of replacing it. */
const recordKeys: Readonly<Record<string, string>> = {
  people: 'email',
  'salesforce.users': 'Id',
  'salesforce.leads': 'Id',
  'salesforce.accounts': 'Id',
  'salesforce.opportunities': 'Id',
  'salesforce.queues': 'Id',
  'salesforce.groups': 'Id',
  'salesforce.campaigns': 'Id',
  'salesforce.territories': 'Id',
  'hubspot.owners': 'id',
  'hubspot.contacts': 'id',
  'hubspot.companies': 'id',
  'confluence.pages': 'id',
  'sharepoint.pages': 'id',
  'routing.rules': 'rule_id',
  'routing.named_accounts': 'name',
  'routing.pools': 'pool',
  'routing.escalation_owners': 'reason',
};

/**
 * Reads a world file, patches it where a patch is given, and checks the result.
 *
 * Throws `invalid_input` where the file cannot be read, is not JSON or is no world: with the file, the path inside
 * it and what is allowed there.
 */
export async function readWorld(file: string, patch: unknown = {}): Promise<World> {
  let content: string;
  try {
    content = await readFile(file, 'utf8');
  } catch (thrown) {
    throw new AppError('invalid_input', `The world file ${file} cannot be read. Check the path.`, {
      cause: thrown,
    });
  }
  let json: unknown;
  try {
    json = JSON.parse(content);
  } catch (thrown) {
    const detail = thrown instanceof Error ? `: ${thrown.message}` : '';
    throw new AppError('invalid_input', `${file} is not JSON${detail}.`, { cause: thrown });
  }
  return parseWorld(applyPatch(json, patch), file);
}

/** Checks a world that is JSON already; `name` stands in the error as the file's name would. */
export function parseWorld(json: unknown, name: string): World {
  const parsed = World.safeParse(json);
  if (!parsed.success) throw invalidWorld(name, explainIssues(World, parsed.error.issues, json));
  const repeated = repeatedKeys(parsed.data);
  if (repeated.length > 0) throw invalidWorld(name, repeated);
  return parsed.data;
}

function invalidWorld(name: string, problems: readonly string[]): AppError {
  const shown = problems.slice(0, 8);
  const rest = problems.length - shown.length;
  return new AppError(
    'invalid_input',
    `${name} is not a world that can be loaded:\n${shown.map((problem) => `  ${problem}`).join('\n')}${
      rest > 0 ? `\n  and ${rest} more` : ''
    }`,
    { details: { file: name, problems: [...problems] } },
  );
}

function repeatedKeys(world: World): string[] {
  return Object.entries(recordKeys).flatMap(([path, key]) => {
    // Escalation owners may share a reason: their regions differ.
    if (path === 'routing.escalation_owners') return [];
    const records = path
      .split('.')
      .reduce<unknown>((value, part) => (isObject(value) ? value[part] : []), world);
    if (!Array.isArray(records)) return [];
    const keys = records.map((record) => String(isObject(record) ? record[key] : ''));
    return keys
      .filter((value, index) => keys.indexOf(value) !== index)
      .map((value) => `${path}: ${key} "${value}" is there twice. Give each record its own ${key}.`);
  });
}

/**
 * RFC 7386 merge patch on a world's JSON (before it is parsed, so that a patch meets what the file says), in which
 * lists of records are objects by their key: a key that the list lacks adds a record, null removes one.
 */
export function applyPatch(world: unknown, patch: unknown): unknown {
  return merge(world, patch, '');
}

function merge(target: unknown, patch: unknown, path: string): unknown {
  if (!isObject(patch)) return patch;
  const key = recordKeys[path];
  if (key !== undefined) return mergeRecords(Array.isArray(target) ? target : [], patch, key);
  const merged: Record<string, unknown> = isObject(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete merged[name];
    else merged[name] = merge(merged[name], value, path === '' ? name : `${path}.${name}`);
  }
  return merged;
}

function mergeRecords(records: readonly unknown[], patch: Record<string, unknown>, key: string): unknown[] {
  const keyOf = (record: unknown) => (isObject(record) ? String(record[key]) : undefined);
  const kept = records.flatMap((record) => {
    const id = keyOf(record);
    if (id === undefined || !Object.hasOwn(patch, id)) return [record];
    // A path of its own kind: nothing below a record is a list of records by key.
    return patch[id] === null ? [] : [merge(record, patch[id], 'record')];
  });
  const present = new Set(records.map(keyOf));
  const added = Object.entries(patch)
    .filter(([id, value]) => value !== null && !present.has(id))
    .map(([id, value]) => merge({ [key]: id }, value, 'record'));
  return [...kept, ...added];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
