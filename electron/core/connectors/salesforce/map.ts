import { z } from 'zod';
import type {
  CrmAccount,
  CrmCampaign,
  CrmOpportunity,
  CrmOwner,
  CrmRecord,
  CrmTerritory,
  OwnershipChange,
} from '../../../../shared/model/lead.ts';
import { isQueueId, toLongRecordId } from './record-id.ts';
import { withoutWww } from './searches.ts';

/** Salesforce leaves a field without a value null; what people left blank says as little. */
const text = z
  .string()
  .nullish()
  .transform((value) => (value?.trim() ? value : null));
const amount = z
  .number()
  .nullish()
  .transform((value) => value ?? null);
/** Ids come in the long form, but formula fields and imports may hold the short one. */
const id = z.string().transform((value) => toLongRecordId(value) ?? value);
/** `2026-05-12T08:00:00.000+0000`, in ISO 8601 as everybody else reads it. */
const moment = z
  .string()
  .nullish()
  .transform((value) => (value ? new Date(value).toISOString() : null));

const Owner = z
  .object({ Name: text, Email: text, IsActive: z.boolean().nullish() })
  .nullish()
  .transform((value) => value ?? null);
/** Rows that a query brings along with a record; null where it has none, absent where they were not asked for. */
const broughtAlong = <Row extends z.ZodType>(row: Row) =>
  z
    .object({ records: z.array(row) })
    .nullish()
    .transform((value) => (value === undefined ? undefined : (value?.records ?? [])));
const Named = z
  .object({ Name: text })
  .nullish()
  .transform((value) => value?.Name ?? null);

const CampaignMemberRow = z.object({
  CampaignId: id,
  Campaign: z.object({ Name: text, Type: text }).nullish(),
  CreatedDate: moment,
});
const TerritoryRow = z.object({ Territory2Id: id, Territory2: Named });

const owned = { OwnerId: id.nullish().transform((value) => value ?? null), Owner };

/** Fields that an organisation may have, or hide from us, are all optional. */
export const LeadRow = z.looseObject({
  Id: id,
  Name: text,
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
  IsConverted: z.boolean().nullish(),
  IsDeleted: z.boolean().nullish(),
  CreatedDate: moment,
  LastModifiedDate: moment,
  CampaignMembers: broughtAlong(CampaignMemberRow),
  ObjectTerritory2Associations: broughtAlong(TerritoryRow),
  ...owned,
});
export const AccountRow = z.object({
  Id: id,
  Name: z.string(),
  Website: text,
  BillingCountry: text,
  BillingState: text,
  Industry: text,
  NumberOfEmployees: amount,
  AnnualRevenue: amount,
  ObjectTerritory2Associations: broughtAlong(TerritoryRow),
  ...owned,
});
export const OpportunityRow = z.object({
  Id: id,
  Name: z.string(),
  AccountId: id.nullish(),
  StageName: text,
  Amount: amount,
  ...owned,
});
export const HistoryRow = z.object({ LeadId: id, OldValue: text, NewValue: text, CreatedDate: moment });
export const TerritoryMemberRow = z.object({
  Territory2Id: id,
  User: z.object({ Email: text }).nullish(),
});
export const DuplicateItemRow = z.object({
  RecordId: id,
  DuplicateRecordSetId: id,
  DuplicateRecordSet: z
    .object({ DuplicateRule: z.object({ MasterLabel: text }).nullish() })
    .nullish()
    .transform((value) => value?.DuplicateRule?.MasterLabel ?? null),
});
export const UserRow = z.object({ Id: id, Name: text, Email: text, IsActive: z.boolean() });

/** Asked for where the organisation shows them to us; the owner's fields are asked for in any case. */
export const leadFields = [
  'Id',
  'Name',
  'Email',
  'Company',
  'Website',
  'Country',
  'State',
  'PostalCode',
  'Industry',
  'NumberOfEmployees',
  'AnnualRevenue',
  'LeadSource',
  'Status',
  'IsConverted',
  'IsDeleted',
  'OwnerId',
  'CreatedDate',
  'LastModifiedDate',
];
export const accountFields = [
  'Id',
  'Name',
  'Website',
  'BillingCountry',
  'BillingState',
  'Industry',
  'NumberOfEmployees',
  'AnnualRevenue',
  'OwnerId',
];
/** What a query of leads or accounts brings along, by the name of the relationship, where the organisation shows it. */
export const relatedRows = {
  Lead: {
    CampaignMembers:
      'SELECT CampaignId, Campaign.Name, Campaign.Type, CreatedDate FROM CampaignMembers ORDER BY CreatedDate DESC LIMIT 5',
    ObjectTerritory2Associations: 'SELECT Territory2Id, Territory2.Name FROM ObjectTerritory2Associations',
  },
  Account: {
    ObjectTerritory2Associations: 'SELECT Territory2Id, Territory2.Name FROM ObjectTerritory2Associations',
  },
} as const satisfies Record<string, Record<string, string>>;
export const territoryMemberFields = ['Territory2Id', 'User.Email'];
export const duplicateItemFields = [
  'RecordId',
  'DuplicateRecordSetId',
  'DuplicateRecordSet.DuplicateRule.MasterLabel',
];
export const ownerFields = ['Owner.Name', 'Owner.Email', 'Owner.IsActive'];
export const opportunityFields = ['Id', 'Name', 'AccountId', 'StageName', 'Amount', 'OwnerId'];
export const historyFields = ['LeadId', 'OldValue', 'NewValue', 'CreatedDate'];
export const userFields = ['Id', 'Name', 'Email', 'IsActive'];

const saysLocked = /^(?:is_?|record_?)*(?:locked|read_?only)(?:__c)?$/i;
const saysEditable = /^may_?edit(?:__c)?$/i;

