import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AppError } from '../../../shared/model/errors.ts';
import { type Db, openDatabase } from './db.ts';
import { createJobs, type JobContext, type Jobs } from './jobs.ts';
import { createTestDatabase, silentLog, type TestDatabase } from './test-database.ts';

interface Payloads {
  agent: { request: string };
  reminder: { request: string };
}

const queues = ['agent', 'reminder'] as const;

let database: TestDatabase;
let db: Db;
let jobs: Jobs<Payloads>;
let opened: { close(): Promise<void> }[];
const log = { ...silentLog, error: vi.fn(), child: () => log };

beforeEach(async () => {
  log.error.mockClear();
  opened = [];
  database = await createTestDatabase();
  ({ db, jobs } = await openProgram());
});

afterEach(async () => {
  for (const program of opened) await program.close();
  await database.drop();
});

async function openProgram(): Promise<{ db: Db; jobs: Jobs<Payloads> }> {
  const programDb = await openDatabase({ url: database.url, applicationName: 'jobs', log });
  const programJobs = await createJobs<Payloads>({ db: programDb, log, queues });
  opened.push({
    async close() {
      await programJobs.stop();
      await programDb.close();
    },
  });
  return { db: programDb, jobs: programJobs };
}

/** Works on a queue and remembers what it was given. */
async function record(
  handler: (request: string, context: JobContext) => Promise<void> = async () => {},
): Promise<string[]> {
  const done: string[] = [];
  await jobs.work('agent', {
    concurrency: 2,
    handler: async ({ request }, context) => {
      await handler(request, context);
      done.push(request);
    },
  });
  return done;
}

