import type { Readable } from 'node:stream';
import pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import {
  type FeedCursor,
  type FeedIdentity,
  type SyncedTable,
  syncedTables,
} from '../../../shared/model/sync.ts';
import { type Db, toStoreError } from './db.ts';
import { identitySql } from './feed-identity.ts';
import { isVisible, selectForCopy, syncedFields } from './synced-columns.ts';

export interface FillTable {
  table: SyncedTable;
  /** In the order of the copy. */
  columns: string[];
  /** How many rows there are. */
  total: number;
}

/** Everything that a viewer may see, as it was at one moment. Nobody but the copy waits while it is open. */
export interface Fill {
  identity: FeedIdentity;
  /** The feed from here on has whatever the copy lacks. */
  cursor: FeedCursor;
  /** In the order in which they are best copied. */
  tables: FillTable[];
  /**
   * A table's rows in the text format of COPY, in pieces cut anywhere; one table at a time. Its error is
   * `store_unreachable` where the connection is why.
   */
  copy(table: SyncedTable): AsyncIterable<Uint8Array>;
  /** Closes the connection, whatever is under way. */
  end(): Promise<void>;
}

/**
 * Opens a snapshot to copy from, on a connection of its own: a copy lasts longer than a query may. What the snapshot
 * does not show was written by transactions that had not ended, none of them older than its xmin: that is the cursor.
 */
export async function openFill(db: Db, viewer: string): Promise<Fill> {
  const client = new pg.Client({
    ...db.pool.options,
    query_timeout: 0,
    idle_in_transaction_session_timeout: 0,
  });
  // The statement under way fails by itself; without a listener the process would end.
  client.on('error', () => {});
  try {
    await client.connect();
    await client.query(
      "begin transaction isolation level repeatable read read only; set local timezone = 'UTC'; set local datestyle = 'ISO'",
    );
    const { rows } = await client.query<{ identity: FeedIdentity; xmin: string }>(
      `select ${identitySql} as identity, pg_snapshot_xmin(pg_current_snapshot())::text as xmin`,
      [viewer],
    );
    const [opened] = rows;
    if (opened === undefined) throw new Error('The snapshot for a copy gave no row');
    const { identity, xmin } = opened;
    const isWanted = (table: SyncedTable) =>
      identity.access === 'none'
        ? 'false'
        : isVisible(table, identity.access === 'own' ? client.escapeLiteral(viewer) : null);
    const tables: FillTable[] = [];
    for (const table of syncedTables) {
      const counted = await client.query<{ total: string }>(
        `select count(*) as total from ${table} t where ${isWanted(table)}`,
      );
      tables.push({ table, columns: syncedFields(table), total: Number(counted.rows[0]?.total ?? 0) });
    }
    return {
      identity,
      cursor: { xid: xmin, id: '0' },
      tables,
      copy: (table) =>
        translated(client.query(copyTo(`copy (${selectForCopy(table, isWanted(table))}) to stdout`))),
      end: () => client.end().catch(() => {}),
    };
  } catch (thrown) {
    await client.end().catch(() => {});
    throw toStoreError(thrown);
  }
}

async function* translated(stream: Readable): AsyncGenerator<Uint8Array, void, void> {
  try {
    for await (const chunk of stream) yield chunk;
  } catch (thrown) {
    throw toStoreError(thrown);
  }
}
