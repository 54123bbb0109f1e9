import type { TestProject } from 'vitest/node';
import { startTestPostgres } from './test-postgres.ts';

/** A Postgres for each worker: a transaction of one test would hold back the change feed of another in the same server. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const workers = Array.from({ length: Number(project.vitest.config.maxWorkers) });
  const servers = await Promise.all(workers.map(() => startTestPostgres()));
  project.provide(
    'testPostgres',
    servers.map(({ url, template }) => ({ url, template })),
  );
  return async () => {
    await Promise.all(servers.map(({ stop }) => stop()));
  };
}
