import { SalesforceRefusal } from './errors.ts';
import type { Organisation, Row } from './organisation.ts';
import { type FieldType, fieldsOf, type ObjectName, objectNamed, relationTargets } from './schema.ts';
import { type Condition, type Literal, type Operator, parseSoql } from './soql-parser.ts';

/** A field as a query names it: the row's own, or one of a record that the row points to. */
interface Column {
  path: string;
  type: FieldType;
  read(row: Row): unknown;
}

type Comparable = string | number | boolean | null;

/** What rows are read from, and the path of the API version that their addresses begin with. */
export interface Source {
  organisation: Organisation;
  object: ObjectName;
  apiPath: string;
}

/** The records that a query finds, each in the form in which Salesforce sends it. */
export function runQuery(organisation: Organisation, apiPath: string, soql: string): object[] {
  const query = parseSoql(soql);
  const source = { organisation, object: objectNamed(query.object), apiPath };
  const column = columnsOf(source);
  const selected = query.fields.map(column);
  const matches = query.where === null ? () => true : conditionOf(query.where, column);
  const orders = query.orderBy.map(({ field, isDescending }) => ({ by: column(field), isDescending }));
  const rows = organisation
    .rows(source.object)
    .filter((row) => row.IsDeleted !== true && matches(row))
    .sort((first, second) => {
      for (const { by, isDescending } of orders) {
        const order = compareValues(
          comparable(by.type, by.read(first)),
          comparable(by.type, by.read(second)),
        );
        if (order !== 0) return isDescending ? -order : order;
      }
      return 0;
    });
  return rows.slice(0, query.limit ?? rows.length).map((row) => project(source, row, selected));
}

/** One record with the named fields of its own and of those that it points to. */
export function projectRow(source: Source, row: Row, paths: readonly string[]): object {
  return project(source, row, paths.map(columnsOf(source)));
}

function project(source: Source, row: Row, columns: readonly Column[]): object {
  const { organisation, object, apiPath } = source;
  const addressed = (type: string, table: string, id: unknown) => ({
    attributes: { type, url: `${apiPath}/sobjects/${table}/${String(id)}` },
  });
  const record: Row = addressed(object, object, row.Id);
  for (const { path, type, read } of columns) {
    const [relation = '', field] = path.split('.');
    if (field === undefined) {
      record[path] = wireValue(type, read(row));
      continue;
    }
    const related = relatedRow(organisation, row, relation);
    if (related === null) {
      record[relation] = null;
      continue;
    }
    const target = relationTargets[object]?.[relation] ?? '';
    const table = target === 'Name' ? ownerTable(String(related.Id)) : target;
    const others = record[relation];
    record[relation] = {
      ...(typeof others === 'object' ? others : addressed(target, table, related.Id)),
      [field]: wireValue(type, read(row)),
    };
  }
  return record;
}

function ownerTable(id: string): 'User' | 'Group' {
  return id.startsWith('00G') ? 'Group' : 'User';
}

function relatedRow(organisation: Organisation, row: Row, relation: string): Row | null {
  const id = row[`${relation}Id`];
  if (typeof id !== 'string') return null;
  return organisation.find(relation === 'Owner' ? ownerTable(id) : 'Account', id);
}

/** Finds the column that a query names, letter case aside; INVALID_FIELD where there is none. */
function columnsOf({ organisation, object }: Source): (path: string) => Column {
  const fields = organisation.fields(object);
  const relations = relationTargets[object] ?? {};

  return (path) => {
    const [first = '', second, ...rest] = path.split('.');
    if (second === undefined) {
      const field = named(fields, first);
      if (field === undefined) throw noColumn(first, object);
      const { name, type } = field;
      // The vendor's booleans are never null.
      const nothing = type === 'boolean' ? false : null;
      return { path: name, type, read: (row) => ownValue(object, row, name) ?? nothing };
    }
    const relation = Object.keys(relations).find((name) => name.toLowerCase() === first.toLowerCase());
    const target = relation === undefined ? undefined : relations[relation];
    if (relation === undefined || target === undefined || rest.length > 0) {
      throw new SalesforceRefusal(
        400,
        'INVALID_FIELD',
        `Didn't understand relationship '${first}' in field path. If you are attempting to use a custom relationship, be sure to append the '__r' after the custom relationship name.`,
      );
    }
    const table = target === 'Name' ? 'Name' : objectNamed(target);
    const field = named(table === 'Name' ? fieldsOf('Name', []) : organisation.fields(table), second);
    if (field === undefined) throw noColumn(second, target);
    return {
      path: `${relation}.${field.name}`,
      type: field.type,
      read: (row) => {
        const related = relatedRow(organisation, row, relation);
        return related === null ? null : (related[field.name] ?? null);
      },
    };
  };
}

