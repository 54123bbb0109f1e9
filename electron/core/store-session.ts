import path from 'node:path';
import { type Queues, queueNames } from './automations/queues.ts';
import type { Config } from './config.ts';
import type { Log } from './ports.ts';
import type { Db } from './store/db.ts';
import { createJobs, type Jobs } from './store/jobs.ts';
import { openStore, type Store } from './store/open-store.ts';

/** The shared store with its jobs, as long as this program is connected to it. */
export interface StoreSession {
  readonly db: Db;
  readonly jobs: Jobs<Queues>;
  close(): Promise<void>;
}

/** The folder of the workspace that a configuration opens; the demo's lies apart from the user's own. */
export const workspaceFolder = ({ workspace, dataDir }: Config): string =>
  workspace === 'demo' ? path.join(dataDir, 'demo') : dataDir;

/** Opens the store that a configuration names; see `openStore` for what it throws. */
export function openStoreOf(config: Config, log: Log): Promise<Store> {
  return openStore({
    dataDir: workspaceFolder(config),
    databaseUrl: config.databaseUrl,
    // A run holds a connection while it records, and so does every job that ends.
    maxConnections: Math.max(10, config.concurrency * 2 + 4),
    log: log.child({ room: 'store' }),
  });
}

/** Opens the store and its jobs. What was opened by the time something fails is closed again. */
export async function openStoreSession(config: Config, log: Log): Promise<StoreSession> {
  const store = await openStoreOf(config, log);
  try {
    const { db } = store;
    const jobs = await createJobs<Queues>({ db, log: log.child({ room: 'jobs' }), queues: queueNames });
    return {
      db,
      jobs,
      async close() {
        await jobs.stop();
        await store.close();
      },
    };
  } catch (thrown) {
    await store.close();
    throw thrown;
  }
}
