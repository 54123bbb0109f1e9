import type { Cache } from '../../electron/core/cache/cache.ts';
import {
  type FeedIdentity,
  type SyncedRows,
  type SyncedTable,
  syncedTables,
} from '../../shared/model/sync.ts';
import { copyText } from './copy-text.ts';

export const identity: FeedIdentity = {
  generation: 'one',
  schema: 2,
  viewer: 'ana@example.com',
  access: 'all',
};
export const cursor = { xid: '700', id: '0' };

/** Fills one table with rows, in two pieces cut anywhere. */
export async function fillTable(cache: Cache, table: SyncedTable, rows: readonly object[]): Promise<void> {
  const { columns, bytes } = copyText(table, rows);
  const middle = Math.floor(bytes.length / 2);
  await cache.fillChunk(table, columns, bytes.slice(0, middle));
  await cache.fillChunk(table, columns, bytes.slice(middle));
  await cache.endTable(table);
}

/** A first copy from begin to end, as it comes from a store that has these rows. */
export async function fillCache(
  cache: Cache,
  rows: { [Table in SyncedTable]?: readonly SyncedRows[Table][] },
): Promise<void> {
  const done = await cache.beginFill(identity, cursor);
  for (const table of syncedTables)
    if (!done.includes(table)) await fillTable(cache, table, rows[table] ?? []);
  await cache.endFill();
}
