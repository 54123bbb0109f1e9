import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Sqlite from 'better-sqlite3';
import pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { submitDecision } from '../../electron/core/agent/human-decision.ts';
import { type Queues, queueNames } from '../../electron/core/automations/queues.ts';
import type { Cache } from '../../electron/core/cache/cache.ts';
import { openCache } from '../../electron/core/cache/open-cache.ts';
import { createLog } from '../../electron/core/log.ts';
import { systemClock } from '../../electron/core/ports.ts';
import { appendAudit } from '../../electron/core/store/audit.ts';
import { createFeedStore } from '../../electron/core/store/changes.ts';
import { type Db, openDatabase } from '../../electron/core/store/db.ts';
import { startEmbeddedPostgres } from '../../electron/core/store/embedded-postgres.ts';
import { createJobs, type Jobs } from '../../electron/core/store/jobs.ts';
import { migrate, readMigrations } from '../../electron/core/store/migrate.ts';
import { findPerson } from '../../electron/core/store/people.ts';
import { runAlone, withDatabase } from '../../electron/core/store/test-database.ts';
import { decisionEntry } from '../../electron/core/sync/decision-entry.ts';
import { createDeskSync } from '../../electron/core/sync/desk-sync.ts';
import { createPull, type PullState } from '../../electron/core/sync/pull.ts';
import { createPushStore } from '../../electron/core/sync/push-store.ts';
import { type Bench, type BenchResult, quantile } from './bench-result.ts';
import { makeRequests, viewer } from './many-requests.ts';

const requestCount = Number(process.env.SWITCHYARD_BENCH_ROWS ?? 1_000_000);
const decisionCount = Number(process.env.SWITCHYARD_BENCH_DECISIONS ?? 10_000);
const deskCount = 20;
/** Changes that are taken in one after another, and those that 20 desks watch for. */
const singleChanges = 300;
/** The first ones plan the statements. */
const warmUpChanges = 10;
const sharedChanges = 200;

/** Zero's own first copy on 2 cores, measured before this was built. */
const peerRowsPerSecond = 75_000;
const fillShare = 0.75;
const applyLimitMs = 20;
const visibleLimitsMs = { p50: 30, p99: 150 };
/** Decisions under way at once, as many as a desk sends side by side. */
const sendingWidth = 8;

const log = createLog('error');

interface Place {
  folder: string;
  serverUrl: string;
}

async function openStore({ serverUrl }: Place, database: string, maxConnections = 10): Promise<Db> {
  await runAlone(serverUrl, `create database ${database}`);
  const db = await openDatabase({
    url: withDatabase(serverUrl, database),
    applicationName: 'bench',
    log,
    maxConnections,
  });
  await migrate(db, await readMigrations());
  return db;
}

interface BenchDesk {
  cache: Cache;
  /** Called with what changed in the copy; null for everything. */
  onChanged: (requestIds: readonly string[] | null) => void;
  state(): PullState | null;
  run(signal: AbortSignal): Promise<void>;
}

async function openDesk(db: Db, dir: string): Promise<BenchDesk> {
  const cache = await openCache({ dir, log });
  const migrations = await readMigrations();
  let state: PullState | null = null;
  const desk: BenchDesk = {
    cache,
    onChanged: () => {},
    state: () => state,
    run: (signal) => pull.run(signal),
  };
  const pull = createPull({
    cache,
    store: createFeedStore(db),
    viewer,
    knownSchema: migrations.length,
    clock: systemClock,
    log,
    onState: (next) => {
      state = next;
    },
    onChanged: (requestIds) => desk.onChanged(requestIds),
  });
  return desk;
}

/** Runs a pull until its copy can be worked with; gives for how long, in milliseconds. */
async function fillDesk(desk: BenchDesk): Promise<number> {
  const end = new AbortController();
  const filled = Promise.withResolvers<number>();
  const startedAt = performance.now();
  desk.onChanged = () => filled.resolve(performance.now() - startedAt);
  const running = desk.run(end.signal);
  const tookMs = await Promise.race([filled.promise, running.then(() => Number.NaN)]);
  end.abort();
  await running;
  return tookMs;
}

const rawColumns = [
  'ordinal',
  'request_id',
  'requester',
  'summary',
  'business_justification',
  'target_system_or_record',
  'target_record',
  'lead_label',
  'status',
  'priority',
  'decision',
  'rationale',
  'current_owner',
  'next_owner',
  'reason',
  'approver',
  'delegate',
  'rule',
  'policy',
  'source',
  'due_at',
  'is_overdue',
  'created_at',
  'updated_at',
  'closed_at',
  'version',
  'refers_to',
  'urgency',
  'urgency_order',
  'is_final',
  'escalated_version',
  'case_file',
  'output',
];

