import { AppError } from '../../../../shared/model/errors.ts';
import { toLongRecordId } from '../../connectors/salesforce/record-id.ts';
import type { Clock } from '../../ports.ts';
import type { World } from '../world.ts';
import { type Access, fullAccess } from './access.ts';
import { actingUser } from './acting-user.ts';
import { type Field, fieldsOf, type ObjectName, objectNames } from './schema.ts';

export type Row = Record<string, unknown>;

/** The records of one Salesforce organisation, and how they change. It knows nothing of HTTP. */
export interface Organisation {
  rows(object: ObjectName): Row[];
  /** By its id in either form; letter case counts. */
  find(object: ObjectName, id: string): Row | null;
  /** Those that the account may see. */
  fields(object: ObjectName): Field[];
  /** Whether the organisation has the object and shows it to the account. */
  shows(object: ObjectName): boolean;
  /** What the account may do; an administrator changes it at any time. */
  access: Access;
  /** Sets fields of a row, moves its modification stamp on, and keeps the history of a lead's owner. */
  change(object: ObjectName, row: Row, fields: Row): void;
  /** Like `change`, for any record. Throws `not_found` for an unknown id. */
  changeAny(id: string, fields: Row): void;
}

const organisationRow = {
  Name: 'Switchyard Sandbox Company',
  IsSandbox: false,
  OrganizationType: 'Enterprise Edition',
};
/** They are there only where the organisation uses Sales Territories. */
const territoryObjects: readonly ObjectName[] = [
  'Territory2',
  'ObjectTerritory2Association',
  'UserTerritory2Association',
];

/** Ids are the same if these are: the rest of the long form repeats their letter case. */
const shortIdLength = 15;

export function createOrganisation(world: World['salesforce'], clock: Clock): Organisation {
  const loadedAt = wholeSecond(clock.now().getTime());
  const tables: Record<ObjectName, Map<string, Row>> = {
    Lead: tableOf(world.leads, (lead) => withDefaults(lead, { MayEdit: true, ...created(lead) })),
    Account: tableOf(world.accounts, (account) => withDefaults(account, created(account))),
    Opportunity: tableOf(world.opportunities, (one) =>
      withDefaults(one, { ...closing(one), ...created(one) }),
    ),
    User: tableOf([...world.users, actingUser], (user) =>
      withDefaults(user, {
        IsActive: true,
        UserType: 'Standard',
        Name: user.Email ?? user.Id,
        Username: user.Email ?? user.Id,
        ...created(user),
      }),
    ),
    Group: tableOf([...world.groups, ...world.queues], (group) =>
      withDefaults(group, { Type: 'Queue', ...created(group) }),
    ),
    LeadHistory: new Map(),
    Campaign: tableOf(world.campaigns, (campaign) => withDefaults(campaign, created(campaign))),
    CampaignMember: numbered('00v', world.campaignMembers, (member) => ({
      ...withLongIds(member, ['CampaignId', 'LeadId']),
      CreatedDate: member.CreatedDate ?? loadedAt,
    })),
    Territory2: tableOf(world.territories, (territory) => territory),
    ObjectTerritory2Association: numbered('0TZ', world.territoryRecords, (association) =>
      withLongIds(association, ['ObjectId', 'Territory2Id']),
    ),
    UserTerritory2Association: numbered('0TB', world.territoryUsers, (association) =>
      withDefaults(withLongIds(association, ['UserId', 'Territory2Id']), { IsActive: true }),
    ),
    ...duplicateTables(world.duplicateSets),
    Organization: numbered('00D', [organisationRow], (row) => row),
    UserPermissionAccess: numbered('0Tz', [{ PermissionsTransferAnyLead: true }], (row) => row),
  };
  let access = fullAccess;
  const fields = new Map<ObjectName, Field[]>();
  for (const change of world.leadHistory) {
    addHistory({ ...change, CreatedDate: change.CreatedDate ?? loadedAt });
  }

  function created(row: Row): Row {
    const at = row.CreatedDate ?? row.LastModifiedDate ?? loadedAt;
    return { CreatedDate: at, LastModifiedDate: at };
  }

  function addHistory(change: Row): void {
    const number = String(tables.LeadHistory.size + 1).padStart(12, '0');
    const id = toLongRecordId(`017${number}`) ?? '';
    tables.LeadHistory.set(keyOf(id), { Id: id, ...change, LeadId: longId(change.LeadId) });
  }

  function nameOf(ownerId: unknown): string | null {
    const id = String(ownerId ?? '');
    const owner = tables.User.get(keyOf(id)) ?? tables.Group.get(keyOf(id));
    return owner === undefined ? null : String(owner.Name ?? '');
  }

  /** As the vendor: one row with the names and one with the ids. */
  function recordOwnerChange(lead: Row, before: unknown, at: string): void {
    const shared = { LeadId: lead.Id, Field: 'Owner', CreatedDate: at };
    addHistory({ ...shared, OldValue: nameOf(before), NewValue: nameOf(lead.OwnerId) });
    addHistory({ ...shared, OldValue: before ?? null, NewValue: lead.OwnerId ?? null });
  }

  function change(object: ObjectName, row: Row, values: Row): void {
    // The values may bring a field that no row had.
    fields.delete(object);
    const before = row.OwnerId;
    // A change within the same second must still show.
    const at = wholeSecond(Math.max(clock.now().getTime(), Date.parse(String(row.LastModifiedDate)) + 1000));
    Object.assign(row, { LastModifiedDate: at }, withLongOwner(values));
    if (object === 'Lead' && row.OwnerId !== before) recordOwnerChange(row, before, at);
  }

  return {
    rows: (object) => [...tables[object].values()],
    find: (object, id) => tables[object].get(keyOf(id)) ?? null,
    fields(object) {
      const known = fields.get(object) ?? fieldsOf(object, tables[object].values());
      fields.set(object, known);
      const hidden = access.hiddenFields[object] ?? [];
      return hidden.length === 0 ? known : known.filter(({ name }) => !hidden.includes(name));
    },
    shows: (object) =>
      !access.hiddenObjects.includes(object) &&
      (tables.Territory2.size > 0 || !territoryObjects.includes(object)),
    get access() {
      return access;
    },
    set access(next) {
      access = next;
      for (const row of tables.UserPermissionAccess.values()) {
        row.PermissionsTransferAnyLead = next.mayTransferLeads;
      }
    },
    change,
    changeAny(id, values) {
      for (const object of objectNames) {
        const row = tables[object].get(keyOf(id));
        if (row !== undefined) return change(object, row, values);
      }
      throw new AppError(
        'not_found',
        `The Salesforce stand-in has no record ${id}. Use an id of the world's users, leads, accounts or opportunities.`,
      );
    },
  };
}

