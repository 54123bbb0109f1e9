import { AppError } from '../../../../shared/model/errors.ts';
import { toLongRecordId } from '../../connectors/salesforce/record-id.ts';
import type { Clock } from '../../ports.ts';
import type { World } from '../world.ts';
import { type Field, fieldsOf, type ObjectName, objectNames } from './schema.ts';

export type Row = Record<string, unknown>;

/** The records of one Salesforce organisation, and how they change. It knows nothing of HTTP. */
export interface Organisation {
  rows(object: ObjectName): Row[];
  /** By its id in either form; letter case counts. */
  find(object: ObjectName, id: string): Row | null;
  fields(object: ObjectName): Field[];
  /** Sets fields of a row, moves its modification stamp on, and keeps the history of a lead's owner. */
  change(object: ObjectName, row: Row, fields: Row): void;
  /** Like `change`, for any record. Throws `not_found` for an unknown id. */
  changeAny(id: string, fields: Row): void;
}

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
    User: tableOf(world.users, (user) =>
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
  };
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
      return known;
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