/** The limit: COPY of the same columns as they are, split at tabs and newlines, one prepared insert, one transaction. */
async function fillRaw(db: Db, file: string): Promise<number> {
  const sqlite = new Sqlite(file);
  sqlite.pragma('journal_mode = WAL');
  sqlite.pragma('synchronous = NORMAL');
  sqlite.exec(`create table requests (${rawColumns.join(', ')})`);
  const insert = sqlite.prepare(`insert into requests values (${rawColumns.map(() => '?').join(', ')})`);
  const client = new pg.Client({ ...db.pool.options, query_timeout: 0 });
  await client.connect();
  const selected = `select ${rawColumns.join(', ')} from requests`;
  const startedAt = performance.now();
  sqlite.exec('begin');
  let begun: Buffer = Buffer.alloc(0);
  for await (const chunk of client.query(copyTo(`copy (${selected}) to stdout`))) {
    const bytes = Buffer.concat([begun, chunk]);
    const end = bytes.lastIndexOf(0x0a);
    if (end > 0) for (const line of bytes.toString('utf8', 0, end).split('\n')) insert.run(line.split('\t'));
    begun = bytes.subarray(end + 1);
  }
  sqlite.exec('commit');
  const tookMs = performance.now() - startedAt;
  await client.end();
  sqlite.close();
  return tookMs;
}

async function measureFill(db: Db, desk: BenchDesk, folder: string): Promise<BenchResult[]> {
  const perSecond = (ms: number) => (requestCount / ms) * 1000;
  const raw = perSecond(await fillRaw(db, path.join(folder, 'raw.db')));
  const ours = perSecond(await fillDesk(desk));
  const metric = `first fill of ${requestCount.toLocaleString('en')} requests, to a queue that can be worked`;
  const rounded = (rate: number) => Math.round(rate).toLocaleString('en');
  return [
    {
      metric,
      value: Math.round(ours),
      unit: 'rows/s',
      against: `raw limit (COPY out, split, prepared insert in one transaction): ${rounded(raw)} rows/s, of which ${fillShare} is asked`,
      ratio: ours / raw / fillShare,
    },
    {
      metric,
      value: Math.round(ours),
      unit: 'rows/s',
      against: `Zero’s own first copy: ${rounded(peerRowsPerSecond)} rows/s`,
      ratio: ours / peerRowsPerSecond,
    },
  ];
}

/** What an agent's run does to a request, in one transaction. */
async function changeRequest(db: Db, number: number): Promise<string> {
  const requestId = `REV-${number}`;
  const at = new Date();
  await db.transaction(async (tx) => {
    await tx
      .updateTable('requests')
      .set({ rationale: `Changed at ${at.toISOString()}`, updated_at: at.toISOString() })
      .where('request_id', '=', requestId)
      .execute();
    const event = { request_id: requestId, actor: viewer, event_type: 'Tool Call', details: {} } as const;
    await appendAudit(tx, [event], at);
  });
  return requestId;
}

async function measureApply(db: Db, { cache }: BenchDesk): Promise<BenchResult[]> {
  const store = createFeedStore(db);
  const { cursor: start } = await cache.state();
  let cursor = start ?? { xid: '0', id: '0' };
  const times: number[] = [];
  for (let count = 0; count < warmUpChanges + singleChanges; count += 1) {
    await changeRequest(db, 1 + ((count * 7919) % requestCount));
    const startedAt = performance.now();
    const { batch } = await store.readFeed({ viewer, access: 'all', cursor, limit: 500, witnessed: null });
    await cache.apply(batch);
    if (count >= warmUpChanges) times.push(performance.now() - startedAt);
    cursor = batch.cursor;
  }
  const p99 = quantile(times, 0.99);
  return [
    {
      metric: `pull and apply of one change at ${requestCount.toLocaleString('en')} requests, p99`,
      value: p99,
      unit: 'ms',
      against: `limit ${applyLimitMs} ms; p50 is ${quantile(times, 0.5).toFixed(2)} ms`,
      ratio: applyLimitMs / p99,
    },
  ];
}

async function measureManyDesks(place: Place): Promise<BenchResult[]> {
  const writer = await openStore(place, 'many_desks');
  await makeRequests(writer, 2_000);
  const url = withDatabase(place.serverUrl, 'many_desks');
  const end = new AbortController();
  const desks = await Promise.all(
    Array.from({ length: deskCount }, async (_, index) => {
      const db = await openDatabase({ url, applicationName: `desk ${index}`, log, maxConnections: 1 });
      return { db, desk: await openDesk(db, path.join(place.folder, `desk-${index}`)) };
    }),
  );
  const running = desks.map(({ desk }) => desk.run(end.signal));
  while (desks.some(({ desk }) => desk.state()?.state !== 'online' || desk.state()?.search !== null))
    await sleep(100);

  const times: number[] = [];
  for (let count = 0; count < sharedChanges; count += 1) {
    const number = 1 + ((count * 97) % 2_000);
    const wanted = `REV-${number}`;
    const shown = desks.map(
      ({ desk }) =>
        new Promise<number>((resolve) => {
          desk.onChanged = (requestIds) => {
            if (requestIds?.includes(wanted)) resolve(performance.now());
          };
        }),
    );
    await changeRequest(writer, number);
    const committedAt = performance.now();
    for (const shownAt of await Promise.all(shown)) times.push(shownAt - committedAt);
    await sleep(20 + ((count * 31) % 60));
  }
  end.abort();
  await Promise.all(running);
  for (const { db, desk } of desks) {
    await desk.cache.close();
    await db.close();
  }
  await writer.close();
  return (['p50', 'p99'] as const).map((name) => {
    const value = Math.max(0.01, quantile(times, name === 'p50' ? 0.5 : 0.99));
    return {
      metric: `commit at one desk to visible at another, ${deskCount} desks, ${name}`,
      value,
      unit: 'ms',
      against: `limit ${visibleLimitsMs[name]} ms`,
      ratio: visibleLimitsMs[name] / value,
    };
  });
}

