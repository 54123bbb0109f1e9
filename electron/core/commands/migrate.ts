import type { Config } from '../config.ts';
import { createLog } from '../log.ts';
import { openStoreOf } from '../store-session.ts';

/** Brings the store's schema up to date and says so; opening the store does it. */
export async function runMigrate({ config }: { config: Config }): Promise<number> {
  const store = await openStoreOf(config, createLog(config.logLevel));
  try {
    process.stdout.write(
      store.applied === 0
        ? 'The store is up to date.\n'
        : `The store is up to date; ${store.applied} ${store.applied === 1 ? 'step was' : 'steps were'} applied.\n`,
    );
    return 0;
  } finally {
    await store.close();
  }
}
