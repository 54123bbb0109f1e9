import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { z } from 'zod';
import type { Cache, Viewer } from '../../electron/core/cache/cache.ts';
import { syncedColumns } from '../../electron/core/cache/columns.ts';
import { openCache } from '../../electron/core/cache/open-cache.ts';
import { createLog } from '../../electron/core/log.ts';
import { gatherChunks } from '../../electron/core/sync/gather-chunks.ts';
import { QueueQuery, queueSorts, queueViews } from '../../shared/contract/contract.ts';
import { priorities, reasons, sources, statuses } from '../../shared/model/request.ts';
import type { SyncedTable } from '../../shared/model/sync.ts';
import { type Bench, type BenchResult, quantile } from './bench-result.ts';
import { peopleCount, personEmail } from './desk-vocabulary.ts';

const requestCount = Number(process.env.SWITCHYARD_BENCH_ROWS ?? 1_000_000);
const messageCount = Math.floor(requestCount / 4);

const limits = { listMs: 16, countsMs: 5, searchMs: 10, rankedMs: 50, loopDelayMs: 16, memoryMb: 400 };

const viewer: Viewer = { email: personEmail(7), access: 'all' };

/** How late timers are while something goes on, in milliseconds, and the most memory that the process had. */
function watchProcess() {
  const everyMs = 2;
  const delays: number[] = [];
  let peakMb = 0;
  let lastAt = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    delays.push(Math.max(0, now - lastAt - everyMs));
    lastAt = now;
  }, everyMs);
  const memoryTimer = setInterval(() => {
    peakMb = Math.max(peakMb, process.memoryUsage.rss() / 1e6);
  }, 50);
  return {
    delays,
    peakMb: () => peakMb,
    stop() {
      clearInterval(timer);
      clearInterval(memoryTimer);
    },
  };
}

async function fillTable(cache: Cache, table: SyncedTable, count: number): Promise<void> {
  const columns = Object.keys(syncedColumns[table]);
  if (count > 0) {
    // As from a server: made by another process, read in this one's main thread, handed to the cache's.
    const script = fileURLToPath(new URL('./desk-rows.ts', import.meta.url));
    const made = spawn(process.execPath, [script, table, String(count), String(requestCount)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const exited = once(made, 'exit');
    for await (const { bytes } of gatherChunks(made.stdout, 256 * 1024))
      await cache.fillChunk(table, columns, bytes);
    const [code] = await exited;
    if (code !== 0) throw new Error(`The rows of ${table} could not be made`);
  }
  await cache.endTable(table);
}

/** Gives for how long, in milliseconds. */
async function fill(cache: Cache): Promise<number> {
  const startedAt = performance.now();
  await cache.beginFill(
    { generation: 'bench', schema: 1, viewer: viewer.email, access: viewer.access },
    { xid: '1', id: '0' },
  );
  await fillTable(cache, 'people', peopleCount);
  await fillTable(cache, 'requests', requestCount);
  const tookMs = performance.now() - startedAt;
  await fillTable(cache, 'messages', messageCount);
  for (const table of ['attachments', 'routing_audit', 'audit_log'] as const)
    await fillTable(cache, table, 0);
  await cache.endFill();
  return tookMs;
}

async function timesOf(calls: readonly (() => Promise<unknown>)[], rounds: number): Promise<number[]> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    for (const call of calls) {
      const startedAt = performance.now();
      await call();
      times.push(performance.now() - startedAt);
    }
  }
  return times;
}

const parse = (query: QueueQuery): z.output<typeof QueueQuery> => QueueQuery.parse(query);
const listing = (cache: Cache, query: QueueQuery) => () => cache.list(parse(query), viewer);

/** Every view in every sort: as it is, with each single filter, and with two. */
function savedFilters(): QueueQuery[] {
  const filters: Partial<QueueQuery>[] = [
    {},
    ...statuses.map((status) => ({ status: [status] })),
    ...priorities.map((priority) => ({ priority: [priority] })),
    ...reasons.map((reason) => ({ reason: [reason] })),
    ...sources.map((source) => ({ source: [source] })),
    ...sources.map((source) => ({ source: [source], priority: ['High' as const] })),
    ...reasons.map((reason) => ({ reason: [reason], source: ['teams' as const] })),
  ];
  const sorts = queueSorts.filter((sort) => sort !== 'relevance');
  return queueViews.flatMap((view) =>
    sorts.flatMap((sort) => filters.map((filter) => ({ view, sort, ...filter }))),
  );
}

