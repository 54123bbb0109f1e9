import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Db, openDatabase } from './db.ts';
import { type Migration, migrate, readMigrations } from './migrate.ts';
import { createTestDatabase, silentLog, type TestDatabase } from './test-database.ts';

let database: TestDatabase;
let db: Db;

beforeEach(async () => {
  database = await createTestDatabase({ isEmpty: true });
  db = await open();
});

afterEach(async () => {
  await db.close();
  await database.drop();
});

function open(): Promise<Db> {
  return openDatabase({ url: database.url, applicationName: 'tests', log: silentLog });
}

function step(number: number, statements: string): Migration {
  return { number, name: `step-${number}`, sql: statements, checksum: `of ${statements}` };
}

const first = step(1, 'create table words (word text); create index on words (word);');
const second = step(2, `insert into words values ('two')`);

async function words(): Promise<unknown[]> {
  const { rows } = await sql<{ word: string }>`select word from words`.execute(db.kysely);
  return rows.map(({ word }) => word);
}

describe('migrate', () => {
  it('applies each step once, in order, over several starts', async () => {
    expect([
      await migrate(db, [first]),
      await migrate(db, [first, second]),
      await migrate(db, [first, second]),
    ]).toEqual([1, 1, 0]);
    expect(await words()).toEqual(['two']);
  });

  it('applies each step once when several programs start at once', async () => {
    const programs = await Promise.all([open(), open(), open()]);
    const counts = await Promise.all(programs.map((program) => migrate(program, [first, second])));
    await Promise.all(programs.map((program) => program.close()));
    expect(counts.reduce((sum, count) => sum + count)).toBe(2);
    expect(await words()).toEqual(['two']);
  });

  it('keeps the steps before one that fails, and nothing of it', async () => {
    const failing = step(3, `insert into words values ('three'); select 1 / 0`);
    await expect(migrate(db, [first, second, failing])).rejects.toMatchObject({ code: '22012' });
    expect(await words()).toEqual(['two']);
    expect(await migrate(db, [first, second, step(3, `insert into words values ('mended')`)])).toBe(1);
    expect(await words()).toEqual(['two', 'mended']);
  });

  it('refuses a database that a newer program has changed, naming both versions', async () => {
    await migrate(db, [first, second]);
    await expect(migrate(db, [first])).rejects.toMatchObject({
      code: 'store_newer',
      message: expect.stringMatching(/version 2.*up to 1.*Update this program/),
    });
  });

  it('refuses a step that was edited after it was applied', async () => {
    await migrate(db, [first]);
    await expect(migrate(db, [{ ...first, checksum: 'another' }, second])).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringContaining('Migration 1 (step-1)'),
    });
    expect(await words()).toEqual([]);
  });
});

describe('the migrations of this program', () => {
  it('make the whole schema on an empty database', async () => {
    const migrations = await readMigrations();
    expect(await migrate(db, migrations)).toBe(migrations.length);
    const { rows } = await sql`select to_regclass('requests') is not null as is_there`.execute(db.kysely);
    expect(rows).toEqual([{ is_there: true }]);
  });

  it('are read in order, without heed to line ends, and not with a gap', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'switchyard-migrations-'));
    const url = pathToFileURL(`${folder}/`);
    await writeFile(join(folder, '0002-more-words.sql'), 'select 2;\r\n');
    await writeFile(join(folder, 'readme.md'), 'not a migration');
    await expect(readMigrations(url)).rejects.toThrow(/Migration 2/);
    await writeFile(join(folder, '0001-words.sql'), 'select 1;\n');
    const [one, two] = await readMigrations(url);
    expect([one?.name, two?.number, two?.name, two?.sql]).toEqual(['words', 2, 'more-words', 'select 2;\n']);
    await rm(folder, { recursive: true });
  });
});
