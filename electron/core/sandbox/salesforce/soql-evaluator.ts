import { SalesforceRefusal } from './errors.ts';
import type { Organisation, Row } from './organisation.ts';
import { childRelationships, type FieldType, type ObjectName, objectNamed } from './schema.ts';
import { type Column, columnsOf, project, type Source } from './soql-columns.ts';
import { type Condition, type Literal, type Operator, parseSoql, type SoqlQuery } from './soql-parser.ts';

type Comparable = string | number | boolean | null;

/** The records that a query finds, each in the form in which Salesforce sends it. */
export function runQuery(organisation: Organisation, apiPath: string, soql: string): object[] {
  const query = parseSoql(soql);
  const source = { organisation, object: shownObject(organisation, query.object), apiPath };
  const related = query.related.map((one) => relatedReader(source, one));
  return select(source, query, organisation.rows(source.object)).map(({ row, record }) => ({
    ...record,
    ...Object.assign({}, ...related.map((read) => read(row))),
  }));
}

/** One record with the named fields of its own and of those that it points to. */
export function projectRow(source: Source, row: Row, paths: readonly string[]): object {
  return project(source, row, paths.map(columnsOf(source)));
}

function shownObject(organisation: Organisation, name: string): ObjectName {
  const object = objectNamed(name);
  if (!organisation.shows(object)) {
    throw new SalesforceRefusal(400, 'INVALID_TYPE', `sObject type '${object}' is not supported.`);
  }
  return object;
}

/** The rows that the conditions leave, in order, each with what is sent of it. */
function select(
  source: Source,
  query: SoqlQuery,
  candidates: readonly Row[],
): { row: Row; record: object }[] {
  const column = columnsOf(source);
  const selected = query.fields.map(column);
  const matches = query.where === null ? () => true : conditionOf(query.where, column);
  const orders = query.orderBy.map(({ field, isDescending }) => ({ by: column(field), isDescending }));
  const rows = candidates
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
  return rows
    .slice(0, query.limit ?? rows.length)
    .map((row) => ({ row, record: project(source, row, selected) }));
}

/** What belongs to a row, as a result of its own within it; null where there is nothing. */
function relatedReader(source: Source, query: SoqlQuery): (row: Row) => Record<string, object | null> {
  const { organisation, object, apiPath } = source;
  const name = Object.keys(childRelationships[object] ?? {}).find(
    (candidate) => candidate.toLowerCase() === query.object.toLowerCase(),
  );
  const relationship = name === undefined ? undefined : childRelationships[object]?.[name];
  if (name === undefined || relationship === undefined || !organisation.shows(relationship.object)) {
    throw new SalesforceRefusal(
      400,
      'INVALID_TYPE',
      `Didn't understand relationship '${query.object}' in FROM part of query call.`,
    );
  }
  const related = { organisation, object: relationship.object, apiPath };
  return (row) => {
    const own = organisation
      .rows(relationship.object)
      .filter((candidate) => candidate[relationship.field] === row.Id);
    const records = select(related, query, own).map(({ record }) => record);
    return { [name]: records.length === 0 ? null : { totalSize: records.length, done: true, records } };
  };
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

function checkType({ relations, field, type }: Column, literal: Literal): void {
  const path = [...relations, field].join('.');
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
