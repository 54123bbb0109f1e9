import { SalesforceRefusal } from './errors.ts';
import type { Organisation, Row } from './organisation.ts';
import { type FieldType, fieldsOf, type ObjectName, objectNamed, relationTargets } from './schema.ts';

/** A field as a query names it: the row's own, or one of a record that the row points to. */
export interface Column {
  /** The relationships to go along, spelled as the vendor spells them; empty for the row's own field. */
  relations: readonly string[];
  field: string;
  type: FieldType;
  read(row: Row): unknown;
}

/** What rows are read from, and the path of the API version that their addresses begin with. */
export interface Source {
  organisation: Organisation;
  object: ObjectName;
  apiPath: string;
}

/** An object, or `Name`: what users and queues have in common. */
type Table = ObjectName | 'Name';

/** A row in the form in which Salesforce sends it. */
export function project(source: Source, row: Row, columns: readonly Column[]): object {
  const { organisation, object, apiPath } = source;
  const addressed = (table: Table, id: unknown): Row => ({
    attributes: {
      type: table,
      url: `${apiPath}/sobjects/${table === 'Name' ? ownerTable(String(id)) : table}/${String(id)}`,
    },
  });

  function put(record: Row, at: { table: Table; row: Row }, column: Column): void {
    const [relation, ...rest] = column.relations;
    if (relation === undefined) {
      record[column.field] = wireValue(column.type, fieldValue(at.table, at.row, column));
      return;
    }
    const related = relatedRow(organisation, at, relation);
    if (related === null) {
      record[relation] = null;
      return;
    }
    const nested = isRow(record[relation]) ? record[relation] : addressed(related.table, related.row.Id);
    record[relation] = nested;
    put(nested, related, { ...column, relations: rest });
  }

  const record = addressed(object, row.Id);
  for (const column of columns) put(record, { table: object, row }, column);
  return record;
}

/** Finds the column that a query names, letter case aside; INVALID_FIELD where there is none. */
export function columnsOf({ organisation, object }: Source): (path: string) => Column {
  return (path) => {
    const names = path.split('.');
    const last = names.pop() ?? '';
    const relations: string[] = [];
    let table: Table = object;
    for (const name of names) {
      const relation = relationNamed(table, name);
      relations.push(relation.name);
      table = relation.target;
    }
    const fields = table === 'Name' ? fieldsOf('Name', []) : organisation.fields(table);
    const field = fields.find(({ name }) => name.toLowerCase() === last.toLowerCase());
    if (field === undefined) throw noColumn(last, table);
    const column = { relations, field: field.name, type: field.type };
    return { ...column, read: (row) => readAlong(organisation, { table: object, row }, column) };
  };
}

function readAlong(
  organisation: Organisation,
  start: { table: Table; row: Row },
  column: Pick<Column, 'relations' | 'field' | 'type'>,
): unknown {
  let at = start;
  for (const relation of column.relations) {
    const related = relatedRow(organisation, at, relation);
    if (related === null) return null;
    at = related;
  }
  return fieldValue(at.table, at.row, column);
}

function relationNamed(table: Table, name: string): { name: string; target: Table } {
  const relations: Readonly<Record<string, string>> = table === 'Name' ? {} : (relationTargets[table] ?? {});
  const found = Object.entries(relations).find(
    ([candidate]) => candidate.toLowerCase() === name.toLowerCase(),
  );
  if (found === undefined) {
    throw new SalesforceRefusal(
      400,
      'INVALID_FIELD',
      `Didn't understand relationship '${name}' in field path. If you are attempting to use a custom relationship, be sure to append the '__r' after the custom relationship name.`,
    );
  }
  const [spelled, target] = found;
  return { name: spelled, target: target === 'Name' ? 'Name' : objectNamed(target) };
}

function relatedRow(
  organisation: Organisation,
  { table, row }: { table: Table; row: Row },
  relation: string,
): { table: Table; row: Row } | null {
  const id = row[`${relation}Id`];
  if (typeof id !== 'string') return null;
  const { target } = relationNamed(table, relation);
  const related = organisation.find(target === 'Name' ? ownerTable(id) : target, id);
  return related === null ? null : { table: target, row: related };
}

function ownerTable(id: string): 'User' | 'Group' {
  return id.startsWith('00G') ? 'Group' : 'User';
}

function fieldValue(table: Table, row: Row, { field, type }: Pick<Column, 'field' | 'type'>): unknown {
  // The vendor's booleans are never null.
  const nothing = type === 'boolean' && table !== 'Name' ? false : null;
  return ownValue(table, row, field) ?? nothing;
}

function ownValue(table: Table, row: Row, field: string): unknown {
  if (table === 'Lead' && field === 'Name') {
    const words = [row.FirstName, row.LastName].filter((word) => typeof word === 'string' && word !== '');
    return words.length === 0 ? null : words.join(' ');
  }
  if (field === 'SystemModstamp') return row.LastModifiedDate ?? null;
  return row[field] ?? null;
}

function wireValue(type: FieldType, value: unknown): unknown {
  return type === 'datetime' && typeof value === 'string'
    ? new Date(value).toISOString().replace('Z', '+0000')
    : value;
}

function noColumn(name: string, table: Table): SalesforceRefusal {
  return new SalesforceRefusal(
    400,
    'INVALID_FIELD',
    `No such column '${name}' on entity '${table}'. If you are attempting to use a custom field, be sure to append the '__c' after the custom field name. Please reference your WSDL or the describe call for the appropriate names.`,
  );
}

function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null;
}
