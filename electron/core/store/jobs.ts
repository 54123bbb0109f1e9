import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Kysely, sql } from 'kysely';
import pg from 'pg';
import {
  type Db as BossDatabase,
  fromKysely,
  type JobAttempt,
  type JobResult,
  type JobWithMetadata,
  PgBoss,
} from 'pg-boss';
import { AppError } from '../../../shared/model/errors.ts';
import type { Log } from '../ports.ts';
import { type Db, toStoreError } from './db.ts';
import type { Database } from './tables.ts';

/** The queues of a program and what a job of each carries; a payload is kept as JSON. */
type PayloadsOf<Payloads> = { [Name in keyof Payloads]: object };
type NameOf<Payloads> = keyof Payloads & string;

export interface JobsOptions<Payloads extends PayloadsOf<Payloads>> {
  db: Db;
  log: Log;
  queues: readonly NameOf<Payloads>[];
}

export interface EnqueueOptions {
  /**
   * One waiting job with this key is enough: while one waits, another is not added, and the one that waits starts at
   * the earlier of the two times. A job that has begun does not count, nor one that waits to be tried again.
   */
  key?: string;
  /** By the database's clock; at once if left out. */
  startAfterMs?: number;
  /** Higher ones first; 0 if left out. */
  priority?: number;
}

export interface JobContext {
  jobId: string;
  /** 0 the first time, and 1 more for every time that the job failed or its runner died. */
  retries: number;
  /** Aborted when the program stops or another runner has taken the job over. */
  signal: AbortSignal;
}

export interface WorkOptions<Payload> {
  /** How many jobs of the queue this program works on at once. */
  concurrency: number;
  /**
   * A job is done when this resolves. It is tried again, later each time, when this rejects; at once set aside as a
   * dead letter when it rejects with an `AppError` that is not to be retried. It may run again although it
   * succeeded, so what it does has to bear repetition.
   */
  handler: (payload: Payload, context: JobContext) => Promise<void>;
}

export interface QueueCounts {
  /** Might begin now. */
  ready: number;
  active: number;
  /** Never tried yet, and to begin later. */
  delayed: number;
  /** Failed, and to be tried again later. */
  retrying: number;
}

export interface Jobs<Payloads extends PayloadsOf<Payloads>> {
  /** Adds a job that exists if and only if the caller's transaction commits; workers wake with the commit. */
  enqueue<Name extends NameOf<Payloads>>(
    tx: Kysely<Database>,
    name: Name,
    payload: Payloads[Name],
    options?: EnqueueOptions,
  ): Promise<void>;
  /** Begins to work on a queue. However many programs do, each job is given to one of them at a time. */
  work<Name extends NameOf<Payloads>>(name: Name, options: WorkOptions<Payloads[Name]>): Promise<void>;
  /** Ends the waiting of these queues' jobs, for a delay or to be tried again: what they waited for is there. */
  endWaiting(names: readonly NameOf<Payloads>[]): Promise<void>;
  /** What is left to do in each queue. */
  pending(): Promise<Record<NameOf<Payloads>, QueueCounts>>;
  /**
   * For scenarios: lets the time pass that jobs merely wait for. Retries and delays are over, and jobs whose runner is
   * dead are taken from it; a live runner keeps its own. Delays of the queues in `exceptDelaysOf` stay. Gives how many
   * jobs were moved.
   */
  passTime(options?: { exceptDelaysOf?: readonly NameOf<Payloads>[] }): Promise<number>;
  /** For scenarios: brings the delayed jobs of a queue nearer, as if this time had passed. Gives how many there are. */
  shiftDelays(name: NameOf<Payloads>, ms: number): Promise<number>;
  /**
   * Takes no more jobs and waits for those that have begun, 10 s if left out and at least 1 s; jobs that last longer
   * are given back. The database stays open.
   */
  stop(options?: { timeoutMs?: number }): Promise<void>;
}

/** The attempt at a job that a runner has claimed. */
interface StartedJob extends JobAttempt {
  name: string;
}