/** Stamps have whole seconds. */
function wholeSecond(ms: number): string {
  return new Date(Math.floor(ms / 1000) * 1000).toISOString();
}

function keyOf(id: string): string {
  return id.slice(0, shortIdLength);
}

function tableOf<Record extends { Id: string }>(
  records: readonly Record[],
  complete: (record: Record) => Row,
): Map<string, Row> {
  return new Map(
    records.map((record) => [
      keyOf(record.Id),
      { ...withLongOwner(complete(record)), Id: longId(record.Id) },
    ]),
  );
}

/** Rows that the world gives no ids, with ids of the object's own prefix. */
function numbered<Record extends object>(
  prefix: string,
  records: readonly Record[],
  complete: (record: Record) => Row,
): Map<string, Row> {
  return new Map(
    records.map((record, index) => {
      const id = toLongRecordId(`${prefix}${String(index + 1).padStart(12, '0')}`) ?? '';
      return [keyOf(id), { Id: id, ...complete(record) }];
    }),
  );
}

function withLongIds(row: Row, names: readonly string[]): Row {
  return { ...row, ...Object.fromEntries(names.map((name) => [name, longId(row[name])])) };
}

/** A rule, a set and an item for each record in it, as Salesforce keeps what a duplicate rule has found. */
function duplicateTables(sets: World['salesforce']['duplicateSets']) {
  const rules = numbered('0Bm', sets, ({ rule }) => ({ MasterLabel: rule }));
  const ruleIds = [...rules.values()].map(({ Id }) => Id);
  const recordSets = numbered(
    '0GK',
    sets.map((_set, index) => ({ index })),
    ({ index }) => ({
      DuplicateRuleId: ruleIds[index],
    }),
  );
  const setIds = [...recordSets.values()].map(({ Id }) => Id);
  const items = sets.flatMap(({ records }, index) =>
    records.map((record) => ({ RecordId: longId(record), DuplicateRecordSetId: setIds[index] })),
  );
  return {
    DuplicateRule: rules,
    DuplicateRecordSet: recordSets,
    DuplicateRecordItem: numbered('0GL', items, (item) => item),
  };
}

/** Salesforce itself says only the long form. */
function longId(id: unknown): unknown {
  return typeof id === 'string' ? (toLongRecordId(id) ?? id) : id;
}

function withLongOwner(row: Row): Row {
  return 'OwnerId' in row ? { ...row, OwnerId: longId(row.OwnerId) } : { ...row };
}

/** A field that is null or missing takes its default. */
function withDefaults(row: Row, defaults: Row): Row {
  const given = Object.fromEntries(Object.entries(row).filter(([, value]) => value != null));
  return { ...row, ...defaults, ...given };
}

function closing(opportunity: Row): Row {
  const stage = String(opportunity.StageName ?? '');
  const isWon = opportunity.IsWon ?? stage === 'Closed Won';
  return { IsWon: isWon, IsClosed: isWon || stage.startsWith('Closed') };
}
