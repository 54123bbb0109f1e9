import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '../electron/core/store/db.ts';
import { startEmbeddedPostgres } from '../electron/core/store/embedded-postgres.ts';
import { createJobs } from '../electron/core/store/jobs.ts';
import { migrate, readMigrations } from '../electron/core/store/migrate.ts';
import { runAlone, silentLog, withDatabase } from '../electron/core/store/test-database.ts';

const template = 'switchyard_template';

/** A Postgres that forgets everything afterwards, with a template of the whole schema. */
export interface TestPostgres {
  url: string;
  template: string;
  stop(): Promise<void>;
}

export async function startTestPostgres(): Promise<TestPostgres> {
  const folder = await mkdtemp(join(tmpdir(), 'switchyard-tests-'));
  // As root, the server runs as another user, who has to pass.
  await chmod(folder, 0o755);
  const postgres = await startEmbeddedPostgres({
    dataDir: join(folder, 'postgres'),
    log: silentLog,
    settings: {
      fsync: 'off',
      synchronous_commit: 'off',
      full_page_writes: 'off',
      max_connections: '300',
      autovacuum: 'off',
    },
  });
  await makeTemplate(postgres.url);
  return {
    url: postgres.url,
    template,
    async stop() {
      await postgres.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function makeTemplate(url: string): Promise<void> {
  await runAlone(url, `create database ${template}`);
  const db = await openDatabase({
    url: withDatabase(url, template),
    applicationName: 'template',
    log: silentLog,
  });
  try {
    await migrate(db, await readMigrations());
    const jobs = await createJobs({ db, log: silentLog, queues: [] });
    await jobs.stop();
  } finally {
    await db.close();
  }
}
