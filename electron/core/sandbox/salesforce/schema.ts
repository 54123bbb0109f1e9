import { SalesforceRefusal } from './errors.ts';

export const objectNames = [
  'Lead',
  'Account',
  'Opportunity',
  'LeadHistory',
  'User',
  'Group',
  'Campaign',
  'CampaignMember',
  'Territory2',
  'ObjectTerritory2Association',
  'UserTerritory2Association',
  'DuplicateRule',
  'DuplicateRecordSet',
  'DuplicateRecordItem',
  'Organization',
  'UserPermissionAccess',
] as const;
export type ObjectName = (typeof objectNames)[number];

export type FieldType = 'id' | 'reference' | 'string' | 'double' | 'boolean' | 'datetime';

export interface Field {
  name: string;
  type: FieldType;
  isUpdateable: boolean;
  referenceTo: readonly string[];
}

/** `Lead.Owner` may be a user or a queue: Salesforce shows what both have as the object Name. */
export const relationTargets: Readonly<Partial<Record<ObjectName, Readonly<Record<string, string>>>>> = {
  Lead: { Owner: 'Name' },
  Account: { Owner: 'User' },
  Opportunity: { Owner: 'User', Account: 'Account' },
  CampaignMember: { Campaign: 'Campaign' },
  ObjectTerritory2Association: { Territory2: 'Territory2' },
  UserTerritory2Association: { Territory2: 'Territory2', User: 'User' },
  DuplicateRecordSet: { DuplicateRule: 'DuplicateRule' },
  DuplicateRecordItem: { DuplicateRecordSet: 'DuplicateRecordSet' },
};

/** What belongs to a record, by the relationship's name: of which object, and by which field of it. */
export const childRelationships: Readonly<
  Partial<Record<ObjectName, Readonly<Record<string, { object: ObjectName; field: string }>>>>
> = {
  Lead: {
    Histories: { object: 'LeadHistory', field: 'LeadId' },
    CampaignMembers: { object: 'CampaignMember', field: 'LeadId' },
    ObjectTerritory2Associations: { object: 'ObjectTerritory2Association', field: 'ObjectId' },
    DuplicateRecordItems: { object: 'DuplicateRecordItem', field: 'RecordId' },
  },
  Account: {
    Opportunities: { object: 'Opportunity', field: 'AccountId' },
    ObjectTerritory2Associations: { object: 'ObjectTerritory2Association', field: 'ObjectId' },
    DuplicateRecordItems: { object: 'DuplicateRecordItem', field: 'RecordId' },
  },
};

const readOnlyFields = new Set([
  'Id',
  'IsConverted',
  'IsDeleted',
  'CreatedDate',
  'LastModifiedDate',
  'SystemModstamp',
  // Fields of this organisation that say that a record cannot be edited.
  'IsLocked',
  'IsReadOnly',
  'MayEdit',
]);

const stamps = { CreatedDate: 'datetime', LastModifiedDate: 'datetime', SystemModstamp: 'datetime' } as const;