/** A worker of pg-boss as far as waking it goes. */
interface Worker {
  id: string | null;
  isBusy: boolean;
}

const deadLetters = 'dead-letters';
const wakeChannel = 'switchyard_jobs';
const rollCallChannel = 'switchyard_jobs_roll_call';

const tenYearsSeconds = 10 * 365 * 86_400;
const fallbackPollSeconds = 2;
/** A dead runner is noticed after this and taken over at the next check. */
const heartbeatSeconds = 20;
const heartbeatRefreshSeconds = 5;
const checkIntervalSeconds = 10;
/** Far longer than a live runner needs to answer on this machine. */
const rollCallMs = 300;

/** A try a minute at least: an outage of months loses nothing. */
const retryLimit = 1_000_000;

const queueSettings = {
  retryLimit,
  retryDelay: 1,
  retryBackoff: true,
  retryDelayMax: 60,
  heartbeatSeconds,
  expireInSeconds: 900,
  retentionSeconds: tenYearsSeconds,
  deleteAfterSeconds: 86_400,
};

/**
 * Installs the queues if need be and gives access to them. Every program that has the database may both add jobs and
 * work on them.
 */
export async function createJobs<Payloads extends PayloadsOf<Payloads>>(
  options: JobsOptions<Payloads>,
): Promise<Jobs<Payloads>> {
  const { db, log, queues } = options;
  const workers = new Map<string, Worker[]>();
  const active = new Map<string, StartedJob>();
  const boss = createBoss(db, log);
  await boss.start();
  await ensureQueues(boss, queues);

  function wakeOne(name: string): void {
    const idle = workers.get(name)?.find((worker) => !worker.isBusy);
    if (idle?.id != null) boss.notifyWorker(idle.id);
  }

  async function answerRollCall(): Promise<void> {
    for (const job of active.values()) await boss.touch(job.name, { id: job.id, retryCount: job.retryCount });
  }

  const listenings = await Promise.all([
    db.listen(wakeChannel, (name) => {
      if (name === null) for (const queue of queues) wakeOne(queue);
      else wakeOne(name);
    }),
    db.listen(rollCallChannel, () => {
      answerRollCall().catch((thrown: unknown) => log.warn({ err: thrown }, 'A roll call was not answered'));
    }),
  ]);

  async function runJob<Name extends NameOf<Payloads>>(
    name: Name,
    worker: Worker,
    job: JobWithMetadata<Payloads[Name]>,
    handler: WorkOptions<Payloads[Name]>['handler'],
  ): Promise<JobResult> {
    worker.isBusy = true;
    active.set(job.id, { id: job.id, name, retryCount: job.retryCount });
    // There may be more than the one job that a notification announced.
    wakeOne(name);
    try {
      await handler(job.data, { jobId: job.id, retries: job.retryCount, signal: job.signal });
      return { id: job.id, status: 'completed' };
    } catch (thrown) {
      return judgeFailure(job, thrown, log.child({ queue: name, jobId: job.id }));
    } finally {
      active.delete(job.id);
      worker.isBusy = false;
      // Looks for the next job at once instead of after a pause.
      if (worker.id !== null) boss.notifyWorker(worker.id);
    }
  }

  return {
    enqueue: (tx, name, payload, how = {}) => enqueue(boss, tx, { name, payload, ...how }),
    async work(name, { concurrency, handler }) {
      for (let count = 0; count < concurrency; count += 1) {
        const worker: Worker = { id: null, isBusy: false };
        worker.id = await boss.work<Payloads[typeof name], JobResult[], typeof workSettings>(
          name,
          workSettings,
          async (jobs) => await Promise.all(jobs.map((job) => runJob(name, worker, job, handler))),
        );
        workers.set(name, [...(workers.get(name) ?? []), worker]);
      }
    },
    async endWaiting(names) {
      await wakeAll(db, await startWaiting(db, names));
    },
    pending: () => countPending(db, queues),
    async passTime({ exceptDelaysOf = [] } = {}) {
      const lost = await findLostJobs(db);
      for (const { name, id, retryCount } of lost) {
        await boss.fail(name, { id, retryCount }, { message: 'The runner of the job is gone' });
      }
      const moved = await endWaiting(db, exceptDelaysOf);
      await wakeAll(db, moved);
      return moved.length;
    },
    async shiftDelays(name, ms) {
      const moved = await bringNearer(db, name, ms);
      await wakeAll(db, moved);
      return moved.length;
    },
    async stop({ timeoutMs = 10_000 } = {}) {
      await boss.stop({ graceful: true, timeout: timeoutMs, close: false });
      for (const listening of listenings) await listening.close();
    },
  };
}

