import type { FeedBatch, FeedChange, SyncedTable } from '../../../shared/model/sync.ts';
import { syncedKeys, syncedTables } from '../../../shared/model/sync.ts';
import { type ColumnKind, encodeValue, syncedColumns } from './columns.ts';
import type { RequestClasses } from './request-classes.ts';
import { createRequestWriter, createRowWriter, type RowWriter } from './row-writer.ts';
import type { Search } from './search.ts';
import type { Sqlite } from './sqlite.ts';

/** Tables whose rows belong to a request and go with it. */
const belongings = ['messages', 'attachments', 'routing_audit', 'audit_log'] as const;

interface RequestPlace {
  ordinal: number;
  class: number;
}

/**
 * Writes the changes of a batch, in a transaction of the caller, with the counts and the words that they touch. Gives
 * the requests that changed. The same changes again change nothing.
 */
export function createApplier(options: {
  db: Sqlite;
  classes: RequestClasses;
  search: Search;
}): (changes: FeedBatch['changes']) => string[] {
  const { db, classes, search } = options;
  const writers: Readonly<Record<SyncedTable, RowWriter>> = {
    people: createRowWriter(db, 'people'),
    requests: createRequestWriter(db, classes),
    messages: createRowWriter(db, 'messages'),
    attachments: createRowWriter(db, 'attachments'),
    routing_audit: createRowWriter(db, 'routing_audit'),
    audit_log: createRowWriter(db, 'audit_log'),
  };
  const placeOf = db.prepare<[string], RequestPlace>(
    'select ordinal, class from requests where request_id = ?',
  );
  const removeRequest = db.prepare('delete from requests where ordinal = ?');
  const removeCase = db.prepare('delete from request_cases where ordinal = ?');
  const removeBelongings = belongings.map((table) => db.prepare(`delete from ${table} where request_id = ?`));
  const nameOf = db.prepare<[string], string>('select name from people where email = ?').pluck();
  const removals = Object.fromEntries(
    syncedTables.map((table) => [table, db.prepare(`delete from ${table} where ${syncedKeys[table]} = ?`)]),
  ) as Record<SyncedTable, ReturnType<Sqlite['prepare']>>;
  const requestOf = Object.fromEntries(
    belongings.map((table) => [
      table,
      db.prepare<[string], string>(`select request_id from ${table} where ${syncedKeys[table]} = ?`).pluck(),
    ]),
  ) as Record<(typeof belongings)[number], ReturnType<Sqlite['prepare']>>;

  function write(table: SyncedTable, row: object): void {
    const kinds: Readonly<Record<string, ColumnKind>> = syncedColumns[table];
    const values: Readonly<Record<string, unknown>> = { ...row };
    const writer = writers[table];
    writer.write(writer.columns.map((name) => encodeValue(kinds[name] ?? 'text', values[name])));
  }

  function takeOut(place: RequestPlace | undefined): void {
    if (!place) return;
    removeRequest.run(place.ordinal);
    removeCase.run(place.ordinal);
    classes.add(place.class, -1);
  }

  function applyRequest({ key, row }: Extract<FeedChange, { table: 'requests' }>): void {
    const before = placeOf.get(key);
    takeOut(before);
    if (row === null) {
      for (const statement of removeBelongings) statement.run(key);
      if (before) search.remove(before.ordinal);
      return;
    }
    write('requests', row);
    // Its words follow when everything of the batch is in.
    if (!before) search.put(row.ordinal, true);
  }

  function applyPerson({ key, row }: Extract<FeedChange, { table: 'people' }>): void {
    const before = nameOf.get(key);
    if (row === null) removals.people.run(key);
    else write('people', row);
    if (before !== row?.name) search.noteRenamed(key);
  }

  /** The requests whose lists, screens or words a change touches. */
  function applyChange(change: FeedChange): string[] {
    switch (change.table) {
      case 'requests':
        applyRequest(change);
        return [change.key];
      case 'people':
        applyPerson(change);
        return [];
      default: {
        const { table, key, row } = change;
        const before = requestOf[table].get(key) as string | undefined;
        if (row === null) removals[table].run(key);
        else write(table, row);
        return [before, row?.request_id].filter((id) => id !== undefined);
      }
    }
  }

  return (changes) => {
    const changed = new Set<string>();
    const reworded = new Set<string>();
    for (const change of changes) {
      for (const requestId of applyChange(change)) {
        changed.add(requestId);
        if (change.table === 'requests' || change.table === 'messages') reworded.add(requestId);
      }
    }
    for (const requestId of reworded) {
      const place = placeOf.get(requestId);
      if (place) search.put(place.ordinal, false);
    }
    search.refresh();
    classes.save();
    return [...changed];
  };
}
