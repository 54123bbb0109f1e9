import type { Db } from './db.ts';

/**
 * Takes a named right that one program at a time may have; gives how to give it back, or null where another program
 * has it. A program that dies loses it with its connection.
 */
export async function takeExclusiveUse(db: Db, name: string): Promise<(() => Promise<void>) | null> {
  const client = await db.pool.connect();
  try {
    const { rows } = await client.query<{ taken: boolean }>(
      'select pg_try_advisory_lock(hashtextextended($1, 0)) as taken',
      [name],
    );
    if (rows[0]?.taken !== true) {
      client.release();
      return null;
    }
  } catch (thrown) {
    client.release(true);
    throw thrown;
  }
  // Ending the connection ends the lock.
  return async () => client.release(true);
}