describe('a job', () => {
  it('of a transaction that commits is done at once, and of one that is rolled back never', async () => {
    const done = await record();
    await expect(
      db.transaction(async (tx) => {
        await jobs.enqueue(tx, 'agent', { request: 'rolled back' });
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    const begun = performance.now();
    await db.transaction((tx) => jobs.enqueue(tx, 'agent', { request: 'committed' }));
    await expect.poll(() => done, { interval: 5 }).toEqual(['committed']);
    expect(performance.now() - begun).toBeLessThan(500);
    await expect.poll(() => jobs.pending()).toEqual(nothing);
  });

  it('is done once, however many programs work, and many are done without pauses', async () => {
    const done = await record();
    const other = await openProgram();
    await other.jobs.work('agent', {
      concurrency: 3,
      handler: async ({ request }) => void done.push(request),
    });
    const requests = Array.from({ length: 60 }, (_, index) => `REV-${index}`);
    const begun = performance.now();
    await db.transaction(async (tx) => {
      for (const request of requests) await jobs.enqueue(tx, 'agent', { request });
    });
    await expect.poll(() => done.length, { interval: 10, timeout: 5_000 }).toBe(60);
    expect([...done].sort()).toEqual([...requests].sort());
    expect(performance.now() - begun).toBeLessThan(2_000);
  });

  it('comes before those of a lower priority', async () => {
    await jobs.enqueue(db.kysely, 'agent', { request: 'later' });
    await jobs.enqueue(db.kysely, 'agent', { request: 'first' }, { priority: 5 });
    const done: string[] = [];
    await jobs.work('agent', { concurrency: 1, handler: async ({ request }) => void done.push(request) });
    await expect.poll(() => done).toEqual(['first', 'later']);
  });
});

const none = { ready: 0, active: 0, delayed: 0, retrying: 0 };
const nothing = { agent: none, reminder: none };

describe('a key', () => {
  it('adds one waiting job only, which starts at the earliest time that was asked for', async () => {
    const add = (startAfterMs: number) =>
      jobs.enqueue(db.kysely, 'agent', { request: 'REV-1' }, { key: 'REV-1', startAfterMs });
    await add(60_000);
    await add(90_000);
    expect(await jobs.pending()).toEqual({ ...nothing, agent: { ...none, delayed: 1 } });
    await add(0);
    expect(await jobs.pending()).toEqual({ ...nothing, agent: { ...none, ready: 1 } });
  });

  it('does not keep a new job from being added while one of that key has begun', async () => {
    const { promise: gate, resolve: open } = Promise.withResolvers<void>();
    const done = await record(() => gate);
    const add = () => jobs.enqueue(db.kysely, 'agent', { request: 'REV-1' }, { key: 'REV-1' });
    await add();
    await expect.poll(async () => (await jobs.pending()).agent.active).toBe(1);
    await add();
    open();
    await expect.poll(() => done).toEqual(['REV-1', 'REV-1']);
  });

  it('lets a waiting job begin only after the transaction that counts on it', async () => {
    await jobs.enqueue(db.kysely, 'agent', { request: 'REV-1' }, { key: 'REV-1', startAfterMs: 60_000 });
    const seen: string[] = [];
    await sql`create table notes (note text)`.execute(db.kysely);
    await jobs.work('agent', {
      concurrency: 1,
      handler: async () => {
        const { rows } = await sql<{ note: string }>`select note from notes`.execute(db.kysely);
        seen.push(...rows.map(({ note }) => note), 'end');
      },
    });
    await db.transaction(async (tx) => {
      await jobs.enqueue(tx, 'agent', { request: 'REV-1' }, { key: 'REV-1' });
      await new Promise((resolve) => setTimeout(resolve, 100));
      await sql`insert into notes values ('written before the commit')`.execute(tx);
    });
    await expect.poll(() => seen).toEqual(['written before the commit', 'end']);
  });
});

describe('a job that fails', () => {
  it('is tried again after a growing pause when the failure may pass or is unknown', async () => {
    const failures = [new AppError('vendor_busy', 'busy'), new Error('unknown')];
    const retries: number[] = [];
    const done = await record(async (_request, context) => {
      retries.push(context.retries);
      const failure = failures[context.retries];
      if (failure !== undefined) throw failure;
    });
    await jobs.enqueue(db.kysely, 'agent', { request: 'REV-1' });
    const pauses: number[] = [];
    for (const count of [1, 2]) {
      await expect.poll(() => retries.length).toBe(count);
      await expect.poll(async () => (await jobs.pending()).agent.retrying).toBe(1);
      const { rows } = await sql<{ pause: number }>`
        select extract(epoch from start_after - now())::float8 as pause from pgboss.job where state = 'retry'`.execute(
        db.kysely,
      );
      pauses.push(rows[0]?.pause ?? 0);
      expect(await jobs.passTime()).toBe(1);
    }
    await expect.poll(() => done).toEqual(['REV-1']);
    expect(retries).toEqual([0, 1, 2]);
    expect(pauses[0]).toBeLessThanOrEqual(2);
    expect(pauses[1]).toBeGreaterThan(1.5);
    expect(log.error).not.toHaveBeenCalled();
  });

  it('is set aside, with an error in the log, when the failure will not pass', async () => {
    await record(async () => {
      throw new AppError('vendor_refused', 'The validation rule says no.');
    });
    await jobs.enqueue(db.kysely, 'agent', { request: 'REV-1' });
    await expect.poll(() => log.error.mock.calls.length).toBe(1);
    await expect.poll(() => jobs.pending()).toEqual(nothing);
    const { rows } = await sql`
      select data, source_name, source_output ->> 'message' as message from pgboss.job
      where name = 'dead-letters'`.execute(db.kysely);
    expect(rows).toEqual([
      { data: { request: 'REV-1' }, source_name: 'agent', message: 'The validation rule says no.' },
    ]);
  });
});

describe('passing time', () => {
  it('takes jobs from a runner that was killed, and none from one that lives', async () => {
    const { promise: gate, resolve: open } = Promise.withResolvers<void>();
    const started: string[] = [];
    const done = await record(async (request, { retries }) => {
      started.push(`${request} ${retries}`);
      await gate;
    });
    await jobs.enqueue(db.kysely, 'agent', { request: 'slow' });
    await expect.poll(() => started).toEqual(['slow 0']);

    await jobs.enqueue(db.kysely, 'reminder', { request: 'lost' });
    await killRunnerAtWork();
    expect((await jobs.pending()).reminder.active).toBe(1);
    expect(await jobs.passTime()).toBe(1);
    expect((await jobs.pending()).reminder).toEqual({ ...none, ready: 1 });

    const reminders: string[] = [];
    await jobs.work('reminder', {
      concurrency: 1,
      handler: async ({ request }, { retries }) => void reminders.push(`${request} ${retries}`),
    });
    await expect.poll(() => reminders).toEqual(['lost 1']);
    open();
    await expect.poll(() => done).toEqual(['slow']);
    expect(started).toEqual(['slow 0']);
  });

  it('ends what the jobs of some queues wait for', async () => {
    await jobs.enqueue(db.kysely, 'agent', { request: 'REV-1' }, { startAfterMs: 60_000 });
    await jobs.enqueue(db.kysely, 'reminder', { request: 'REV-1' }, { startAfterMs: 60_000 });
    await jobs.endWaiting(['agent']);
    expect(await jobs.pending()).toEqual({ agent: { ...none, ready: 1 }, reminder: { ...none, delayed: 1 } });
  });

  it('ends delays, but not those of the queues that are named; they can be brought nearer', async () => {
    await jobs.enqueue(db.kysely, 'agent', { request: 'REV-1' }, { startAfterMs: 60_000 });
    await jobs.enqueue(db.kysely, 'reminder', { request: 'REV-1' }, { startAfterMs: 3_600_000 });
    expect(await jobs.passTime({ exceptDelaysOf: ['reminder'] })).toBe(1);
    await jobs.shiftDelays('reminder', 3_500_000);
    expect(await jobs.pending()).toEqual({ agent: { ...none, ready: 1 }, reminder: { ...none, delayed: 1 } });
    await jobs.shiftDelays('reminder', 100_000);
    expect((await jobs.pending()).reminder).toEqual({ ...none, ready: 1 });
  });
});

/** Another program takes a reminder and is killed before it is done. */
async function killRunnerAtWork(): Promise<void> {
  const script = `
    const { openDatabase } = await import(${JSON.stringify(new URL('./db.ts', import.meta.url).href)});
    const { createJobs } = await import(${JSON.stringify(new URL('./jobs.ts', import.meta.url).href)});
    const log = { debug() {}, info() {}, warn() {}, error() {}, child() { return log; } };
    const db = await openDatabase({ url: ${JSON.stringify(database.url)}, applicationName: 'killed', log });
    const jobs = await createJobs({ db, log, queues: ${JSON.stringify(queues)} });
    await jobs.work('reminder', { concurrency: 1, handler: () => { console.log('begun'); return new Promise(() => {}); } });`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  child.kill('SIGKILL');
  await once(child, 'exit');
}

describe('programs', () => {
  it('install the queues together when they start at once on an empty database', async () => {
    const empty = await createTestDatabase({ isEmpty: true });
    const dbs = await Promise.all(
      [1, 2, 3].map(() => openDatabase({ url: empty.url, applicationName: 'installer', log })),
    );
    const programs = await Promise.all(dbs.map((one) => createJobs<Payloads>({ db: one, log, queues })));
    expect(await programs[2]?.pending()).toEqual(nothing);
    for (const program of programs) await program.stop();
    for (const one of dbs) await one.close();
    await empty.drop();
  });

  it('let jobs that have begun finish before they stop', async () => {
    const { promise: gate, resolve: open } = Promise.withResolvers<void>();
    const done = await record(() => gate);
    await jobs.enqueue(db.kysely, 'agent', { request: 'REV-1' });
    await expect.poll(async () => (await jobs.pending()).agent.active).toBe(1);
    setTimeout(open, 200);
    await jobs.stop();
    expect(done).toEqual(['REV-1']);
    expect(await jobs.pending()).toEqual(nothing);
  });

  it('give a job back, and abort it, when it does not end in the time they have to stop', async () => {
    const aborted: unknown[] = [];
    await record(async (_request, { signal }) => {
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
      aborted.push(signal.aborted);
    });
    await jobs.enqueue(db.kysely, 'agent', { request: 'REV-1' });
    await expect.poll(async () => (await jobs.pending()).agent.active).toBe(1);
    await jobs.stop({ timeoutMs: 1_000 });
    await expect.poll(() => aborted).toEqual([true]);
    expect((await jobs.pending()).agent.active).toBe(0);
    await jobs.passTime();
    expect((await jobs.pending()).agent.ready).toBe(1);
  });
});
