import { createHash } from 'node:crypto';
import { renameSync } from 'node:fs';
import path from 'node:path';
import { AppError } from '../../../shared/model/errors.ts';
import { type OutboxItem, OutboxKind } from '../../../shared/model/sync.ts';
import type { OutboxEntry, OutboxMark } from './cache.ts';
import { outboxMigrations } from './outbox-migrations.ts';
import { filesOf, inTransaction, isDamage, openSqlite, type Sqlite } from './sqlite.ts';

/** What people did at this desk and nobody has confirmed yet. */
export interface Outbox {
  add(entry: OutboxEntry): void;
  items(): OutboxItem[];
  toSend(limit: number, except: readonly string[]): OutboxEntry[];
  entry(entryId: string): (OutboxEntry & OutboxItem) | null;
  mark(entryId: string, mark: OutboxMark): boolean;
  sent(): OutboxEntry[];
  remove(entryId: string): void;
  /** Those of the requests for which something has not reached the store yet. */
  waiting(requestIds: readonly string[]): ReadonlySet<string>;
  /** One transaction around several writes: they are durable, all at once, when it returns. */
  together(work: () => void): void;
  close(): void;
}

export interface OpenedOutbox {
  outbox: Outbox;
  /** The file that was there was damaged: where it lies now, and how much of it was taken over. */
  damage: AppError | null;
}

const unsent = `('waiting', 'sending', 'blocked')`;

/**
 * Opens the outbox, alone: throws where another program has it. A damaged file is kept under another name beside it,
 * and what can still be read of it goes on in a new one.
 */
export function openOutbox(
  file: string,
  nativeBinding: string | undefined,
  migrations: readonly string[] = outboxMigrations,
): OpenedOutbox {
  try {
    return { outbox: createOutbox(openSound(file, nativeBinding, migrations)), damage: null };
  } catch (thrown) {
    if (!isDamage(thrown)) throw thrown;
    return beginAnew(file, nativeBinding, thrown);
  }
}

/** Opens, checks and migrates; closes again where that fails. */
function openSound(file: string, nativeBinding: string | undefined, migrations: readonly string[]): Sqlite {
  const db = openSqlite(file, nativeBinding);
  try {
    // Takes the lock for as long as the connection lives.
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = FULL');
    db.pragma('fullfsync = ON');
    db.pragma('checkpoint_fullfsync = ON');
    db.exec('begin immediate; commit');
    refuseDamaged(db);
    migrate(db, migrations);
    return db;
  } catch (thrown) {
    db.close();
    throw thrown;
  }
}

class DamagedOutbox extends Error {
  readonly code = 'SQLITE_CORRUPT';
}

function refuseDamaged(db: Sqlite): void {
  const found = db.prepare<[], string>('pragma integrity_check(1)').pluck().get();
  if (found !== 'ok') throw new DamagedOutbox(found);
}

function migrate(db: Sqlite, migrations: readonly string[]): void {
  const applied = Number(db.pragma('user_version', { simple: true }));
  if (applied > migrations.length)
    throw new AppError(
      'store_newer',
      'What waits to be sent at this desk was written by a newer Switchyard. Update this program; nothing was touched.',
      { details: { outbox: applied, program: migrations.length } },
    );
  migrations.slice(applied).forEach((statements, index) => {
    inTransaction(db, () => {
      db.exec(statements);
      db.pragma(`user_version = ${applied + index + 1}`);
    });
  });
}

