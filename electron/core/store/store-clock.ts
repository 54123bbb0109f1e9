import { sql } from 'kysely';
import { AppError } from '../../../shared/model/errors.ts';
import type { Clock } from '../ports.ts';
import type { Db } from './db.ts';

/**
 * The database's time, asked for once; from then on it is counted by the machine's monotonic clock. What a desk stores
 * is stamped by it, so that a desk whose clock is wrong cannot date a decision before a message that preceded it.
 */
export async function openStoreClock(db: Db, sleep: Clock['sleep']): Promise<Clock> {
  const askedAt = performance.now();
  const { rows } = await sql<{ now: string }>`select clock_timestamp() as now`.execute(db.kysely);
  const answeredAt = performance.now();
  const storeMs = Date.parse(rows[0]?.now ?? '');
  if (Number.isNaN(storeMs))
    throw new AppError('store_unreachable', 'The shared store did not say what time it is.');
  const zeroMs = storeMs - (askedAt + answeredAt) / 2;
  return { now: () => new Date(zeroMs + performance.now()), sleep };
}