/**
 * Whether a field says that a record cannot be edited. Salesforce has no such field that every organisation could be
 * asked for; approval locks and the like show in fields of one of these names, where there are any.
 */
export function isLockField(field: { name: string; type: string }): boolean {
  return field.type === 'boolean' && (saysLocked.test(field.name) || saysEditable.test(field.name));
}

function lockedBecause(row: Record<string, unknown>): string | null {
  const reason = Object.entries(row).find(
    ([name, value]) =>
      (value === true && saysLocked.test(name)) || (value === false && saysEditable.test(name)),
  );
  return reason === undefined ? null : `${reason[0]} is ${String(reason[1])}`;
}

/** `members` are the e-mails of those who work in a territory, by its id. */
export function toRecord(
  row: z.output<typeof LeadRow>,
  instanceUrl: string,
  members: ReadonlyMap<string, string[]> = new Map(),
): CrmRecord {
  return {
    system: 'salesforce',
    id: row.Id,
    name: row.Name,
    email: row.Email,
    company: row.Company,
    domain: hostOf(row.Website) ?? row.Email?.split('@')[1]?.toLowerCase() ?? null,
    country: row.Country,
    state: row.State,
    postalCode: row.PostalCode,
    industry: row.Industry,
    employees: row.NumberOfEmployees,
    annualRevenue: row.AnnualRevenue,
    leadSource: row.LeadSource,
    lifecycleStage: row.Status,
    owner: toOwner(row),
    isConverted: row.IsConverted ?? false,
    isDeleted: row.IsDeleted ?? false,
    lockedBecause: lockedBecause(row),
    companyId: null,
    createdAt: row.CreatedDate,
    modifiedAt: row.LastModifiedDate,
    url: pageUrl(instanceUrl, 'Lead', row.Id),
    ...(row.CampaignMembers && { campaigns: row.CampaignMembers.map(toCampaign) }),
    ...territoriesOf(row, members),
  };
}

export function toAccount(
  row: z.output<typeof AccountRow>,
  instanceUrl: string,
  members: ReadonlyMap<string, string[]> = new Map(),
): CrmAccount {
  return {
    system: 'salesforce',
    id: row.Id,
    name: row.Name,
    domain: hostOf(row.Website),
    country: row.BillingCountry,
    state: row.BillingState,
    industry: row.Industry,
    employees: row.NumberOfEmployees,
    annualRevenue: row.AnnualRevenue,
    owner: toOwner(row),
    url: pageUrl(instanceUrl, 'Account', row.Id),
    ...territoriesOf(row, members),
  };
}

function toCampaign(row: z.output<typeof CampaignMemberRow>): CrmCampaign {
  const { CampaignId: campaignId, Campaign: campaign, CreatedDate: at } = row;
  return { id: campaignId, name: campaign?.Name ?? campaignId, type: campaign?.Type ?? null, at };
}

interface InTerritories {
  ObjectTerritory2Associations: z.output<typeof TerritoryRow>[] | undefined;
}

function territoriesOf(
  { ObjectTerritory2Associations: rows }: InTerritories,
  members: ReadonlyMap<string, string[]>,
): { territories?: CrmTerritory[] } {
  if (rows === undefined) return {};
  return {
    territories: rows.map(({ Territory2Id: territoryId, Territory2: name }) => ({
      id: territoryId,
      name: name ?? territoryId,
      members: members.get(territoryId) ?? [],
    })),
  };
}

export function toOpportunity(row: z.output<typeof OpportunityRow>): CrmOpportunity {
  return {
    system: 'salesforce',
    id: row.Id,
    name: row.Name,
    accountId: row.AccountId ?? null,
    stage: row.StageName,
    amount: row.Amount,
    owner: toOwner(row),
  };
}

/** Each change is there twice, with the owners' names and with their ids; the names are kept. */
export function toOwnershipChanges(rows: readonly z.output<typeof HistoryRow>[]): OwnershipChange[] {
  return rows
    .filter((row) => ![row.OldValue, row.NewValue].some(isOwnerId))
    .map((row) => ({
      system: 'salesforce',
      recordId: row.LeadId,
      from: row.OldValue,
      to: row.NewValue,
      at: row.CreatedDate ?? '',
    }));
}

export function toUser(row: z.output<typeof UserRow>): CrmOwner {
  return { id: row.Id, kind: 'user', email: row.Email, name: row.Name, isActive: row.IsActive };
}

/** An owner that we may not see counts as inactive: nobody could be told of the lead. */
function toOwner(row: { OwnerId: string | null; Owner: z.output<typeof Owner> }): CrmOwner | null {
  const { OwnerId: ownerId, Owner: owner } = row;
  if (ownerId === null) return null;
  const name = owner?.Name ?? null;
  return isQueueId(ownerId)
    ? { id: ownerId, kind: 'queue', email: null, name, isActive: true }
    : { id: ownerId, kind: 'user', email: owner?.Email ?? null, name, isActive: owner?.IsActive ?? false };
}

function isOwnerId(value: string | null): boolean {
  return value !== null && /^(?:005|00G)/.test(value) && toLongRecordId(value) !== null;
}

/** The host of a web site as people write it, with or without `https://`. */
function hostOf(website: string | null): string | null {
  if (website === null) return null;
  const address = website.includes('://') ? website.trim() : `https://${website.trim()}`;
  if (!URL.canParse(address)) return null;
  const { hostname } = new URL(address);
  return hostname.includes('.') ? withoutWww(hostname) : null;
}

function pageUrl(instanceUrl: string, object: 'Lead' | 'Account', recordId: string): string {
  return `${instanceUrl}/lightning/r/${object}/${recordId}/view`;
}
