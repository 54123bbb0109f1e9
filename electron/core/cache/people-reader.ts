import type { Person } from '../../../shared/model/person.ts';
import { syncedColumns } from './columns.ts';
import { decodeRow, type StoredRow } from './decode-row.ts';
import type { Sqlite } from './sqlite.ts';

export interface PeopleReader {
  /** By name. */
  all(): Person[];
  one(email: string): Person | null;
}

export function createPeopleReader(db: Sqlite): PeopleReader {
  const columns = Object.keys(syncedColumns.people);
  const all = db.prepare<[], StoredRow>(`select ${columns.join(', ')} from people order by name, email`);
  const one = db.prepare<[string], StoredRow>(`select ${columns.join(', ')} from people where email = ?`);
  const toPerson = (stored: StoredRow) => decodeRow<Person>(syncedColumns.people, columns, stored);
  return {
    all: () => all.all().map(toPerson),
    one(email) {
      const stored = one.get(email.toLowerCase());
      return stored ? toPerson(stored) : null;
    },
  };
}