function beginAnew(file: string, nativeBinding: string | undefined, cause: unknown): OpenedOutbox {
  const { name, ext, dir } = path.parse(file);
  const stamp = new Date().toISOString().replaceAll(/[:.]/g, '-');
  const kept = path.join(dir, `${name}-damaged-${stamp}${ext}`);
  const keptFiles = filesOf(kept);
  filesOf(file).forEach((from, index) => {
    try {
      renameSync(from, keptFiles[index] ?? kept);
    } catch (thrown) {
      if (!(thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT')) throw thrown;
    }
  });
  const outbox = createOutbox(openSound(file, nativeBinding, outboxMigrations));
  const saved = salvage(kept, nativeBinding);
  outbox.together(() => {
    for (const { entry, isSent } of saved) {
      outbox.add(entry);
      if (isSent) outbox.mark(entry.entryId, { state: 'sent' });
    }
  });
  const taken =
    saved.length === 0
      ? 'None of it could be read'
      : `${saved.length} ${saved.length === 1 ? 'entry' : 'entries'} of it could be read and will be sent`;
  const damage = new AppError(
    'internal',
    `What waited to be sent at this desk was damaged on disk. ${taken}; the damaged file is kept as ${kept}. ` +
      'Look through your latest decisions and do again what is missing.',
    { cause, details: { file: kept, saved: saved.length } },
  );
  return { outbox, damage };
}

interface StoredEntry {
  entry_id: string;
  kind: string;
  author: string;
  request_id: string | null;
  summary: string;
  payload: string;
  seen: string | null;
  created_at: string;
  digest: string;
  state: string;
}

const entryColumns = 'entry_id, kind, author, request_id, summary, payload, seen, created_at';

const digestOf = (entry: Omit<StoredEntry, 'digest' | 'state'>): string => {
  const { entry_id, kind, author, request_id, summary, payload, seen, created_at } = entry;
  return createHash('sha256')
    .update(JSON.stringify([entry_id, kind, author, request_id, summary, payload, seen, created_at]))
    .digest('hex');
};

/** The entries of a damaged file that are still what was written; each is read by itself, so that a bad one costs one. */
function salvage(file: string, nativeBinding: string | undefined): { entry: OutboxEntry; isSent: boolean }[] {
  const found: { entry: OutboxEntry; isSent: boolean }[] = [];
  try {
    const db = openSqlite(file, nativeBinding);
    try {
      const last = db.prepare<[], number | null>('select max(ordinal) from entries').pluck().get() ?? 0;
      const read = db.prepare<[number], StoredEntry>(
        `select ${entryColumns}, digest, state from entries where ordinal = ?`,
      );
      for (let ordinal = 1; ordinal <= last; ordinal += 1) {
        const stored = readOrSkip(() => read.get(ordinal));
        if (stored && digestOf(stored) === stored.digest && stored.state !== 'returned')
          found.push({ entry: toEntry(stored), isSent: stored.state === 'sent' });
      }
    } finally {
      db.close();
    }
  } catch (thrown) {
    if (!isDamage(thrown) && !(thrown instanceof Error && /no such table/.test(thrown.message))) throw thrown;
  }
  return found;
}

function readOrSkip<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch (thrown) {
    if (isDamage(thrown)) return undefined;
    throw thrown;
  }
}

const toEntry = (stored: Omit<StoredEntry, 'digest' | 'state'>): OutboxEntry => ({
  entryId: stored.entry_id,
  kind: OutboxKind.parse(stored.kind),
  author: stored.author,
  requestId: stored.request_id,
  summary: stored.summary,
  payload: stored.payload,
  seen: stored.seen === null ? null : JSON.parse(stored.seen),
  createdAt: stored.created_at,
});

interface StoredItem extends StoredEntry {
  problem: string | null;
  code: string | null;
  attempts: number;
  next_try_at: string | null;
  now: string | null;
  changed: string;
}

const toItem = (stored: StoredItem): OutboxItem => ({
  entry_id: stored.entry_id,
  kind: OutboxKind.parse(stored.kind),
  author: stored.author,
  request_id: stored.request_id,
  summary: stored.summary,
  state: stored.state as OutboxItem['state'],
  problem: stored.problem,
  code: stored.code,
  attempts: stored.attempts,
  created_at: stored.created_at,
  next_try_at: stored.next_try_at,
  seen: stored.seen === null ? null : JSON.parse(stored.seen),
  now: stored.now === null ? null : JSON.parse(stored.now),
  changed: JSON.parse(stored.changed),
});

/** The outbox in a database that has its tables. */
export function createOutbox(db: Sqlite): Outbox {
  const itemColumns = `${entryColumns}, digest, state, problem, code, attempts, next_try_at, now, changed`;
  const insert = db.prepare(
    `insert into entries (${entryColumns}, digest) values
       (@entry_id, @kind, @author, @request_id, @summary, @payload, @seen, @created_at, @digest)
     on conflict (entry_id) do nothing`,
  );
  const items = db.prepare<[], StoredItem>(
    `select ${itemColumns} from entries where state <> 'sent' order by ordinal`,
  );
  const one = db.prepare<[string], StoredItem>(
    `select ${itemColumns} from entries where entry_id = ? and state <> 'sent'`,
  );
  const toSend = db.prepare<[string, number], StoredEntry>(
    `select ${entryColumns} from entries e
     where state = 'waiting' and entry_id not in (select value from json_each(?))
       and not exists (select 1 from entries before where before.request_id = e.request_id
         and before.ordinal < e.ordinal and before.state in ${unsent})
     order by ordinal limit ?`,
  );
  const sent = db.prepare<[], StoredEntry>(
    `select ${entryColumns} from entries where state = 'sent' order by ordinal`,
  );
  const mark = db.prepare(
    `update entries set state = @state, attempts = attempts + @tries,
       problem = iif(@setsProblem, @problem, problem), code = iif(@setsCode, @code, code),
       next_try_at = iif(@setsNextTryAt, @nextTryAt, next_try_at), now = iif(@setsNow, @now, now),
       changed = iif(@setsChanged, @changed, changed)
     where entry_id = @entryId`,
  );
  const remove = db.prepare('delete from entries where entry_id = ?');
  const waiting = db
    .prepare<[string], string>(
      `select value from json_each(?) where exists (
         select 1 from entries indexed by entries_of_requests where request_id = value and state in ${unsent})`,
    )
    .pluck();

  return {
    add({ entryId, kind, author, requestId, summary, payload, seen, createdAt }) {
      const stored = {
        entry_id: entryId,
        kind,
        author,
        request_id: requestId,
        summary,
        payload,
        seen: seen === null ? null : JSON.stringify(seen),
        created_at: createdAt,
      };
      insert.run({ ...stored, digest: digestOf(stored) });
    },
    items: () => items.all().map(toItem),
    toSend: (limit, except) => toSend.all(JSON.stringify(except), limit).map(toEntry),
    entry(entryId) {
      const stored = one.get(entryId);
      return stored ? { ...toEntry(stored), ...toItem(stored) } : null;
    },
    mark(entryId, { state, problem, code, nextTryAt, isTry, now, changed }) {
      const { changes } = mark.run({
        entryId,
        state,
        tries: isTry ? 1 : 0,
        setsProblem: Number(problem !== undefined),
        problem: problem ?? null,
        setsCode: Number(code !== undefined),
        code: code ?? null,
        setsNextTryAt: Number(nextTryAt !== undefined),
        nextTryAt: nextTryAt ?? null,
        setsNow: Number(now !== undefined),
        now: now ? JSON.stringify(now) : null,
        setsChanged: Number(changed !== undefined),
        changed: JSON.stringify(changed ?? []),
      });
      return changes > 0;
    },
    sent: () => sent.all().map(toEntry),
    remove(entryId) {
      remove.run(entryId);
    },
    waiting: (requestIds) => new Set(waiting.all(JSON.stringify(requestIds))),
    together: (work) => inTransaction(db, work),
    close: () => db.close(),
  };
}