const workSettings = {
  includeMetadata: true,
  perJobResults: true,
  batchSize: 1,
  pollingIntervalSeconds: fallbackPollSeconds,
  heartbeatRefreshSeconds,
} as const;

function createBoss(db: Db, log: Log): PgBoss {
  const boss = new PgBoss({
    db: bossDatabase(db),
    schedule: false,
    registerInstance: false,
    openTelemetry: { enabled: false },
    superviseIntervalSeconds: checkIntervalSeconds,
    monitorIntervalSeconds: checkIntervalSeconds,
    // Jobs that wait for other jobs are not used.
    flowIntervalSeconds: 3_600,
  });
  boss.on('error', (thrown) => log.warn({ err: toStoreError(thrown) }, 'The job queue failed and goes on'));
  boss.on('warning', ({ message, data }) => log.warn({ data }, message));
  return boss;
}

/** pg-boss on our pool; it reads values as pg gives them by default. */
function bossDatabase(db: Db): BossDatabase {
  return {
    async executeSql(text, values) {
      try {
        return await db.pool.query({ text, values: values ?? [], types: pg.types });
      } catch (thrown) {
        throw toStoreError(thrown);
      }
    },
  };
}

/** The policy `short` keeps one waiting job for each key. */
async function ensureQueues(boss: PgBoss, queues: readonly string[]): Promise<void> {
  await boss.createQueue(deadLetters, { retentionSeconds: tenYearsSeconds });
  const settings = { ...queueSettings, deadLetter: deadLetters };
  for (const name of queues) {
    await boss.createQueue(name, { ...settings, policy: 'short' });
    await boss.updateQueue(name, settings);
  }
}

interface NewJob extends EnqueueOptions {
  name: string;
  payload: object;
}

const enqueueAttempts = 20;

async function enqueue(boss: PgBoss, tx: Kysely<Database>, job: NewJob): Promise<void> {
  const { name, payload, key = randomUUID(), startAfterMs = 0, priority = 0 } = job;
  for (let attempt = 0; attempt < enqueueAttempts; attempt += 1) {
    const id = await boss.send(name, payload, {
      db: fromKysely(tx),
      singletonKey: key,
      startAfter: startAfterMs / 1000,
      priority,
    });
    if (id !== null || (await holdWaitingJob(tx, { name, key, startAfterMs, priority }))) {
      await sql`select pg_notify(${wakeChannel}, ${name})`.execute(tx);
      return;
    }
  }
  throw new AppError(
    'internal',
    `A job of the queue ${name} could not be added, because its key is too busy.`,
  );
}

/**
 * Locks the waiting job until the caller's transaction ends, so that it cannot begin before the caller's changes are
 * to be seen, and brings its start forward. False where it has begun meanwhile.
 */
async function holdWaitingJob(
  tx: Kysely<Database>,
  job: Required<Omit<NewJob, 'payload'>>,
): Promise<boolean> {
  const { rows } = await sql`
    update pgboss.job
    set start_after = least(start_after, now() + ${job.startAfterMs} * interval '1 millisecond'),
        priority = greatest(priority, ${job.priority})
    where name = ${job.name} and singleton_key = ${job.key} and state = 'created'
    returning id`.execute(tx);
  return rows.length > 0;
}

