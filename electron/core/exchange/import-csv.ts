import { sql, type Transaction } from 'kysely';
import { AppError } from '../../../shared/model/errors.ts';
import type { Db } from '../store/db.ts';
import type { Database } from '../store/tables.ts';
import { type ByteSource, type CsvCell, type CsvRecord, readCsvRecords } from './csv-records.ts';
import type { CsvTableName } from './csv-tables.ts';
import { importedAudit } from './import-audit.ts';
import { importedRequests } from './import-requests.ts';
import type { ImportedTable, ImportProblem } from './imported-table.ts';
import { openInput } from './input-file.ts';
import { createRowReader, recogniseTable } from './read-rows.ts';
import { storeRows } from './store-rows.ts';

export interface CsvImport {
  /** A path, or what comes out of one. */
  file: string | ByteSource;
  /** Import all rows or none. */
  isStrict: boolean;
  at: Date;
}

export interface ImportOutcome {
  table: CsvTableName;
  imported: number;
  /** Of the imported ones, requests that are not final; no agent is invoked for them. */
  open: number;
  /** Rows that are there already, with the same content. */
  skipped: number;
  /** By line. */
  problems: ImportProblem[];
}

/**
 * Imports a CSV file of requests or of audit events in one transaction. Columns go by their names in the header, in
 * any order. Rows that cannot be used are named in the outcome and the others imported, or with `isStrict` none. A row
 * that is there already is skipped, or a problem where its content differs: nothing is ever overwritten.
 *
 * Throws `invalid_input` where the file as a whole cannot be used.
 */
export async function importCsv(db: Db, { file, isStrict, at }: CsvImport): Promise<ImportOutcome> {
  const records = readCsvRecords(typeof file === 'string' ? await openInput(file) : file);
  try {
    const header = await readHeader(records);
    const run = { db, records, header, isStrict, at };
    return recogniseTable(header, [importedRequests, importedAudit]) === 'requests'
      ? await importRows({ ...run, table: importedRequests })
      : await importRows({ ...run, table: importedAudit });
  } finally {
    // Closes the file, also where its header is all that was read.
    await records.return(undefined);
  }
}

async function readHeader(records: AsyncGenerator<CsvRecord>): Promise<CsvCell[]> {
  const first = await records.next();
  if (first.done === true)
    throw new AppError('invalid_input', 'The file is empty. Its first line must name the columns.');
  if ('problem' in first.value)
    throw new AppError('invalid_input', `The first line must name the columns. ${first.value.problem}`);
  return first.value.cells;
}

interface RowsImport<Content extends object> {
  db: Db;
  table: ImportedTable<Content>;
  records: AsyncIterable<CsvRecord>;
  header: readonly CsvCell[];
  isStrict: boolean;
  at: Date;
}

async function importRows<Content extends object>(run: RowsImport<Content>): Promise<ImportOutcome> {
  const { db, table, header, isStrict, at } = run;
  const read = createRowReader(table, header);
  const outcome: ImportOutcome = { table: table.name, imported: 0, open: 0, skipped: 0, problems: [] };
  const rollback = new Error('Not all rows of a strict import can be used');
  const work = async (tx: Transaction<Database>) => {
    // What the file comes from may be slower than a transaction is usually allowed to idle.
    await sql`set local idle_in_transaction_session_timeout = 0`.execute(tx);
    for await (const batch of inBatches(run.records)) {
      const rows = batch.map(read);
      outcome.problems.push(...rows.filter((row) => 'message' in row));
      if (isStrict && outcome.problems.length > 0) continue;
      const stored = await storeRows({ tx, table, rows: rows.filter((row) => 'content' in row), at });
      outcome.imported += stored.imported;
      outcome.open += stored.open;
      outcome.skipped += stored.skipped;
      outcome.problems.push(...stored.problems);
    }
    if (isStrict && outcome.problems.length > 0) throw rollback;
  };
  await db.transaction(work).catch((thrown: unknown) => {
    if (thrown !== rollback) throw thrown;
    outcome.imported = 0;
    outcome.open = 0;
  });
  outcome.problems.sort((a, b) => a.line - b.line);
  return outcome;
}

const batchRows = 1_000;
const batchCharacters = 4_000_000;

async function* inBatches(records: AsyncIterable<CsvRecord>): AsyncGenerator<CsvRecord[]> {
  let batch: CsvRecord[] = [];
  let characters = 0;
  for await (const record of records) {
    batch.push(record);
    if ('cells' in record) characters += record.cells.reduce((sum, cell) => sum + (cell?.length ?? 0), 0);
    if (batch.length < batchRows && characters < batchCharacters) continue;
    yield batch;
    batch = [];
    characters = 0;
  }
  if (batch.length > 0) yield batch;
}
