import type { Kysely } from 'kysely';
import type { StateStore } from '../ports.ts';
import type { Database } from './tables.ts';

/** A fact about this workspace, or undefined. */
export async function readWorkspaceFact(db: Kysely<Database>, key: string): Promise<unknown> {
  const row = await db.selectFrom('workspace').select('value').where('key', '=', key).executeTakeFirst();
  return row?.value;
}

export async function writeWorkspaceFact(db: Kysely<Database>, key: string, value: unknown): Promise<void> {
  const text = JSON.stringify(value);
  await db
    .insertInto('workspace')
    .values({ key, value: text })
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ value: text }))
    .execute();
}

/** What connectors must know again after a restart, as facts about the workspace, so that every desk goes on alike. */
export function createStateStore(db: Kysely<Database>): StateStore {
  return {
    async get(name) {
      const value = await readWorkspaceFact(db, name);
      return typeof value === 'string' ? value : null;
    },
    set: (name, value) => writeWorkspaceFact(db, name, value),
  };
}
