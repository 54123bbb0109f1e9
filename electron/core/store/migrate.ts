import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { sql, type Transaction } from 'kysely';
import { AppError } from '../../../shared/model/errors.ts';
import type { Db } from './db.ts';
import type { Database } from './tables.ts';

/** One forward step of the schema. Steps are numbered from 1 without gaps. */
export interface Migration {
  number: number;
  /** As in the file's name: `store` for `0001-store.sql`. */
  name: string;
  sql: string;
  /** SHA-256 of the text in hex, line ends aside. */
  checksum: string;
}

const defaultFolder = new URL('./migrations/', import.meta.url);
const fileName = /^(\d{4})-([a-z0-9-]+)\.sql$/;

/** Any fixed number that no other program uses on the same database. */
const lockKey = 7_439_214_011;

/** Reads all steps; the folder stands beside this file, from sources as well as built. */
export async function readMigrations(folder: URL = defaultFolder): Promise<Migration[]> {
  const names = (await readdir(folder)).filter((name) => fileName.test(name)).sort();
  const migrations = await Promise.all(
    names.map(async (name) => toMigration(name, await readFile(new URL(name, folder), 'utf8'))),
  );
  const gap = migrations.find((migration, index) => migration.number !== index + 1);
  if (gap !== undefined)
    throw new Error(`Migration ${gap.number} (${gap.name}) does not follow its predecessor`);
  return migrations;
}

function toMigration(file: string, text: string): Migration {
  const [, number, name] = fileName.exec(file) ?? [];
  const statements = text.replaceAll('\r\n', '\n');
  return {
    number: Number(number),
    name: name ?? file,
    sql: statements,
    checksum: createHash('sha256').update(statements).digest('hex'),
  };
}

/**
 * Brings the schema up to date, each step in a transaction of its own, and gives how many steps were new. Programs
 * that start at once take turns. Throws `store_newer` where the database knows a step that this program does not, and
 * `invalid_input` where a step that was applied reads differently now; in both cases nothing has been changed.
 */
export async function migrate(db: Db, migrations: readonly Migration[]): Promise<number> {
  let applied = 0;
  while (await db.transaction((tx) => applyNext(tx, migrations))) applied += 1;
  return applied;
}

/** Gives whether there was a step to apply. */
async function applyNext(tx: Transaction<Database>, migrations: readonly Migration[]): Promise<boolean> {
  await sql`select pg_advisory_xact_lock(${lockKey})`.execute(tx);
  const applied = await readApplied(tx);
  refuseNewer(applied, migrations);
  refuseChanged(applied, migrations);
  const next = migrations[applied.length];
  if (next === undefined) return false;
  await sql.raw(next.sql).execute(tx);
  await sql`insert into switchyard_migrations (number, name, checksum)
            values (${next.number}, ${next.name}, ${next.checksum})`.execute(tx);
  return true;
}

/** The last step that the database has, 0 where it has none. Changes nothing. */
export async function readSchemaVersion(db: Db): Promise<number> {
  const { rows: tables } = await sql<{ is_there: boolean }>`
    select to_regclass('switchyard_migrations') is not null as is_there`.execute(db.kysely);
  if (tables[0]?.is_there !== true) return 0;
  const { rows } = await sql<{ version: number }>`
    select coalesce(max(number), 0) as version from switchyard_migrations`.execute(db.kysely);
  return rows[0]?.version ?? 0;
}

type AppliedMigration = Pick<Migration, 'number' | 'name' | 'checksum'>;

/** In order. The table is made only where it is missing, because not everybody who looks may make tables. */
async function readApplied(tx: Transaction<Database>): Promise<AppliedMigration[]> {
  const { rows } = await sql<{ is_there: boolean }>`
    select to_regclass('switchyard_migrations') is not null as is_there`.execute(tx);
  if (rows[0]?.is_there !== true) {
    await sql`create table switchyard_migrations (
                number int primary key,
                name text not null,
                checksum text not null,
                applied_at timestamptz not null default now()
              )`.execute(tx);
  }
  const applied = await sql<AppliedMigration>`
    select number, name, checksum from switchyard_migrations order by number`.execute(tx);
  return applied.rows;
}

function refuseNewer(applied: readonly AppliedMigration[], migrations: readonly Migration[]): void {
  const theirs = applied.at(-1)?.number ?? 0;
  const ours = migrations.at(-1)?.number ?? 0;
  if (theirs <= ours) return;
  throw new AppError(
    'store_newer',
    `The database has schema version ${theirs}, this program knows versions up to ${ours}: a newer program has ` +
      'changed it. Update this program; the data is untouched.',
    { details: { database: theirs, program: ours } },
  );
}

function refuseChanged(applied: readonly AppliedMigration[], migrations: readonly Migration[]): void {
  const changed = applied.find((one, index) => migrations[index]?.checksum !== one.checksum);
  if (changed === undefined) return;
  throw new AppError(
    'invalid_input',
    `Migration ${changed.number} (${changed.name}) was applied to this database in another form than this program ` +
      'has it. Use the program that made the database, or an empty database; a migration is never edited once applied.',
    { details: { number: changed.number, name: changed.name } },
  );
}
