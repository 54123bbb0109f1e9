import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import type { Log } from '../ports.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** A Postgres for each worker of this run of the tests, with a database in it that has the whole schema. */
    testPostgres: { url: string; template: string }[];
  }
}

export interface TestDatabase {
  url: string;
  /** Closes whatever is still connected and removes the database. */
  drop(): Promise<void>;
}

/** The server that no other test uses at the same time. */
export function serverOfThisWorker(): { url: string; template: string } {
  const server = inject('testPostgres')[Number(process.env.VITEST_POOL_ID) - 1];
  if (!server) throw new Error(`There is no Postgres for worker ${process.env.VITEST_POOL_ID}`);
  return server;
}

/**
 * A database of its own in the server of this worker, with the schema and the job queues in place, or empty. It takes
 * some 50 ms.
 */
export function createTestDatabase(options: { isEmpty?: boolean } = {}): Promise<TestDatabase> {
  const { url, template } = serverOfThisWorker();
  return createDatabaseFrom({ url, template: options.isEmpty ? 'template0' : template });
}

/** A database of its own, made from a template, in the server at the address. */
export async function createDatabaseFrom(source: { url: string; template: string }): Promise<TestDatabase> {
  const { url, template } = source;
  const name = `test_${randomBytes(6).toString('hex')}`;
  await runAlone(url, `create database ${name} template ${template}`);
  return {
    url: withDatabase(url, name),
    drop: () => runAlone(url, `drop database if exists ${name} with (force)`),
  };
}

export function withDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
}

/** One statement on a connection of its own. */
export async function runAlone(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

export const silentLog: Log = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  child: () => silentLog,
};
