import type { FeedCursor, FeedIdentity, SyncedTable } from '../../../shared/model/sync.ts';
import type { Sqlite } from './sqlite.ts';

/** What the copy knows of itself. */
export interface Facts {
  identity: FeedIdentity;
  cursor: FeedCursor;
  fill: { identity: FeedIdentity; cursor: FeedCursor; done: SyncedTable[] };
  /** Every request from this ordinal on has been taken into the search; how many those are. */
  searched: { from: number; requests: number };
  /** The last audit head seen. */
  auditHead: { ordinal: number; hash: string };
}

export interface FactStore {
  read<Name extends keyof Facts>(name: Name): Facts[Name] | null;
  /** Null removes it. */
  write<Name extends keyof Facts>(name: Name, value: Facts[Name] | null): void;
}

export function createFactStore(db: Sqlite): FactStore {
  const select = db.prepare<[string], string>('select value from facts where name = ?').pluck();
  const upsert = db.prepare('insert or replace into facts (name, value) values (?, ?)');
  const remove = db.prepare('delete from facts where name = ?');
  return {
    read(name) {
      const text = select.get(name);
      return text === undefined ? null : JSON.parse(text);
    },
    write(name, value) {
      if (value === null) remove.run(name);
      else upsert.run(name, JSON.stringify(value));
    },
  };
}