/** What people type: numbers, ids, names, companies, addresses, beginnings, one word or more, frequent or rare. */
function usualSearches(): string[] {
  const some = (count: number, at: (number: number) => string) =>
    Array.from({ length: count }, (_, index) => at(Math.floor(((index + 0.5) / count) * requestCount)));
  return [
    ...some(8, (number) => `REV-${number + 1_001}`),
    ...some(8, (number) => `number${number}`),
    ...some(6, (number) => `company ${number % 50_000}`),
    ...some(6, (number) => `person${number % peopleCount}`),
    ...some(4, (number) => `00Q${String(number).padStart(12, '0')}`),
    'northwind',
    'northw',
    'fabrikam merger',
    'strategic account renewal',
    'headq',
    'invoice',
    'hand holiday',
    'webinar duplicate partner',
    'no such word',
  ];
}

/** Words that half of all rows hold, and more. */
const frequentSearches = ['routing', 'rout', 'routing team', 'wrong team', 'lead', 'l', 'the routing wrong'];

function result(metric: string, value: number, limit: number, unit = 'ms'): BenchResult {
  return { metric, value, unit, against: `limit ${limit} ${unit}`, ratio: limit / value };
}

async function measureReading(cache: Cache): Promise<BenchResult[]> {
  const p95 = (times: readonly number[]) => quantile(times, 0.95);
  const of = `of ${requestCount.toLocaleString('en')} requests`;
  const filters = savedFilters();
  const lists = await timesOf(
    filters.map((query) => listing(cache, query)),
    2,
  );
  const counts = await timesOf([() => cache.counts(viewer)], 200);
  const search = (sort: 'newest' | 'relevance', searches: readonly string[], rounds: number) =>
    timesOf(
      searches.map((words) => listing(cache, { view: 'all', sort, search: words })),
      rounds,
    );
  const newest = await search('newest', usualSearches(), 5);
  const newestFrequent = await search('newest', frequentSearches, 20);
  const ranked = await search('relevance', usualSearches(), 5);
  const rankedFrequent = await search('relevance', frequentSearches, 20);
  return [
    result(`first page of any of ${filters.length} filters ${of}, p95`, p95(lists), limits.listMs),
    result(`counts of all views ${of}, p95`, p95(counts), limits.countsMs),
    result(`search, newest first, ${of}, p95`, p95(newest), limits.searchMs),
    result(
      `search, newest first, words that half of the rows hold, ${of}, p95`,
      p95(newestFrequent),
      limits.searchMs,
    ),
    result(`search, ranked, ${of}, p95`, p95(ranked), limits.rankedMs),
    result(
      `search, ranked, words that half of the rows hold, ${of}, p95`,
      p95(rankedFrequent),
      limits.rankedMs,
    ),
  ];
}

/** A desk's copy at full size: how fast it is filled, read and searched, and what it costs the rest of the program. */
export async function benchDesk(): Promise<Bench> {
  const dir = await mkdtemp(path.join(tmpdir(), 'switchyard-bench-desk-'));
  const whole = watchProcess();
  const cache = await openCache({ dir, log: createLog('error') });
  try {
    const during = watchProcess();
    const filledMs = await fill(cache);
    during.stop();
    const searchStartedAt = performance.now();
    while (await cache.buildSearch());
    const searchSeconds = (performance.now() - searchStartedAt) / 1000;
    const reading = await measureReading(cache);
    whole.stop();
    const rows = `${Math.round((requestCount / filledMs) * 1000).toLocaleString('en')} requests/s, search behind it in ${searchSeconds.toFixed(0)} s`;
    return {
      name: 'desk',
      results: [
        ...reading,
        result(
          `delay of the main thread during a first fill (${rows}), p99`,
          Math.max(0.01, quantile(during.delays, 0.99)),
          limits.loopDelayMs,
        ),
        result('memory of the process at most', whole.peakMb(), limits.memoryMb, 'MB'),
      ],
    };
  } finally {
    await cache.close();
    await rm(dir, { recursive: true, force: true });
  }
}