const requestIdsFrom = (first: number, count: number) =>
  Array.from({ length: count }, (_, index) => `REV-${first + index}`);
const rejection = (requestId: string) => ({
  requestId,
  action: 'reject' as const,
  note: 'Not ours',
  version: 3,
  idempotencyKey: `press-of-${requestId}`,
});

/** The same decisions given to the store directly, as many side by side as a desk sends: what no outbox can beat. */
async function decideDirectly(db: Db, jobs: Jobs<Queues>, requestIds: string[]): Promise<number> {
  const actor = (await findPerson(db.kysely, viewer)) ?? null;
  const startedAt = performance.now();
  const decideNext = async () => {
    for (let requestId = requestIds.pop(); requestId !== undefined; requestId = requestIds.pop()) {
      const attempt = {
        ...rejection(requestId),
        owner: null,
        actor,
        actorName: viewer,
        via: 'queue',
      } as const;
      await submitDecision({ db, jobs, clock: systemClock }, { ...attempt, chat: null });
    }
  };
  await Promise.all(Array.from({ length: sendingWidth }, decideNext));
  return performance.now() - startedAt;
}

async function measureDrain(place: Place): Promise<BenchResult[]> {
  const db = await openStore(place, 'drain', 20);
  await makeRequests(db, decisionCount * 2, 'Escalated');
  const jobs = await createJobs<Queues>({ db, log, queues: queueNames });
  const directMs = await decideDirectly(db, jobs, requestIdsFrom(decisionCount + 1, decisionCount));

  const cache = await openCache({ dir: path.join(place.folder, 'drained'), log });
  const migrations = await readMigrations();
  const sync = createDeskSync({
    cache,
    connect: async () => ({
      ...createFeedStore(db),
      ...createPushStore({ db, jobs, clock: systemClock }),
      close: async () => {},
    }),
    viewer: () => viewer,
    knownSchema: migrations.length,
    clock: systemClock,
    log,
    onChange: () => {},
  });
  sync.setOffline(true);
  await sync.start();
  const row = { status: 'Escalated', version: 3 } as const;
  for (const requestId of requestIdsFrom(1, decisionCount))
    await cache.addEntry(decisionEntry(rejection(requestId), { author: viewer, at: new Date(), row }));

  const startedAt = performance.now();
  sync.setOffline(false);
  const stored = async () => {
    const { rows } = await db.pool.query('select count(*)::int as count from human_decisions');
    return Number(rows[0]?.count);
  };
  while ((await stored()) < decisionCount * 2 || (await cache.entriesToSend(1, [])).length > 0)
    await sleep(200);
  const drainMs = performance.now() - startedAt;
  await sync.stop();
  await cache.close();
  await jobs.stop();
  await db.close();
  return [
    {
      metric: `${decisionCount.toLocaleString('en')} queued offline decisions drained in one go`,
      value: drainMs / 1000,
      unit: 's',
      against: `the same decisions given to the store directly, ${sendingWidth} side by side: ${(directMs / 1000).toFixed(1)} s`,
      ratio: directMs / drainMs,
    },
  ];
}

/** The sync of desks with an embedded Postgres that has the durability that users have. */
export async function benchSync(): Promise<Bench> {
  const folder = await mkdtemp(path.join(tmpdir(), 'switchyard-bench-'));
  // As root, the server runs as another user, who has to pass.
  await chmod(folder, 0o755);
  const settings = { max_connections: '200' };
  const postgres = await startEmbeddedPostgres({ dataDir: path.join(folder, 'postgres'), log, settings });
  const place = { folder, serverUrl: postgres.url };
  try {
    const results: BenchResult[] = [];
    const db = await openStore(place, 'large');
    await makeRequests(db, requestCount);
    const desk = await openDesk(db, path.join(folder, 'desk'));
    results.push(...(await measureFill(db, desk, folder)), ...(await measureApply(db, desk)));
    await desk.cache.close();
    await db.close();
    results.push(...(await measureManyDesks(place)), ...(await measureDrain(place)));
    return { name: 'sync', results };
  } finally {
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  }
}