function named<Named extends { name: string }>(fields: readonly Named[], name: string): Named | undefined {
  return fields.find((field) => field.name.toLowerCase() === name.toLowerCase());
}

function noColumn(name: string, object: string): SalesforceRefusal {
  return new SalesforceRefusal(
    400,
    'INVALID_FIELD',
    `No such column '${name}' on entity '${object}'. If you are attempting to use a custom field, be sure to append the '__c' after the custom field name. Please reference your WSDL or the describe call for the appropriate names.`,
  );
}

function ownValue(object: ObjectName, row: Row, name: string): unknown {
  if (object === 'Lead' && name === 'Name') {
    const words = [row.FirstName, row.LastName].filter((word) => typeof word === 'string' && word !== '');
    return words.length === 0 ? null : words.join(' ');
  }
  if (name === 'SystemModstamp') return row.LastModifiedDate ?? null;
  return row[name] ?? null;
}

function wireValue(type: FieldType, value: unknown): unknown {
  return type === 'datetime' && typeof value === 'string'
    ? new Date(value).toISOString().replace('Z', '+0000')
    : value;
}

function conditionOf(condition: Condition, column: (path: string) => Column): (row: Row) => boolean {
  switch (condition.kind) {
    case 'and': {
      const parts = condition.parts.map((part) => conditionOf(part, column));
      return (row) => parts.every((part) => part(row));
    }
    case 'or': {
      const parts = condition.parts.map((part) => conditionOf(part, column));
      return (row) => parts.some((part) => part(row));
    }
    case 'not': {
      const part = conditionOf(condition.part, column);
      return (row) => !part(row);
    }
    case 'compare':
      return comparison(column(condition.field), condition.operator, condition.literal);
    case 'in': {
      const { literals, isNegated } = condition;
      const by = column(condition.field);
      const equals = literals.map((literal) => comparison(by, '=', literal));
      return (row) => equals.some((isEqual) => isEqual(row)) !== isNegated;
    }
  }
}

function comparison(column: Column, operator: Operator, literal: Literal): (row: Row) => boolean {
  checkType(column, literal);
  const wanted = wantedValue(column.type, literal);
  return (row) => {
    const actual = comparable(column.type, column.read(row));
    switch (operator) {
      case '=':
        return actual === wanted;
      case '!=':
        return actual !== wanted;
      case 'LIKE':
        return literal.kind === 'text' && typeof actual === 'string' && literal.pattern.test(actual);
      default:
        return actual !== null && wanted !== null && isOrdered(operator, compareValues(actual, wanted));
    }
  };
}

function isOrdered(operator: '<' | '<=' | '>' | '>=', order: number): boolean {
  switch (operator) {
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
  }
}

const literalKinds: Readonly<Record<FieldType, Literal['kind']>> = {
  id: 'text',
  reference: 'text',
  string: 'text',
  double: 'number',
  boolean: 'boolean',
  datetime: 'moment',
};

function checkType({ path, type }: Column, literal: Literal): void {
  if (literal.kind !== 'null' && literal.kind !== literalKinds[type]) {
    throw new SalesforceRefusal(
      400,
      'INVALID_FIELD',
      `value of filter criterion for field '${path}' must be of type ${type}${literal.kind === 'text' ? ' and should not be enclosed in quotes' : ''}`,
    );
  }
  const isId = type === 'id' || type === 'reference';
  if (isId && literal.kind === 'text' && !/^([a-z0-9]{15}|[a-z0-9]{18})?$/i.test(literal.value)) {
    throw new SalesforceRefusal(400, 'INVALID_QUERY_FILTER_OPERATOR', `invalid ID field: ${literal.value}`);
  }
}

function wantedValue(type: FieldType, literal: Literal): Comparable {
  if (literal.kind === 'null') return null;
  return literal.kind === 'moment' ? literal.value : comparable(type, literal.value);
}

/** Text is compared without letter case, ids by what tells them apart, times as instants. */
function comparable(type: FieldType, value: unknown): Comparable {
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  if (typeof value !== 'string' || value === '') return null;
  if (type === 'datetime') return Date.parse(value);
  return type === 'id' || type === 'reference' ? value.slice(0, 15) : value.toLowerCase();
}

/** Of one field's comparable values; nulls come first. */
function compareValues(first: Comparable, second: Comparable): number {
  if (first === null || second === null) return Number(first !== null) - Number(second !== null);
  return first < second ? -1 : first > second ? 1 : 0;
}
