import { randomUUID } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import type { CrmSystem } from '../../../shared/model/lead.ts';
import type { Intent } from './requests.ts';
import type { Database } from './tables.ts';

export interface NewIntent {
  requestId: string;
  system: CrmSystem;
  record: string;
  previousOwner: string | null;
  newOwner: string;
  newOwnerId: string;
  stamp: string | null;
}

/** Stores what is about to be written, in the caller's transaction, in the order of writing. */
export async function insertIntents(
  db: Kysely<Database>,
  intents: readonly NewIntent[],
  at: Date,
): Promise<Intent[]> {
  if (intents.length === 0) return [];
  return db
    .insertInto('intents')
    .values(
      intents.map((intent, index) => ({
        // Sorted by id they come back in the order of writing.
        intent_id: `${intent.requestId}.${at.getTime()}.${index}.${randomUUID().slice(0, 8)}`,
        request_id: intent.requestId,
        system: intent.system,
        record: intent.record,
        previous_owner: intent.previousOwner,
        new_owner: intent.newOwner,
        new_owner_id: intent.newOwnerId,
        stamp: intent.stamp,
        created_at: at.toISOString(),
      })),
    )
    .returningAll()
    .execute();
}

/**
 * Keeps records for the caller's transaction, so that two requests never write the same one side by side. False where
 * another request has begun to write one of them and has not recorded it yet.
 */
export async function holdRecords(
  db: Kysely<Database>,
  requestId: string,
  records: readonly { system: CrmSystem; id: string }[],
): Promise<boolean> {
  // In one order everywhere, so that two transactions never wait for each other.
  const keys = records.map(({ system, id }) => `${system} ${id}`).toSorted();
  for (const key of keys) await sql`select pg_advisory_xact_lock(hashtextextended(${key}, 1))`.execute(db);
  const busy = await db
    .selectFrom('intents')
    .select('intent_id')
    .where('request_id', '<>', requestId)
    .where('state', '=', 'planned')
    .where(sql<string>`system || ' ' || record`, 'in', keys)
    .limit(1)
    .executeTakeFirst();
  return busy === undefined;
}

/** Gives up every intent of a request that is not finished, in the transaction that ends the run. */
export async function abandonIntents(db: Kysely<Database>, requestId: string, at: Date): Promise<void> {
  await db
    .updateTable('intents')
    .set({ state: 'abandoned', finished_at: at.toISOString() })
    .where('request_id', '=', requestId)
    .where('state', '=', 'planned')
    .execute();
}

/** Ends intents that were carried out, in the transaction that records what came of them. */
export async function finishIntents(
  db: Kysely<Database>,
  intents: readonly Intent[],
  at: Date,
): Promise<void> {
  if (intents.length === 0) return;
  await db
    .updateTable('intents')
    .set({ state: 'done', finished_at: at.toISOString() })
    .where(
      'intent_id',
      'in',
      intents.map(({ intent_id }) => intent_id),
    )
    .where('state', '=', 'planned')
    .execute();
}
