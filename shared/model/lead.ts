import { z } from 'zod';

export const crmSystems = ['salesforce', 'hubspot'] as const;
export const CrmSystem = z.enum(crmSystems);
export type CrmSystem = z.infer<typeof CrmSystem>;

/** The person or queue that holds a CRM record. `email` is null for a queue. */
export const CrmOwner = z.object({
  /** The CRM's own id: Salesforce 005… or 00G… (18 characters), a HubSpot owner id. */
  id: z.string(),
  kind: z.enum(['user', 'queue']),
  email: z.string().nullable(),
  name: z.string().nullable(),
  isActive: z.boolean(),
  /** The user's teams by name, the main one first. Absent where the CRM has not told. */
  teams: z.array(z.string()).optional(),
});
export type CrmOwner = z.infer<typeof CrmOwner>;

const text = z.string().nullable();
const amount = z.number().nullable();

/** A campaign that a lead or contact answered to. */
export const CrmCampaign = z.object({
  /** Null where the CRM names the campaign only in words. */
  id: text,
  name: z.string(),
  /** In the CRM's own words: `Webinar`, `Paid search`. */
  type: text,
  /** When the lead or contact became part of it. ISO 8601. */
  at: text,
});
export type CrmCampaign = z.infer<typeof CrmCampaign>;

/** A sales territory that the CRM itself assigns records and users to. */
export const CrmTerritory = z.object({
  id: z.string(),
  name: z.string(),
  /** E-mails of the active users who work in it. */
  members: z.array(z.string()),
});
export type CrmTerritory = z.infer<typeof CrmTerritory>;

/**
 * A Salesforce Lead or a HubSpot contact (with its company's id), as the CRM holds it. Null is *unknown*: the CRM
 * has no value; it is never empty text or zero. Values are the CRM's own words; `routing/facts` normalises them.
 */
export const CrmRecord = z.object({
  system: CrmSystem,
  /** Salesforce: the 18-character id. HubSpot: the contact's numeric id as text. */
  id: z.string(),
  name: text,
  email: text,
  company: text,
  /** Host of the record's own web site or e-mail address, if it has one; may be a free-mail domain. */
  domain: text,
  country: text,
  state: text,
  postalCode: text,
  industry: text,
  employees: amount,
  /** In the CRM's currency. */
  annualRevenue: amount,
  leadSource: text,
  lifecycleStage: text,
  owner: CrmOwner.nullable(),
  isConverted: z.boolean(),
  isDeleted: z.boolean(),
  /** The CRM's own words why the record cannot be edited, or null where it can. */
  lockedBecause: text,
  /** HubSpot: the associated company's id. Salesforce leads have none. */
  companyId: text,
  createdAt: text,
  /** The modification stamp that a write is held to. ISO 8601. */
  modifiedAt: text,
  /** Where a person can open the record. */
  url: text,
  /** When Switchyard read it. ISO 8601; set by the agent. */
  readAt: z.string().optional(),
  /** What else the CRM knows about where the person came from, in plain words. */
  sourceDetail: text.optional(),
  /** Newest first. Absent where the CRM has not told, as in all that was stored before it was asked. */
  campaigns: z.array(CrmCampaign).optional(),
  /** The CRM's own territories of the lead. Absent where the CRM has not told. */
  territories: z.array(CrmTerritory).optional(),
  /** Of a possible duplicate: the CRM's own duplicate rules that have put the two records together, by name. */
  duplicateRules: z.array(z.string()).optional(),
  /** Companies that the record is associated with beside `companyId`. */
  otherCompanyIds: z.array(z.string()).optional(),
  /** Ids that lead to this record since the records that had them were merged into it. */
  formerIds: z.array(z.string()).optional(),
});
export type CrmRecord = z.infer<typeof CrmRecord>;

/** A Salesforce Account or a HubSpot company. */
export const CrmAccount = z.object({
  system: CrmSystem,
  id: z.string(),
  name: z.string(),
  domain: text,
  country: text,
  state: text,
  industry: text,
  employees: amount,
  annualRevenue: amount,
  owner: CrmOwner.nullable(),
  url: text,
  /** When Switchyard read it. ISO 8601; set by the agent. */
  readAt: z.string().optional(),
  /** When it was last changed in the CRM. ISO 8601; absent where the CRM has not told. */
  modifiedAt: z.string().optional(),
  /** The CRM's own territories of the account. Absent where the CRM has not told. */
  territories: z.array(CrmTerritory).optional(),
});
export type CrmAccount = z.infer<typeof CrmAccount>;

export const CrmOpportunity = z.object({
  system: CrmSystem,
  id: z.string(),
  name: z.string(),
  accountId: text,
  stage: text,
  amount,
  owner: CrmOwner.nullable(),
});
export type CrmOpportunity = z.infer<typeof CrmOpportunity>;

export const OwnershipChange = z.object({
  system: CrmSystem,
  recordId: z.string(),
  from: text,
  to: text,
  at: z.string(),
});
export type OwnershipChange = z.infer<typeof OwnershipChange>;

/** The facts a rule may ask for, in the order in which they are shown. */
export const factNames = [
  'source',
  'recordId',
  'name',
  'email',
  'company',
  'domain',
  'country',
  'state',
  'postalCode',
  'industry',
  'employees',
  'annualRevenue',
  'leadSource',
  'lifecycleStage',
  'owner',
  'isConverted',
  'createdAt',
  'modifiedAt',
] as const;
export const FactName = z.enum(factNames);
export type FactName = z.infer<typeof FactName>;

export const FactValue = z.union([z.string(), z.number(), z.boolean()]);
export type FactValue = z.infer<typeof FactValue>;

/** One value and where it came from, e.g. `salesforce Lead 00Q…` or `hubspot company 701`. */
export const SourcedValue = z.object({ value: FactValue, origin: z.string() });
export type SourcedValue = z.infer<typeof SourcedValue>;

/**
 * A fact: `value` null is *unknown*. `others` are differing values that another system holds (the CRMs disagree);
 * the target record's own value comes first.
 */
export const Fact = z.object({
  value: FactValue.nullable(),
  origin: z.string().nullable(),
  others: z.array(SourcedValue),
});
export type Fact = z.infer<typeof Fact>;

export const Facts = z.record(FactName, Fact);
export type Facts = z.infer<typeof Facts>;
