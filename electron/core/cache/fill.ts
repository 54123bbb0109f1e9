import { AppError } from '../../../shared/model/errors.ts';
import {
  type FeedCursor,
  type FeedIdentity,
  type SyncedTable,
  syncedTables,
} from '../../../shared/model/sync.ts';
import { type ColumnKind, createTextDecoders, syncedColumns } from './columns.ts';
import { type CopyReader, createCopyReader, readField } from './copy-text.ts';
import type { FactStore } from './facts.ts';
import type { RequestClasses } from './request-classes.ts';
import { createRequestWriter, createRowWriter, type RowWriter } from './row-writer.ts';
import { emptyTable, missingIndexes } from './schema.ts';
import { inTransaction, type Sqlite, type SqlValue } from './sqlite.ts';

export const isSameIdentity = (one: FeedIdentity, other: FeedIdentity): boolean =>
  one.generation === other.generation &&
  one.schema === other.schema &&
  one.viewer === other.viewer &&
  one.access === other.access;

export interface Fill {
  chunk(table: SyncedTable, columns: readonly string[], chunk: Uint8Array): void;
  /** Makes the table's indexes, one at a time: `pause` lets others have the thread in between. */
  endTable(table: SyncedTable, pause: () => Promise<void>): Promise<{ rows: number }>;
  /** Makes what is left to make, and gives the cursor that the copy has. */
  end(): void;
  /** Leaves the transaction that is open. */
  abandon(): void;
}

/** Rows between two commits: the more, the larger the journal; the fewer, the more often the disk is waited for. */
const rowsPerCommit = 50_000;

interface TableFill {
  columns: readonly string[];
  reader: CopyReader;
  rows: number;
  write(fields: readonly string[]): void;
}

const notFilling = () =>
  new AppError('internal', 'No copy of the store is being made. Start the first copy again.');

/** Takes the fields of COPY rows with these columns to what a table's writer wants. */
function createFieldWriter(table: SyncedTable, columns: readonly string[], writer: RowWriter) {
  const kinds: Readonly<Record<string, ColumnKind>> = syncedColumns[table];
  const decoders = createTextDecoders();
  const sources = writer.columns.map((name) => {
    const at = columns.indexOf(name);
    const kind = kinds[name];
    if (at === -1 || kind === undefined)
      throw new AppError('internal', `The copy of ${table} came without the column ${name}.`);
    return { at, decode: decoders[kind] };
  });
  const values = new Array<SqlValue>(sources.length).fill(null);
  return (fields: readonly string[]) => {
    if (fields.length !== columns.length)
      throw new AppError(
        'internal',
        `A row of ${table} came with ${fields.length} fields for ${columns.length} columns.`,
      );
    for (let index = 0; index < sources.length; index += 1) {
      const source = sources[index];
      if (source === undefined) continue;
      const text = readField(fields[source.at] ?? '\\N');
      values[index] = text === null ? null : source.decode(text);
    }
    writer.write(values);
  };
}

/**
 * Makes the first copy. The file is in rollback-journal mode meanwhile: new pages are written once and need no
 * journal, where a write-ahead log would write everything twice.
 */
export function createFill({
  db,
  facts,
  classes,
}: {
  db: Sqlite;
  facts: FactStore;
  classes: RequestClasses;
}): Fill {
  const open = new Map<SyncedTable, TableFill>();
  let uncommitted = 0;

  const begin = () => {
    if (!db.inTransaction) db.exec('begin immediate');
  };
  const commit = () => {
    if (db.inTransaction) db.exec('commit');
    uncommitted = 0;
  };
  const fact = () => {
    const fill = facts.read('fill');
    if (fill === null) throw notFilling();
    return fill;
  };

  function tableFill(table: SyncedTable, columns: readonly string[]): TableFill {
    const known = open.get(table);
    if (known) return known;
    if (fact().done.includes(table))
      throw new AppError('internal', `The copy of ${table} is complete already.`);
    const writer = table === 'requests' ? createRequestWriter(db, classes) : createRowWriter(db, table);
    const made = {
      columns,
      reader: createCopyReader(),
      rows: 0,
      write: createFieldWriter(table, columns, writer),
    };
    open.set(table, made);
    return made;
  }

  return {
    chunk(table, columns, chunk) {
      const filling = tableFill(table, columns);
      begin();
      for (const fields of filling.reader.push(chunk)) {
        filling.write(fields);
        filling.rows += 1;
        uncommitted += 1;
      }
      if (uncommitted >= rowsPerCommit) commit();
    },
    async endTable(table, pause) {
      const fill = fact();
      const filling = open.get(table);
      if (filling?.reader.isAmid()) throw new AppError('internal', `The copy of ${table} ended amid a row.`);
      commit();
      for (const statement of missingIndexes(db, table)) {
        await pause();
        db.exec(statement);
      }
      inTransaction(db, () => {
        classes.save();
        facts.write('fill', { ...fill, done: [...fill.done, table] });
      });
      open.delete(table);
      return { rows: filling?.rows ?? 0 };
    },
    end() {
      const { identity, cursor } = fact();
      for (const table of syncedTables) for (const statement of missingIndexes(db, table)) db.exec(statement);
      inTransaction(db, () => {
        facts.write('identity', identity);
        facts.write('cursor', cursor);
        facts.write('fill', null);
        facts.write('searched', { from: Number.MAX_SAFE_INTEGER, requests: 0 });
      });
      db.pragma('journal_mode = WAL');
    },
    abandon() {
      if (db.inTransaction) db.exec('rollback');
      open.clear();
    },
  };
}

/**
 * Begins a copy, or goes on with one of the same identity and empties what of it is half done; gives the tables that
 * are complete. Null where what is there is of something else, and is to be thrown away first.
 */
export function beginFill(
  { db, facts }: { db: Sqlite; facts: FactStore },
  identity: FeedIdentity,
  cursor: FeedCursor,
): SyncedTable[] | null {
  if (facts.read('identity') !== null) return null;
  const begun = facts.read('fill');
  if (begun !== null && !isSameIdentity(begun.identity, identity)) return null;
  db.pragma('journal_mode = TRUNCATE');
  if (begun === null) {
    facts.write('fill', { identity, cursor, done: [] });
    return [];
  }
  for (const table of syncedTables) if (!begun.done.includes(table)) emptyTable(db, table);
  return begun.done;
}
