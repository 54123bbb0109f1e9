import path from 'node:path';
import type { Log } from '../ports.ts';
import { type Db, openDatabase } from './db.ts';
import { startEmbeddedPostgres } from './embedded-postgres.ts';
import { migrate, readMigrations } from './migrate.ts';

export interface StoreOptions {
  /** The workspace's own folder; the embedded Postgres lies in it. */
  dataDir: string;
  /** A shared Postgres; null for the embedded one. */
  databaseUrl: string | null;
  maxConnections: number;
  log: Log;
}

export interface Store {
  readonly db: Db;
  /** How many steps of the schema were new to the database. */
  readonly applied: number;
  /** Closes the connections, and stops the embedded Postgres unless another program uses it. */
  close(): Promise<void>;
}

/**
 * Opens the store and brings its schema up to date. Throws `store_unreachable`, `store_newer`, `port_in_use` or
 * `invalid_input`, each with what to do; what was started by then is stopped again.
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const { db, close } = await openStoreAsItIs(options);
  try {
    return { db, applied: await migrate(db, await readMigrations()), close };
  } catch (thrown) {
    await close();
    throw thrown;
  }
}

/** Opens the store and leaves its schema alone, to look at it. Throws as `openStore` does, but for its schema. */
export async function openStoreAsItIs(options: StoreOptions): Promise<Pick<Store, 'db' | 'close'>> {
  const { dataDir, databaseUrl, maxConnections, log } = options;
  const postgres =
    databaseUrl === null
      ? await startEmbeddedPostgres({ dataDir: path.join(dataDir, 'postgres'), log })
      : null;
  try {
    const url = databaseUrl ?? postgres?.url ?? '';
    const db = await openDatabase({ url, applicationName: 'host', log, maxConnections });
    return {
      db,
      async close() {
        await db.close();
        await postgres?.stop();
      },
    };
  } catch (thrown) {
    await postgres?.stop();
    throw thrown;
  }
}
