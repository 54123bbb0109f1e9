import { type Kysely, sql } from 'kysely';
import type { Db } from './db.ts';
import type { Database } from './tables.ts';

/** How a chat message is known: to recognise it again, and to find the request of the thread that it opened. */
export const messageKey = (channel: string, message: string): string => `message ${channel} ${message}`;

/** The request that an event with one of these keys was taken into already, or undefined. */
export async function requestOfEvent(
  db: Kysely<Database>,
  source: string,
  keys: readonly string[],
): Promise<string | undefined> {
  const row = await db
    .selectFrom('intake_events')
    .select('request_id')
    .where('source', '=', source)
    .where('key', 'in', keys)
    .limit(1)
    .executeTakeFirst();
  return row?.request_id;
}

/**
 * Notes that an event was taken in, in the transaction that does so. A key that another transaction has noted
 * meanwhile breaks this one with a unique violation; the event then comes again and is found.
 */
export async function noteEvent(
  db: Kysely<Database>,
  event: { source: string; keys: readonly string[]; requestId: string; at: Date },
): Promise<void> {
  if (event.keys.length === 0) return;
  await db
    .insertInto('intake_events')
    .values(
      event.keys.map((key) => ({
        source: event.source,
        key,
        request_id: event.requestId,
        received_at: event.at.toISOString(),
      })),
    )
    .execute();
}

/**
 * One transaction at a time for a thread, so that two deliveries side by side are one after another. Its keys have to
 * be looked up within.
 */
export function inThread<Result>(
  db: Db,
  { source, channel, thread }: { source: string; channel: string; thread: string },
  work: (tx: Kysely<Database>) => Promise<Result>,
): Promise<Result> {
  return db.transaction(async (tx) => {
    await sql`select pg_advisory_xact_lock(hashtextextended(${`${source} ${channel} ${thread}`}, 0))`.execute(
      tx,
    );
    return work(tx);
  });
}