/** Unknown failures are retried like those that are known to pass: a case must not be lost to a mistake of ours. */
function judgeFailure(
  job: Pick<JobWithMetadata, 'id' | 'retryCount' | 'retryLimit'>,
  thrown: unknown,
  log: Log,
): JobResult {
  const isHopeless = thrown instanceof AppError && !thrown.isRetried;
  const output = { message: thrown instanceof Error ? thrown.message : String(thrown) };
  if (isHopeless || job.retryCount >= job.retryLimit) {
    log.error(
      { err: thrown, retries: job.retryCount },
      'A job failed for good and is set aside as a dead letter',
    );
    return { id: job.id, status: 'deadletter', output };
  }
  log.warn({ err: thrown, retries: job.retryCount }, 'A job failed and is tried again later');
  return { id: job.id, status: 'failed', output };
}

async function countPending<Name extends string>(
  db: Db,
  queues: readonly Name[],
): Promise<Record<Name, QueueCounts>> {
  const { rows } = await sql<QueueCounts & { name: Name }>`
    select name,
           count(*) filter (where state in ('created', 'retry') and start_after <= now()) as ready,
           count(*) filter (where state = 'active') as active,
           count(*) filter (where state = 'created' and start_after > now()) as delayed,
           count(*) filter (where state = 'retry' and start_after > now()) as retrying
    from pgboss.job
    where state in ('created', 'retry', 'active') and name = any(${queues})
    group by name`.execute(db.kysely);
  const none: QueueCounts = { ready: 0, active: 0, delayed: 0, retrying: 0 };
  const counted = new Map(rows.map(({ name, ...counts }) => [name, counts]));
  return Object.fromEntries(queues.map((name) => [name, counted.get(name) ?? none])) as Record<
    Name,
    QueueCounts
  >;
}

interface MovedJob {
  name: string;
}

/** Jobs that have begun and that no live runner answers for, when all are asked. */
async function findLostJobs(db: Db): Promise<StartedJob[]> {
  const { rows: asked } = await sql<{ id: string; asked_at: string }>`
    select id, clock_timestamp()::text as asked_at from pgboss.job where state = 'active'`.execute(db.kysely);
  const askedAt = asked[0]?.asked_at;
  if (askedAt === undefined) return [];
  await sql`select pg_notify(${rollCallChannel}, '')`.execute(db.kysely);
  await sleep(rollCallMs);
  const { rows } = await sql<StartedJob>`
    select name, id, retry_count as "retryCount" from pgboss.job
    where state = 'active' and id = any(${asked.map(({ id }) => id)}::uuid[])
      and coalesce(heartbeat_on, started_on) < ${askedAt}::timestamptz`.execute(db.kysely);
  return rows;
}

async function endWaiting(db: Db, exceptDelaysOf: readonly string[]): Promise<MovedJob[]> {
  const { rows } = await sql<MovedJob>`
    update pgboss.job set start_after = now()
    where start_after > now()
      and (state = 'retry' or (state = 'created' and name <> all(${exceptDelaysOf})))
    returning name`.execute(db.kysely);
  return rows;
}

async function startWaiting(db: Db, names: readonly string[]): Promise<MovedJob[]> {
  const { rows } = await sql<MovedJob>`
    update pgboss.job set start_after = now()
    where start_after > now() and state in ('created', 'retry') and name = any(${names})
    returning name`.execute(db.kysely);
  return rows;
}

async function bringNearer(db: Db, queue: string, ms: number): Promise<MovedJob[]> {
  const { rows } = await sql<MovedJob>`
    update pgboss.job set start_after = start_after - ${ms} * interval '1 millisecond'
    where name = ${queue} and state = 'created' and start_after > now()
    returning name`.execute(db.kysely);
  return rows;
}

async function wakeAll(db: Db, moved: readonly MovedJob[]): Promise<void> {
  for (const name of new Set(moved.map((job) => job.name))) {
    await sql`select pg_notify(${wakeChannel}, ${name})`.execute(db.kysely);
  }
}
