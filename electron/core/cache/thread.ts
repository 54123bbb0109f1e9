import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { queueViews } from '../../../shared/contract/contract.ts';
import { AppError } from '../../../shared/model/errors.ts';
import { type Copy, openCopy, type Warn, type WholeCopy } from './copy.ts';
import { beginFill } from './fill.ts';
import { openOutbox } from './outbox.ts';
import type { Arguments, MethodName, Result, ThreadOptions } from './protocol.ts';
import { inTransaction, isDamage, removeDatabase } from './sqlite.ts';

type Handlers = {
  [Name in MethodName]: (...values: Arguments<Name>) => Result<Name> | Promise<Result<Name>>;
};

/** Everything that the cache does, in the thread that does it. */
export interface CacheThread {
  readonly handlers: Handlers;
  readonly damage: AppError | null;
  /** One transaction around several writes to the outbox. */
  together(work: () => void): void;
}

/** Without changes for so long, nobody is likely to wait. */
const idleMs = 100;

/** Lets the calls that have come in meanwhile be answered. */
const pause = () => new Promise<void>((resolve) => setImmediate(resolve));

/**
 * Opens both files. The outbox comes first: its lock keeps another program from either. Throws an `AppError` where
 * the folder cannot be used.
 */
export function openThread({ dir, nativeBinding }: ThreadOptions, warn: Warn): CacheThread {
  mkdirSync(dir, { recursive: true });
  const binding = nativeBinding ?? undefined;
  const { outbox, damage } = openOutbox(path.join(dir, 'outbox.db'), binding);
  const file = path.join(dir, 'cache.db');
  const open = () => openCopy({ file, nativeBinding: binding, waiting: outbox.waiting, warn });
  let copy: Copy;
  try {
    copy = open();
  } catch (thrown) {
    outbox.close();
    throw thrown;
  }

  function renew(): void {
    copy.fill.abandon();
    copy.db.close();
    removeDatabase(file);
    copy = open();
  }

  /** A copy that turns out to be broken is thrown away; what is asked is then asked of the empty one. */
  function reading<Value>(read: (from: Copy) => Value): Value {
    try {
      return read(copy);
    } catch (thrown) {
      if (!isDamage(thrown)) throw thrown;
      warn('The local copy is damaged and is made anew', { error: String(thrown) });
      renew();
      return read(copy);
    }
  }

  /** What is to be written to a copy that turns out to be broken is not written: the copy has to be filled again. */
  function afterFailedWrite(thrown: unknown): unknown {
    if (!isDamage(thrown)) {
      copy.classes.load();
      copy.whole()?.search.load();
      return thrown;
    }
    warn('The local copy is damaged and is made anew', { error: String(thrown) });
    renew();
    return new AppError(
      'internal',
      'The local copy was damaged. It is being made anew; nothing that you did is lost.',
      {
        cause: thrown,
      },
    );
  }

  function writing<Value>(write: (to: Copy) => Value): Value {
    try {
      return write(copy);
    } catch (thrown) {
      throw afterFailedWrite(thrown);
    }
  }

  // The write-ahead log is taken into the file when nobody waits; `wal_autocheckpoint` is for when that never is.
  const tidying = setTimeout(() => {
    try {
      if (!copy.db.inTransaction) copy.db.pragma('wal_checkpoint(PASSIVE)');
    } catch (thrown) {
      // It stays in the log, and whoever asks for something meets the same trouble and is told.
      warn('The write-ahead log of the local copy could not be taken in', { error: String(thrown) });
    }
  }, idleMs);
  tidying.unref();

  /** Asks a copy that is complete; before, there is nothing to be found. */
  const readingWhole = <Value>(read: (from: WholeCopy) => Value, otherwise: Value): Value =>
    reading((from) => {
      const whole = from.whole();
      return whole ? read(whole) : otherwise;
    });
  const nothing = Object.fromEntries(queueViews.map((view) => [view, 0])) as Result<'counts'>;

  const handlers: Handlers = {
    state: () =>
      reading(({ facts, classes, whole }) => ({
        identity: facts.read('identity'),
        cursor: facts.read('cursor'),
        fill: facts.read('fill'),
        search: { rows: whole()?.search.indexed() ?? 0, total: classes.total() },
        auditHead: facts.read('auditHead'),
      })),
    reset: renew,
    beginFill: (identity, cursor) =>
      writing(() => {
        copy.fill.abandon();
        let done = beginFill(copy, identity, cursor);
        if (done === null) {
          renew();
          done = beginFill(copy, identity, cursor) ?? [];
        }
        copy.classes.load();
        return done;
      }),
    fillChunk: (table, columns, chunk) =>
      writing(({ fill }) => {
        try {
          fill.chunk(table, columns, chunk);
        } catch (thrown) {
          fill.abandon();
          throw thrown;
        }
      }),
    endTable: (table) =>
      copy.fill.endTable(table, pause).catch((thrown: unknown) => {
        throw afterFailedWrite(thrown);
      }),
    endFill: () => writing(({ fill }) => fill.end()),
    buildSearch: () =>
      writing(({ db, whole }) => {
        const search = whole()?.search;
        return search !== undefined && inTransaction(db, () => search.build());
      }),
    apply: (batch) =>
      writing(({ db, facts, whole }) => {
        const apply = whole()?.apply;
        if (!apply) throw new AppError('internal', 'The local copy is not complete yet. Fill it first.');
        tidying.refresh();
        return inTransaction(db, () => {
          const changed = apply(batch.changes);
          facts.write('cursor', batch.cursor);
          return changed;
        });
      }),
    noteAuditHead: (head) => writing(({ facts }) => facts.write('auditHead', head)),

    list: (query, viewer) =>
      readingWhole<Result<'list'>>(
        ({ queue, requests }) => {
          const { ordinals, nextCursor } = queue.page(query, viewer);
          return { rows: requests.rows(ordinals), nextCursor };
        },
        { rows: [], nextCursor: null },
      ),
    counts: (viewer) => readingWhole(({ queue }) => queue.counts(viewer), nothing),
    row: (requestId, viewer) => readingWhole(({ requests }) => requests.row(requestId, viewer), null),
    detail: (requestId, viewer) => readingWhole(({ requests }) => requests.detail(requestId, viewer), null),
    people: () => reading(({ people }) => people.all()),
    person: (email) => reading(({ people }) => people.one(email)),

    addEntry: (entry) => outbox.add(entry),
    items: () => outbox.items(),
    entriesToSend: (limit, except) => outbox.toSend(limit, except),
    entry: (entryId) => outbox.entry(entryId),
    mark: (entryId, mark) => outbox.mark(entryId, mark),
    sentEntries: () => outbox.sent(),
    removeEntry: (entryId) => outbox.remove(entryId),
    close() {
      clearTimeout(tidying);
      copy.fill.abandon();
      copy.db.close();
      outbox.close();
    },
  };
  return { handlers, damage, together: outbox.together };
}
