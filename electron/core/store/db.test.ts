import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../../shared/model/errors.ts';
import { type Db, openDatabase, toStoreError } from './db.ts';
import { createTestDatabase, runAlone, silentLog, type TestDatabase } from './test-database.ts';

let database: TestDatabase;
let db: Db;

beforeEach(async () => {
  database = await createTestDatabase({ isEmpty: true });
  db = await openDatabase({ url: database.url, applicationName: 'tests', log: silentLog, maxConnections: 3 });
});

afterEach(async () => {
  await db.close();
  await database.drop();
});

async function hangUp(name: string): Promise<void> {
  await runAlone(
    database.url,
    `select pg_terminate_backend(pid) from pg_stat_activity
     where datname = current_database() and pid <> pg_backend_pid() and application_name = 'switchyard ${name}'`,
  );
}

describe('values', () => {
  it('come as ISO texts in UTC, plain dates, safe numbers and parsed JSON', async () => {
    const { rows } = await sql`
      select timestamptz '2026-05-18 11:15:00.0409+02' as at, timestamp '2026-05-18 09:15:00' as at_utc,
             timestamptz 'infinity' as never, date '2026-05-18' as day, 42::bigint as small,
             9007199254740993::bigint as large, 1.50::numeric as amount, '{"a":[1]}'::jsonb as json`.execute(
      db.kysely,
    );
    expect(rows[0]).toEqual({
      at: '2026-05-18T09:15:00.040Z',
      at_utc: '2026-05-18T09:15:00.000Z',
      never: 'infinity',
      day: '2026-05-18',
      small: 42,
      large: '9007199254740993',
      amount: '1.50',
      json: { a: [1] },
    });
  });
});

describe('a transaction', () => {
  it('is rolled back when its work fails, and its error passes unchanged', async () => {
    await sql`create table words (word text primary key)`.execute(db.kysely);
    const insert = (work: Parameters<Db['transaction']>[0]) => db.transaction(work);
    await expect(
      insert(async (tx) => {
        await sql`insert into words values ('one')`.execute(tx);
        await sql`insert into words values ('one')`.execute(tx);
      }),
    ).rejects.toMatchObject({ code: '23505' });
    const { rows } = await sql`select word from words`.execute(db.kysely);
    expect(rows).toEqual([]);
  });
});

describe('a connection that cannot be made', () => {
  const open = (change: Partial<URL>) => {
    const url = Object.assign(new URL(database.url), change);
    return openDatabase({ url: url.href, applicationName: 'tests', log: silentLog });
  };

  it.each([
    ['a port where nothing listens', { port: '1' }, /:1 .*Nothing listens there/],
    ['an unknown host', { hostname: 'nowhere.invalid' }, /nowhere\.invalid.*not known/],
    ['a wrong password', { password: 'wrong' }, /user or the password is wrong/],
    ['a wrong database', { pathname: '/nowhere' }, /"nowhere".*does not exist/],
    ['TLS that the server does not speak', { search: '?sslmode=verify-full' }, /TLS/],
  ])('says what to check for %s', async (_what, change, message) => {
    await expect(open(change)).rejects.toMatchObject({
      code: 'store_unreachable',
      isRetried: true,
      message: expect.stringMatching(message),
    });
  });

  it('never shows the password', async () => {
    const failure = await open({ password: 'very-secret' }).catch((thrown: unknown) => thrown);
    expect(JSON.stringify(failure) + String(failure)).not.toContain('very-secret');
  });

  it.each(['localhost:5432', 'mysql://root@localhost/x', ''])('refuses the address %j', async (url) => {
    await expect(openDatabase({ url, applicationName: 'tests', log: silentLog })).rejects.toMatchObject({
      code: 'invalid_input',
    });
  });
});

describe('a connection that is lost', () => {
  it('fails the query under way as store_unreachable and is replaced by the next one', async () => {
    const sleeping = sql`select pg_sleep(30)`.execute(db.kysely);
    const failed = expect(sleeping).rejects.toMatchObject({ code: 'store_unreachable' });
    await expect.poll(() => db.pool.totalCount - db.pool.idleCount).toBe(1);
    await hangUp('tests');
    await failed;
    const { rows } = await sql`select 1 as one`.execute(db.kysely);
    expect(rows).toEqual([{ one: 1 }]);
  });

  it('fails the transaction under way and leaves no half of it', async () => {
    await sql`create table words (word text)`.execute(db.kysely);
    await expect(
      db.transaction(async (tx) => {
        await sql`insert into words values ('lost')`.execute(tx);
        await hangUp('tests');
        await sql`insert into words values ('never')`.execute(tx);
      }),
    ).rejects.toMatchObject({ code: 'store_unreachable' });
    const { rows } = await sql`select word from words`.execute(db.kysely);
    expect(rows).toEqual([]);
  });

  it('is what a query without an answer in time counts as', async () => {
    const quick = await openDatabase({
      url: database.url,
      applicationName: 'slow',
      log: silentLog,
      queryTimeoutMs: 100,
    });
    try {
      await expect(sql`select pg_sleep(5)`.execute(quick.kysely)).rejects.toMatchObject({
        code: 'store_unreachable',
      });
      const { rows } = await sql`select 1 as one`.execute(quick.kysely);
      expect(rows).toEqual([{ one: 1 }]);
    } finally {
      await quick.close();
    }
  });
});

describe('listening', () => {
  it('hears notifications, and learns of a gap after each lost connection', async () => {
    const heard: (string | null)[] = [];
    const listening = await db.listen('news', (payload) => heard.push(payload));
    const notify = (payload: string) => runAlone(database.url, `notify news, '${payload}'`);
    await notify('first');
    await expect.poll(() => heard).toEqual(['first']);

    for (const gaps of [1, 2]) {
      await hangUp('tests');
      await expect
        .poll(() => heard.filter((payload) => payload === null).length, { timeout: 5_000 })
        .toBe(gaps);
    }
    await notify('again');
    await expect.poll(() => heard).toEqual(['first', null, null, 'again']);

    await listening.close();
    await notify('unheard');
    await db.listen('news', (payload) => heard.push(`other ${payload}`));
    await notify('last');
    await expect.poll(() => heard.at(-1)).toBe('other last');
    expect(heard).not.toContain('unheard');
  });
});

describe('translation of errors', () => {
  it('leaves alone what is not about the connection', () => {
    const violation = Object.assign(new Error('duplicate key'), { code: '23505' });
    const refused = new AppError('forbidden', 'no');
    expect([toStoreError(violation), toStoreError(refused), toStoreError('thrown text')]).toEqual([
      violation,
      refused,
      'thrown text',
    ]);
  });
});
