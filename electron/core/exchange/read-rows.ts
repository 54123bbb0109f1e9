import { AppError } from '../../../shared/model/errors.ts';
import type { CsvCell, CsvRecord } from './csv-records.ts';
import type { CsvTableName } from './csv-tables.ts';
import type { ImportedTable, ImportProblem, ReadRow } from './imported-table.ts';

interface TableColumns {
  name: CsvTableName;
  columns: readonly string[];
}

/** The table whose columns a header names; throws `invalid_input` where it is none of them. */
export function recogniseTable(header: readonly CsvCell[], tables: readonly TableColumns[]): CsvTableName {
  const names = namesIn(header);
  const [best] = tables
    .map((table) => ({ table, known: names.filter((name) => table.columns.includes(name)).length }))
    .sort((a, b) => b.known - a.known);
  if (best !== undefined && best.known > 0) return best.table.name;
  const known = tables.map(({ name, columns }) => `${name}: ${columns.join(',')}`).join('; ');
  throw new AppError(
    'invalid_input',
    `The first line names no column of ours. It must name the columns of a table, with commas between them: ${known}.`,
  );
}

const namesIn = (header: readonly CsvCell[]): string[] => header.map((cell) => (cell ?? '').trim());

/**
 * Gives a function that reads the rows below a header. Throws `invalid_input` where the header has a column that the
 * table lacks, one twice, or too few.
 */
export function createRowReader<Content extends object>(
  table: ImportedTable<Content>,
  header: readonly CsvCell[],
): (record: CsvRecord) => ReadRow<Content> | ImportProblem {
  const names = namesIn(header);
  checkColumns(table, names);
  const leftOut = Object.fromEntries(table.optionalColumns.map((column) => [column, null]));
  return (record) => {
    const { line } = record;
    if ('problem' in record) return { line, message: record.problem };
    const { cells } = record;
    if (cells.length !== names.length)
      return {
        line,
        message: `The row has ${count(cells.length, 'field')}, but the first line names ${count(names.length, 'column')}.`,
      };
    const cellsByName = Object.fromEntries(names.map((name, index) => [name, cells[index]]));
    const parsed = table.schema.safeParse({ ...leftOut, ...cellsByName });
    if (parsed.success) return { line, content: parsed.data };
    const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`);
    return { line, message: problems.join(' ') };
  };
}

const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`;

function checkColumns(
  { name, columns, optionalColumns }: Pick<ImportedTable<object>, 'name' | 'optionalColumns'> & TableColumns,
  names: readonly string[],
): void {
  const unknown = names.filter((column) => !columns.includes(column));
  const repeated = names.filter((column, index) => names.indexOf(column) !== index);
  const missing = columns.filter((column) => !names.includes(column) && !optionalColumns.includes(column));
  const problems = [
    ...unknown.map((column) => (column === '' ? 'a column has no name' : `"${column}" is no column of it`)),
    ...repeated.map((column) => `"${column}" is there twice`),
    ...missing.map((column) => `"${column}" is missing`),
  ];
  if (problems.length === 0) return;
  throw new AppError(
    'invalid_input',
    `The first line does not fit the table ${name}: ${problems.join(', ')}. Its columns are: ${columns.join(', ')}.`,
  );
}
