import type { SyncedTable } from '../../../shared/model/sync.ts';
import { syncedColumns } from './columns.ts';
import type { RequestClasses } from './request-classes.ts';
import { requestCaseColumns, requestClassColumns, requestRowColumns } from './schema.ts';
import type { Sqlite, SqlValue } from './sqlite.ts';

export interface RowWriter {
  /** The columns in the order in which `write` takes their values. */
  readonly columns: readonly string[];
  /** Writes a row in the place of one with the same key. The values may be used again for the next row. */
  write(values: readonly SqlValue[]): void;
}

const marks = (count: number) => Array.from({ length: count }, () => '?').join(', ');

/** Writes a table whose rows are kept as they come. */
export function createRowWriter(db: Sqlite, table: Exclude<SyncedTable, 'requests'>): RowWriter {
  const columns = Object.keys(syncedColumns[table]);
  const insert = db.prepare(
    `insert or replace into ${table} (${columns.join(', ')}) values (${marks(columns.length)})`,
  );
  return { columns, write: (values) => insert.run(values) };
}

/**
 * Writes requests: the row, the case beside it where there is one, and one more in the count of its class. Whoever
 * replaces a request takes the old one out first.
 */
export function createRequestWriter(db: Sqlite, classes: RequestClasses): RowWriter {
  const classFrom = 1 + requestRowColumns.length;
  const caseFrom = classFrom + requestClassColumns.length;
  const isFinalAt = 1 + requestRowColumns.indexOf('is_final');
  const insert = db.prepare(
    `insert into requests (ordinal, ${requestRowColumns.join(', ')}, class) values (${marks(classFrom + 1)})`,
  );
  const insertCase = db.prepare('insert into request_cases (ordinal, case_file, output) values (?, ?, ?)');
  const row = new Array<SqlValue>(classFrom + 1).fill(null);

  /** The store keeps these columns to the types that are said here. */
  function classOf(values: readonly SqlValue[]): number {
    const ordinal = values[0] as number;
    const urgencyOrder = values[classFrom + 6] as number;
    // The index of a class has its requests by number; that serves as long as they are to be sorted by it.
    if (Math.abs(urgencyOrder) !== ordinal)
      throw new Error(`Request number ${ordinal} is to be sorted as ${urgencyOrder}`);
    return classes.idOf([
      values[classFrom] as string,
      values[classFrom + 1] as string,
      values[classFrom + 2] as string | null,
      values[classFrom + 3] as string,
      values[classFrom + 4] as number,
      values[isFinalAt] as number,
      values[classFrom + 5] as number,
      urgencyOrder < 0 ? 1 : 0,
    ]);
  }

  return {
    columns: ['ordinal', ...requestRowColumns, ...requestClassColumns, ...requestCaseColumns],
    write(values) {
      const id = classOf(values);
      for (let index = 0; index < classFrom; index += 1) row[index] = values[index] ?? null;
      row[classFrom] = id;
      insert.run(row);
      const caseFile = values[caseFrom] ?? null;
      const output = values[caseFrom + 1] ?? null;
      if (caseFile !== null || output !== null) insertCase.run(values[0], caseFile, output);
      classes.add(id, 1);
    },
  };
}
