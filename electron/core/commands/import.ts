import { AppError } from '../../../shared/model/errors.ts';
import type { Config } from '../config.ts';
import type { ByteSource } from '../exchange/csv-records.ts';
import { type ImportOutcome, importCsv } from '../exchange/import-csv.ts';
import { importSetup, type SetupCounts } from '../exchange/import-setup.ts';
import { openInput } from '../exchange/input-file.ts';
import { type Log, systemClock } from '../ports.ts';
import type { Db } from '../store/db.ts';
import { openStoreOf } from '../store-session.ts';
import type { Terminal } from './terminal.ts';

export interface ImportCommand {
  /** A path, or `-` for what is piped in (CSV only). */
  file: string;
  /** Import all rows or none. */
  isStrict: boolean;
  /** The file is no CSV but JSON with the people and the routing of the workspace. */
  isSetup: boolean;
  config: Config;
  log: Log;
}

const shownProblems = 50;

/**
 * Imports a file into the workspace's store: a summary on stdout, problems as `FILE:LINE: message` on stderr. Gives 0
 * where all of it was imported or there already, 1 where some rows were not, 2 where none could be. Throws `AppError`s
 * where the file as a whole or the store cannot be used.
 */
export async function runImport(command: ImportCommand, terminal: Terminal = process): Promise<number> {
  const { file, isSetup } = command;
  if (isSetup) return withStore(command, (db) => runSetup(db, file, terminal));
  // Before the store, which takes longer to say no.
  const source = file === '-' ? process.stdin : await openInput(file);
  return withStore(command, (db) => runCsv(db, { ...command, source }, terminal));
}

async function withStore<Result>(
  { config, log }: ImportCommand,
  work: (db: Db) => Promise<Result>,
): Promise<Result> {
  const store = await openStoreOf(config, log);
  try {
    return await work(store.db);
  } finally {
    await store.close();
  }
}

async function runSetup(db: Db, file: string, { stdout }: Terminal): Promise<number> {
  const counts = await importSetup(db, { file, at: systemClock.now() });
  stdout.write(`${describeSetup(counts)}\n`);
  return 0;
}

const setupNames = {
  people: 'people',
  rules: 'rules',
  named_accounts: 'named accounts',
  pools: 'pools',
  escalation_owners: 'escalation owners',
} as const satisfies Record<keyof SetupCounts, string>;

function describeSetup(counts: SetupCounts): string {
  const parts = Object.entries(setupNames).flatMap(([key, name]) => {
    const count = counts[key as keyof SetupCounts];
    return count === null ? [] : [`${count} ${name}`];
  });
  return parts.length === 0 ? 'Nothing was set up: the file is empty.' : `Set up: ${parts.join(', ')}.`;
}

interface CsvCommand extends ImportCommand {
  source: ByteSource;
}

async function runCsv(db: Db, command: CsvCommand, { stdout, stderr }: Terminal): Promise<number> {
  const { file, source, isStrict } = command;
  const outcome = await importCsv(db, { file: source, isStrict, at: systemClock.now() }).catch(
    (thrown: unknown) => {
      throw thrown instanceof AppError ? withFile(file, thrown) : thrown;
    },
  );
  const { problems } = outcome;
  for (const { line, message } of problems.slice(0, shownProblems))
    stderr.write(`${file}:${line}: ${message}\n`);
  if (problems.length > shownProblems) stderr.write(`and ${problems.length - shownProblems} more\n`);
  stdout.write(`${describeOutcome(outcome, isStrict)}\n`);
  return exitCode(outcome, isStrict);
}

const withFile = (file: string, error: AppError): AppError =>
  error.code === 'invalid_input' && !error.message.startsWith(file)
    ? new AppError(error.code, `${file}: ${error.message}`, { cause: error })
    : error;

const tableRows = {
  requests: ['request', 'requests'],
  audit: ['audit event', 'audit events'],
} as const satisfies Record<ImportOutcome['table'], readonly [string, string]>;

function describeOutcome(outcome: ImportOutcome, isStrict: boolean): string {
  const { table, imported, skipped, open, problems } = outcome;
  const broken = `${problems.length} ${problems.length === 1 ? 'row' : 'rows'} cannot be used`;
  if (isStrict && problems.length > 0) return `Nothing was imported: ${broken}.`;
  const [one, many] = tableRows[table];
  const parts = [
    `${imported} ${imported === 1 ? one : many} imported`,
    ...(skipped > 0 ? [`${skipped} there already`] : []),
    ...(problems.length > 0 ? [broken] : []),
  ];
  const waiting =
    open > 0
      ? ` ${open} of the imported requests ${open === 1 ? 'is' : 'are'} still open; the agent leaves imported requests as they are.`
      : '';
  return `${parts.join(', ')}.${waiting}`;
}

function exitCode({ imported, skipped, problems }: ImportOutcome, isStrict: boolean): number {
  if (problems.length === 0) return 0;
  return !isStrict && imported + skipped === 0 ? 2 : 1;
}
