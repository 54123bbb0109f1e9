import type { TestProject } from 'vitest/node';
import { startTestPostgres } from './test-postgres.ts';

/** One Postgres for the whole run. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { url, template, stop } = await startTestPostgres();
  project.provide('testPostgres', { url, template });
  return stop;
}
