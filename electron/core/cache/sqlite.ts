import { rmSync } from 'node:fs';
import Database from 'better-sqlite3';
import { AppError } from '../../../shared/model/errors.ts';

export type Sqlite = Database.Database;
export type SqlValue = string | number | null;

/** Opens a file that no other program may use at the same time; the lock ends with the connection or the process. */
export function openSqlite(file: string, nativeBinding: string | undefined): Sqlite {
  const db = new Database(file, {
    timeout: 2_000,
    ...(nativeBinding === undefined ? {} : { nativeBinding }),
  });
  db.pragma('locking_mode = EXCLUSIVE');
  return db;
}

/** Runs `work` in one transaction; whatever it throws leaves nothing behind. */
export function inTransaction<Value>(db: Sqlite, work: () => Value): Value {
  db.exec('begin immediate');
  try {
    const value = work();
    db.exec('commit');
    return value;
  } catch (thrown) {
    // SQLite has rolled back by itself after a full disk and the like.
    if (db.inTransaction) db.exec('rollback');
    throw thrown;
  }
}

/** A database with what SQLite lays beside it. */
export const filesOf = (file: string): string[] =>
  ['', '-wal', '-shm', '-journal'].map((ending) => `${file}${ending}`);

export function removeDatabase(file: string): void {
  for (const one of filesOf(file)) rmSync(one, { recursive: true, force: true });
}

const codeOf = (thrown: unknown): string =>
  thrown instanceof Database.SqliteError
    ? thrown.code
    : thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string'
      ? thrown.code
      : '';

/** The file is no database, or one that is broken. */
export const isDamage = (thrown: unknown): boolean => /^SQLITE_(CORRUPT|NOTADB)/.test(codeOf(thrown));

/** Another program has the file. */
export const isLocked = (thrown: unknown): boolean => /^SQLITE_(BUSY|LOCKED|PROTOCOL)/.test(codeOf(thrown));

/** No room is left on the disk. */
export const isFull = (thrown: unknown): boolean =>
  /^(SQLITE_FULL|SQLITE_IOERR_WRITE|ENOSPC|EDQUOT)/.test(codeOf(thrown));

const isForbidden = (code: string) =>
  /^(SQLITE_READONLY|SQLITE_CANTOPEN|SQLITE_PERM|SQLITE_AUTH|EACCES|EPERM|EROFS|ENOTDIR|EEXIST|ENOENT|EISDIR)/.test(
    code,
  );

/**
 * What a failure of SQLite or of the file system means to a person. `where` is the folder. An unknown one is passed
 * on as it is.
 */
export function toCacheError(thrown: unknown, where: string): unknown {
  const code = codeOf(thrown);
  const options = { cause: thrown, details: { sqlite: code, folder: where } };
  if (isFull(thrown))
    return new AppError(
      'invalid_input',
      `The disk that holds ${where} is full. Free some space and try again; what was kept before is untouched.`,
      options,
    );
  if (isLocked(thrown))
    return new AppError(
      'invalid_input',
      `Another Switchyard is running on ${where}. Use that one, or start this one with another folder (--data-dir).`,
      options,
    );
  if (isForbidden(code))
    return new AppError(
      'invalid_input',
      `Switchyard cannot write to ${where}. Give your user the right to write there, or choose another folder ` +
        '(--data-dir).',
      options,
    );
  return thrown;
}
