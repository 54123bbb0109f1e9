import type { SyncedTable } from '../../../shared/model/sync.ts';
import { syncedColumns } from './columns.ts';
import type { RequestClasses } from './request-classes.ts';
import { requestCaseColumns, requestRowColumns } from './schema.ts';
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
 * replaces a request takes the old one out first (`createRequestRemover`).
 */
export function createRequestWriter(db: Sqlite, classes: RequestClasses): RowWriter {
  const classColumns = ['status', 'priority', 'reason', 'source', 'is_overdue', 'urgency', 'urgency_order'];
  const rowLength = requestRowColumns.length;
  const isFinalAt = requestRowColumns.indexOf('is_final');
  const insert = db.prepare(
    `insert into requests (${requestRowColumns.join(', ')}, class) values (${marks(rowLength + 1)})`,
  );
  const insertCase = db.prepare('insert into request_cases (ordinal, case_file, output) values (?, ?, ?)');
  const row = new Array<SqlValue>(rowLength + 1).fill(null);
  return {
    columns: [...requestRowColumns, ...classColumns, ...requestCaseColumns],
    write(values) {
      const at = (index: number) => values[rowLength + index] ?? null;
      const ordinal = values[0] as number;
      const urgencyOrder = at(6) as number;
      if (Math.abs(urgencyOrder) !== ordinal)
        throw new Error(`${values[1]} is sorted by another number than its own`);
      const id = classes.idOf([
        at(0) as string,
        at(1) as string,
        at(2) as string | null,
        at(3) as string,
        at(4) as number,
        values[isFinalAt] as number,
        at(5) as number,
        urgencyOrder < 0 ? 1 : 0,
      ]);
      for (let index = 0; index < rowLength; index += 1) row[index] = values[index] ?? null;
      row[rowLength] = id;
      insert.run(row);
      const caseFile = at(7);
      const output = at(8);
      if (caseFile !== null || output !== null) insertCase.run(ordinal, caseFile, output);
      classes.add(id, 1);
    },
  };
}
