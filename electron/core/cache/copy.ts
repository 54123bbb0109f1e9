import { createApplier } from './apply.ts';
import { createFactStore, type FactStore } from './facts.ts';
import { createFill, type Fill } from './fill.ts';
import { createPeopleReader, type PeopleReader } from './people-reader.ts';
import { createQueueReader, type QueueReader } from './queue.ts';
import { createRequestClasses, type RequestClasses } from './request-classes.ts';
import { createRequestReader, type RequestReader } from './request-reader.ts';
import { cacheVersion, createCacheSchema } from './schema.ts';
import { createSearch, type Search } from './search.ts';
import { isFull, isLocked, openSqlite, removeDatabase, type Sqlite } from './sqlite.ts';

/** A copy that is complete: what its screens read, and what keeps it up to date. */
export interface WholeCopy {
  readonly search: Search;
  readonly queue: QueueReader;
  readonly requests: RequestReader;
  readonly apply: ReturnType<typeof createApplier>;
}

/** The copy of the shared store, in a file that may be thrown away. */
export interface Copy {
  readonly db: Sqlite;
  readonly facts: FactStore;
  readonly classes: RequestClasses;
  readonly people: PeopleReader;
  readonly fill: Fill;
  /** Null until the first fill is complete: before, there are no indexes. */
  whole(): WholeCopy | null;
}

export type Warn = (message: string, fields: Record<string, unknown>) => void;

interface CopyOptions {
  file: string;
  nativeBinding: string | undefined;
  waiting: (requestIds: readonly string[]) => ReadonlySet<string>;
  warn: Warn;
}

function openFile({ file, nativeBinding }: CopyOptions): Sqlite {
  const db = openSqlite(file, nativeBinding);
  try {
    db.pragma('page_size = 8192');
    db.pragma('cache_size = -16384');
    db.pragma('synchronous = NORMAL');
    db.pragma('journal_size_limit = 67108864');
    db.pragma('wal_autocheckpoint = 6000');
    const isNew = db.prepare('select 1 from sqlite_schema limit 1').get() === undefined;
    if (isNew) createCacheSchema(db);
    return db;
  } catch (thrown) {
    db.close();
    throw thrown;
  }
}

function build(options: CopyOptions): Copy {
  const db = openFile(options);
  try {
    const version = db.pragma('user_version', { simple: true });
    if (version !== cacheVersion) throw new AnotherVersion(`The local copy is of version ${version}`);
    const facts = createFactStore(db);
    // A first copy that was cut off goes on without a write-ahead log.
    if (facts.read('fill') === null) db.pragma('journal_mode = WAL');
    const classes = createRequestClasses(db);
    const people = createPeopleReader(db);
    let whole: WholeCopy | null = null;
    const openWhole = (): WholeCopy => {
      const search = createSearch({ db, facts });
      return {
        search,
        queue: createQueueReader({ db, classes, search }),
        requests: createRequestReader({ db, classes, people, waiting: options.waiting }),
        apply: createApplier({ db, classes, search }),
      };
    };
    return {
      db,
      facts,
      classes,
      people,
      fill: createFill({ db, facts, classes }),
      whole() {
        if (whole === null && facts.read('cursor') !== null) whole = openWhole();
        return whole;
      },
    };
  } catch (thrown) {
    db.close();
    throw thrown;
  }
}

class AnotherVersion extends Error {}

/** Opens the file as it is; one of another version, or one that is broken, makes room for an empty one. */
export function openCopy(options: CopyOptions): Copy {
  try {
    return build(options);
  } catch (thrown) {
    if (isLocked(thrown) || isFull(thrown)) throw thrown;
    options.warn('The local copy cannot be used and is made anew', { error: String(thrown) });
    removeDatabase(options.file);
    return build(options);
  }
}
