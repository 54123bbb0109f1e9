import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Db, openDatabase } from '../store/db.ts';
import { createTestDatabase, silentLog, type TestDatabase } from '../store/test-database.ts';
import { createFaults, type Faults } from './faults.ts';
import { type PostgresProxy, startPostgresProxy } from './postgres-proxy.ts';

let database: TestDatabase;
let proxy: PostgresProxy;
let faults: Faults;
let db: Db;

beforeEach(async () => {
  database = await createTestDatabase({ isEmpty: true });
  faults = createFaults();
  const { hostname, port } = new URL(database.url);
  const target = { host: hostname, port: Number(port) };
  proxy = await startPostgresProxy({ target, faults, log: silentLog, timeoutHoldMs: 200 });
  const url = Object.assign(new URL(database.url), { port: String(proxy.port) }).href;
  db = await openDatabase({ url, applicationName: 'proxied', log: silentLog });
  await sql`create table words (word text)`.execute(db.kysely);
});

afterEach(async () => {
  await db.close();
  await proxy.stop();
  await database.drop();
});

const insert = (word: string) => sql`insert into words values (${word})`.execute(db.kysely);

async function words(): Promise<string[]> {
  const { rows } = await sql<{ word: string }>`select word from words order by word`.execute(db.kysely);
  return rows.map(({ word }) => word);
}

describe('a fault in front of Postgres', () => {
  it.each(['http_503', 'http_429', 'reset', 'timeout'] as const)(
    '%s befalls as many requests as it is armed for and carries none out',
    async (kind) => {
      faults.arm('postgres', kind, 2);
      await expect(insert('first')).rejects.toMatchObject({ code: 'store_unreachable' });
      await expect(insert('second')).rejects.toMatchObject({ code: 'store_unreachable' });
      await insert('third');
      expect(await words()).toEqual(['third']);
      expect(faults.armed()).toEqual([]);
    },
  );

  it('says of an overloaded server that it is tried again', async () => {
    faults.arm('postgres', 'http_503', 1);
    await expect(words()).rejects.toThrow(/starting, stopping or overloaded/);
  });

  it('write_then_reset carries a single statement out and loses its answer', async () => {
    faults.arm('postgres', 'write_then_reset', 1);
    expect(await words()).toEqual([]);
    await expect(insert('kept')).rejects.toMatchObject({ code: 'store_unreachable' });
    expect(await words()).toEqual(['kept']);
  });

  it('write_then_reset spares the statements of a transaction and loses the answer to its commit', async () => {
    faults.arm('postgres', 'write_then_reset', 1);
    const outcome = db.transaction(async (tx) => {
      await sql`insert into words values ('one')`.execute(tx);
      await sql`insert into words values ('two')`.execute(tx);
    });
    await expect(outcome).rejects.toMatchObject({ code: 'store_unreachable' });
    expect(await words()).toEqual(['one', 'two']);
  });

  it('leaves answers of any size as they are', async () => {
    const { rows } = await sql<{ text: string }>`select repeat('switchyard ', 200000) as text`.execute(
      db.kysely,
    );
    expect(rows[0]?.text.length).toBe(2_200_000);
  });
});
