import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import { AppError } from '../../../shared/model/errors.ts';
import type { Config } from '../config.ts';
import type { CsvTableName } from '../exchange/csv-tables.ts';
import { exportCsv } from '../exchange/export-csv.ts';
import type { Log } from '../ports.ts';
import type { Db } from '../store/db.ts';
import { openStoreOf } from '../store-session.ts';

export interface ExportCommand {
  table: CsvTableName;
  /** A path; null for stdout. */
  output: string | null;
  config: Config;
  log: Log;
}

/**
 * Exports a table of the workspace's store as CSV, and gives 0. A file is replaced only once the whole export is there.
 * Throws `AppError`s where the store or the file cannot be used.
 */
export async function runExport({ table, output, config, log }: ExportCommand): Promise<number> {
  const store = await openStoreOf(config, log);
  try {
    if (output === null) await exportToStdout(store.db, table);
    else await exportToFile(store.db, table, output);
    return 0;
  } finally {
    await store.close();
  }
}

async function exportToStdout(db: Db, table: CsvTableName): Promise<void> {
  try {
    await exportCsv(db, table, process.stdout);
    await new Promise((resolve) => process.stdout.write('', resolve));
  } catch (thrown) {
    // Whoever read it has enough, as `head` has.
    if (!(thrown instanceof Error && 'code' in thrown && thrown.code === 'EPIPE')) throw thrown;
  }
}

async function exportToFile(db: Db, table: CsvTableName, output: string): Promise<void> {
  // A device or a pipe is written to as it is; a file is never left half written.
  const isFile = await stat(output).then(
    (found) => found.isFile() || found.isDirectory(),
    () => true,
  );
  const target = isFile ? `${output}.part` : output;
  const stream = createWriteStream(target);
  try {
    await once(stream, 'open');
  } catch (thrown) {
    throw cannotWrite(output, thrown);
  }
  try {
    await exportCsv(db, table, stream);
    stream.end();
    await once(stream, 'close');
    if (isFile) await rename(target, output);
  } catch (thrown) {
    if (isFile) await rm(target, { force: true });
    throw cannotWrite(output, thrown);
  }
}

/** What failed in the file system, with what to do; anything else as it is. */
function cannotWrite(output: string, thrown: unknown): unknown {
  if (!(thrown instanceof Error && 'syscall' in thrown && 'code' in thrown)) return thrown;
  return new AppError(
    'invalid_input',
    `${output} cannot be written (${String(thrown.code)}). Choose another file.`,
    { cause: thrown },
  );
}
