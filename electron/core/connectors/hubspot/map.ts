import type { CrmAccount, CrmOwner, CrmRecord, OwnershipChange } from '../../../../shared/model/lead.ts';
import { campaignsOf, sourceDetailOf, sourceProperties } from './source.ts';

/** A contact or company as HubSpot answers it; every property is text, empty or null where it has no value. */
export interface HubspotObject {
  id: string;
  archived?: boolean | undefined;
  properties: Readonly<Record<string, string | null>>;
}

export interface HubspotOwner {
  id: string;
  type: string;
  email?: string | undefined;
  firstName?: string | undefined;
  lastName?: string | undefined;
  /** The user was deactivated: records keep such an owner, but cannot be given to it. */
  archived: boolean;
  teams?: readonly { name: string; primary: boolean }[] | undefined;
}

/** One value that a property had, from `timestamp` on. */
export interface PastValue {
  value: string;
  timestamp: Date;
}

/** HubSpot leaves out of its answer what an account has no property for, so custom ones may be asked for too. */
export const contactProperties = [
  'firstname',
  'lastname',
  'email',
  'hs_additional_emails',
  'company',
  'website',
  'country',
  'state',
  'zip',
  'industry',
  'numemployees',
  'annualrevenue',
  ...sourceProperties,
  'lifecyclestage',
  'hubspot_owner_id',
  'associatedcompanyid',
  'hs_read_only',
  'hs_merged_object_ids',
  'hs_calculated_merged_vids',
  'createdate',
  'lastmodifieddate',
] as const;

export const companyProperties = [
  'name',
  'domain',
  'country',
  'state',
  'industry',
  'numberofemployees',
  'annualrevenue',
  'hubspot_owner_id',
  'hs_merged_object_ids',
] as const;

/** What stands around a contact or company and is read by calls of its own. */
export interface Surroundings {
  /** The one that `hubspot_owner_id` names. */
  owner: CrmOwner | null;
  /** Where a person can open the record. */
  url: string | null;
}

/** `companyIds` are those that the contact is associated with, the primary one first. */
export function toCrmRecord(
  contact: HubspotObject,
  { owner, url, companyIds }: Surroundings & { companyIds: readonly string[] },
): CrmRecord {
  const text = (name: (typeof contactProperties)[number]) => textOf(contact.properties[name]);
  const email = text('email');
  const companyId = companyIds[0] ?? text('associatedcompanyid');
  const otherCompanyIds = companyIds.filter((id) => id !== companyId);
  const formerIds = formerIdsOf(contact);
  const campaigns = campaignsOf(contact.properties);
  const sourceDetail = sourceDetailOf(contact.properties);
  return {
    system: 'hubspot',
    id: contact.id,
    name: personalName(text('firstname'), text('lastname')),
    email,
    company: text('company'),
    domain: hostOf(text('website')) ?? email?.split('@').at(1)?.toLowerCase() ?? null,
    country: text('country'),
    state: text('state'),
    postalCode: text('zip'),
    industry: text('industry'),
    employees: amountOf(text('numemployees')),
    annualRevenue: amountOf(text('annualrevenue')),
    leadSource: text('hs_analytics_source'),
    lifecycleStage: text('lifecyclestage'),
    owner,
    isConverted: false,
    isDeleted: contact.archived === true,
    lockedBecause: text('hs_read_only') === 'true' ? 'HubSpot marks this contact as read-only.' : null,
    companyId,
    createdAt: text('createdate'),
    modifiedAt: text('lastmodifieddate'),
    url,
    campaigns,
    ...(sourceDetail === null ? {} : { sourceDetail }),
    ...(otherCompanyIds.length === 0 ? {} : { otherCompanyIds }),
    ...(formerIds.length === 0 ? {} : { formerIds }),
  };
}

export function toCrmAccount(company: HubspotObject, { owner, url }: Surroundings): CrmAccount {
  const text = (name: (typeof companyProperties)[number]) => textOf(company.properties[name]);
  return {
    system: 'hubspot',
    id: company.id,
    name: text('name') ?? text('domain') ?? `company ${company.id}`,
    domain: text('domain'),
    country: text('country'),
    state: text('state'),
    industry: text('industry'),
    employees: amountOf(text('numberofemployees')),
    annualRevenue: amountOf(text('annualrevenue')),
    owner,
    url,
  };
}

export function toCrmOwner(owner: HubspotOwner): CrmOwner {
  return {
    id: owner.id,
    kind: owner.type === 'QUEUE' ? 'queue' : 'user',
    email: textOf(owner.email),
    name: personalName(textOf(owner.firstName), textOf(owner.lastName)),
    isActive: !owner.archived,
    ...(owner.teams === undefined ? {} : { teams: teamNames(owner.teams) }),
  };
}

function teamNames(teams: readonly { name: string; primary: boolean }[]): string[] {
  return teams
    .toSorted((first, second) => Number(second.primary) - Number(first.primary))
    .map(({ name }) => name);
}

/** An owner that a record names and HubSpot no longer knows. */
export function forgottenOwner(id: string): CrmOwner {
  return { id, kind: 'user', email: null, name: null, isActive: false };
}

export function ownerIdOf(object: HubspotObject): string | null {
  return textOf(object.properties.hubspot_owner_id);
}

/**
 * The ids of the records that were merged into this one, as numbers between semicolons; before HubSpot gave the
 * surviving record an id of its own it noted them as `id:time`.
 */
export function formerIdsOf({ id, properties }: HubspotObject): string[] {
  const noted = [properties.hs_merged_object_ids, properties.hs_calculated_merged_vids];
  const ids = noted
    .flatMap((text) => text?.split(';') ?? [])
    .map((entry) => entry.split(':', 1)[0]?.trim() ?? '');
  return [...new Set(ids)].filter((former) => /^\d+$/.test(former) && former !== id);
}

/** Oldest first. HubSpot keeps a value again that did not change; that is no change of the owner. */
export function toOwnershipChanges(
  recordId: string,
  values: readonly PastValue[],
  labelOf: (ownerId: string) => string,
): OwnershipChange[] {
  const changes: OwnershipChange[] = [];
  let from: string | null = null;
  for (const { value, timestamp } of values.toSorted(
    (a, b) => a.timestamp.getTime() - b.timestamp.getTime(),
  )) {
    const to = textOf(value);
    if (to === from) continue;
    changes.push({
      system: 'hubspot',
      recordId,
      from: from === null ? null : labelOf(from),
      to: to === null ? null : labelOf(to),
      at: timestamp.toISOString(),
    });
    from = to;
  }
  return changes;
}

function personalName(first: string | null, last: string | null): string | null {
  return textOf([first, last].filter((part) => part !== null).join(' '));
}

function textOf(value: string | null | undefined): string | null {
  const text = value?.trim() ?? '';
  return text === '' ? null : text;
}

/** Unknown for a range (`50-100` is an option of `numemployees`) and for anything else that is no amount. */
function amountOf(text: string | null): number | null {
  return text !== null && /^\d+(\.\d+)?(e\d+)?$/i.test(text) ? Number(text) : null;
}

function hostOf(website: string | null): string | null {
  if (website === null) return null;
  const address = /^[a-z][a-z0-9+.-]*:\/\//i.test(website) ? website : `https://${website}`;
  const host = URL.parse(address)?.hostname.replace(/^www\./, '') ?? '';
  return host.includes('.') ? host : null;
}
