import { z } from 'zod';
import type {
  CrmAccount,
  CrmOpportunity,
  CrmOwner,
  CrmRecord,
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

export function toRecord(row: z.output<typeof LeadRow>, instanceUrl: string): CrmRecord {
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
  };
}

export function toAccount(row: z.output<typeof AccountRow>, instanceUrl: string): CrmAccount {
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
