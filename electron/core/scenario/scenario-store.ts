import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { sql } from 'kysely';
import { queueNames } from '../automations/queues.ts';
import type { Log } from '../ports.ts';
import { type Db, openDatabase } from '../store/db.ts';
import { startEmbeddedPostgres } from '../store/embedded-postgres.ts';
import { createJobs } from '../store/jobs.ts';
import { migrate, readMigrations } from '../store/migrate.ts';

/** A Postgres for scenarios, each in a database of its own, forgotten afterwards. */
export interface ScenarioStore {
  readonly port: number;
  createDatabase(): Promise<{ url: string; drop(): Promise<void> }>;
  stop(): Promise<void>;
}

const template = 'scenario_template';

function withDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
}

export async function startScenarioStore(log: Log): Promise<ScenarioStore> {
  const folder = await mkdtemp(path.join(tmpdir(), 'switchyard-scenario-'));
  // As root, the server runs as another user, who has to pass.
  await chmod(folder, 0o755);
  const postgres = await startEmbeddedPostgres({
    dataDir: path.join(folder, 'postgres'),
    log,
    // Nothing of it is to be kept.
    settings: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', autovacuum: 'off' },
  });
  const open = (url: string): Promise<Db> =>
    openDatabase({ url, applicationName: 'scenario', log, maxConnections: 2 });
  const admin = await open(postgres.url);
  await sql`create database ${sql.id(template)}`.execute(admin.kysely);
  const prepared = await open(withDatabase(postgres.url, template));
  await migrate(prepared, await readMigrations());
  const jobs = await createJobs({ db: prepared, log, queues: queueNames });
  await jobs.stop();
  await prepared.close();
  let count = 0;

  return {
    port: postgres.port,
    async createDatabase() {
      count += 1;
      const name = `scenario_${count}`;
      await sql`create database ${sql.id(name)} template ${sql.id(template)}`.execute(admin.kysely);
      return {
        url: withDatabase(postgres.url, name),
        async drop() {
          await sql`drop database if exists ${sql.id(name)} with (force)`.execute(admin.kysely);
        },
      };
    },
    async stop() {
      await admin.close();
      await postgres.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
