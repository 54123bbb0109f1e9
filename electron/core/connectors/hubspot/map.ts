import type { CrmAccount, CrmOwner, CrmRecord, OwnershipChange } from '../../../../shared/model/lead.ts';

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
}

/** One value that a property had, from `timestamp` on. */
export interface PastValue {
  value: string;
  timestamp: Date;
}

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
  'hs_analytics_source',
  'lifecyclestage',
  'hubspot_owner_id',
  'associatedcompanyid',
  'hs_read_only',
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
] as const;

/** `owner` is the one that `hubspot_owner_id` names. */
export function toCrmRecord(contact: HubspotObject, owner: CrmOwner | null): CrmRecord {
  const text = (name: (typeof contactProperties)[number]) => textOf(contact.properties[name]);
  const email = text('email');
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
    companyId: text('associatedcompanyid'),
    createdAt: text('createdate'),
    modifiedAt: text('lastmodifieddate'),
    // A link needs the account's portal number, which no call that we make tells.
    url: null,
  };
}

export function toCrmAccount(company: HubspotObject, owner: CrmOwner | null): CrmAccount {
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
    url: null,
  };
}

export function toCrmOwner(owner: HubspotOwner): CrmOwner {
  return {
    id: owner.id,
    kind: owner.type === 'QUEUE' ? 'queue' : 'user',
    email: textOf(owner.email),
    name: personalName(textOf(owner.firstName), textOf(owner.lastName)),
    isActive: !owner.archived,
  };
}

/** An owner that a record names and HubSpot no longer knows. */
export function forgottenOwner(id: string): CrmOwner {
  return { id, kind: 'user', email: null, name: null, isActive: false };
}

export function ownerIdOf(object: HubspotObject): string | null {
  return textOf(object.properties.hubspot_owner_id);
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