const standardFields: Readonly<Record<ObjectName | 'Name', Readonly<Record<string, FieldType>>>> = {
  Lead: {
    Id: 'id',
    Name: 'string',
    FirstName: 'string',
    LastName: 'string',
    Email: 'string',
    Phone: 'string',
    Title: 'string',
    Company: 'string',
    Website: 'string',
    Street: 'string',
    City: 'string',
    Country: 'string',
    State: 'string',
    PostalCode: 'string',
    Industry: 'string',
    NumberOfEmployees: 'double',
    AnnualRevenue: 'double',
    LeadSource: 'string',
    Status: 'string',
    Rating: 'string',
    IsConverted: 'boolean',
    IsDeleted: 'boolean',
    IsLocked: 'boolean',
    IsReadOnly: 'boolean',
    MayEdit: 'boolean',
    OwnerId: 'reference',
    ...stamps,
  },
  Account: {
    Id: 'id',
    Name: 'string',
    Website: 'string',
    BillingCountry: 'string',
    BillingState: 'string',
    Industry: 'string',
    NumberOfEmployees: 'double',
    AnnualRevenue: 'double',
    IsDeleted: 'boolean',
    OwnerId: 'reference',
    ...stamps,
  },
  Opportunity: {
    Id: 'id',
    Name: 'string',
    AccountId: 'reference',
    StageName: 'string',
    Amount: 'double',
    IsClosed: 'boolean',
    IsWon: 'boolean',
    IsDeleted: 'boolean',
    OwnerId: 'reference',
    ...stamps,
  },
  LeadHistory: {
    Id: 'id',
    LeadId: 'reference',
    Field: 'string',
    OldValue: 'string',
    NewValue: 'string',
    IsDeleted: 'boolean',
    CreatedDate: 'datetime',
  },
  User: {
    Id: 'id',
    Name: 'string',
    Username: 'string',
    Email: 'string',
    IsActive: 'boolean',
    UserType: 'string',
    ...stamps,
  },
  Group: { Id: 'id', Name: 'string', Email: 'string', Type: 'string', ...stamps },
  Campaign: { Id: 'id', Name: 'string', Type: 'string', ...stamps },
  CampaignMember: { Id: 'id', CampaignId: 'reference', LeadId: 'reference', CreatedDate: 'datetime' },
  Territory2: { Id: 'id', Name: 'string' },
  ObjectTerritory2Association: { Id: 'id', ObjectId: 'reference', Territory2Id: 'reference' },
  UserTerritory2Association: {
    Id: 'id',
    UserId: 'reference',
    Territory2Id: 'reference',
    IsActive: 'boolean',
  },
  DuplicateRule: { Id: 'id', MasterLabel: 'string' },
  DuplicateRecordSet: { Id: 'id', DuplicateRuleId: 'reference' },
  DuplicateRecordItem: { Id: 'id', RecordId: 'reference', DuplicateRecordSetId: 'reference' },
  Organization: { Id: 'id', Name: 'string', IsSandbox: 'boolean', OrganizationType: 'string' },
  UserPermissionAccess: { Id: 'id', PermissionsTransferAnyLead: 'boolean' },
  Name: {
    Id: 'id',
    Name: 'string',
    Username: 'string',
    Email: 'string',
    IsActive: 'boolean',
    Type: 'string',
  },
};

const referenceTargets: Readonly<Record<string, readonly string[]>> = {
  OwnerId: ['Group', 'User'],
  AccountId: ['Account'],
  LeadId: ['Lead'],
  CampaignId: ['Campaign'],
  Territory2Id: ['Territory2'],
  ObjectId: ['Account', 'Lead'],
  UserId: ['User'],
  DuplicateRuleId: ['DuplicateRule'],
  DuplicateRecordSetId: ['DuplicateRecordSet'],
  RecordId: ['Account', 'Lead'],
};

/** The fields of an object that every organisation has, and those that its rows carry beside. */
export function fieldsOf(object: ObjectName | 'Name', rows: Iterable<Record<string, unknown>>): Field[] {
  const types = new Map<string, FieldType>(Object.entries(standardFields[object]));
  for (const row of rows) {
    for (const [name, value] of Object.entries(row)) {
      const type = typeOf(value);
      if (!types.has(name) && type !== null) types.set(name, type);
    }
  }
  return [...types].map(([name, type]) => ({
    name,
    type,
    isUpdateable: !readOnlyFields.has(name) && !(object === 'Lead' && name === 'Name'),
    referenceTo: referenceTargets[name] ?? [],
  }));
}

export function objectNamed(name: string): ObjectName {
  const object = objectNames.find((candidate) => candidate.toLowerCase() === name.toLowerCase());
  if (object === undefined) {
    throw new SalesforceRefusal(400, 'INVALID_TYPE', `sObject type '${name}' is not supported.`);
  }
  return object;
}

function typeOf(value: unknown): FieldType | null {
  switch (typeof value) {
    case 'boolean':
      return 'boolean';
    case 'number':
      return 'double';
    case 'string':
      return 'string';
    default:
      return null;
  }
}
