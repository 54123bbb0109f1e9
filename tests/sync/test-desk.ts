import type { Cache, OutboxEntry } from '../../electron/core/cache/cache.ts';
import { openCache } from '../../electron/core/cache/open-cache.ts';
import type { Clock } from '../../electron/core/ports.ts';
import { createFeedStore } from '../../electron/core/store/changes.ts';
import { openDatabase } from '../../electron/core/store/db.ts';
import { readMigrations } from '../../electron/core/store/migrate.ts';
import { openStoreClock } from '../../electron/core/store/store-clock.ts';
import { silentLog } from '../../electron/core/store/test-database.ts';
import { createDeskSync, type DeskSync, type StoreSide } from '../../electron/core/sync/desk-sync.ts';
import { createPushStore } from '../../electron/core/sync/push-store.ts';
import { QueueQuery } from '../../shared/contract/contract.ts';
import type { RequestRow } from '../../shared/model/request.ts';
import type { OutboxItem, SyncStatus } from '../../shared/model/sync.ts';
import { createWire, type Faults, type Wire } from './faults.ts';
import { noJobs, type StoredDetail } from './shared-store.ts';

export interface TestDeskOptions {
  /** Of its cache and its outbox. */
  dir: string;
  databaseUrl: string;
  /** E-mail of who sits at it. */
  person: string;
  faults: Faults;
  /** Opens its cache; in a thread of its own where it is left out. */
  open?: (dir: string) => Promise<Cache>;
  /** By how much its clock is wrong, in milliseconds. */
  clockErrorMs: number;
  /** Put around the cache, for a test that looks at what is done to it. */
  aroundCache?: (cache: Cache) => Cache;
  aroundStore?: (store: StoreSide) => StoreSide;
}

/** A whole desk on a real SQLite, joined to a real Postgres over connections that faults befall. */
export interface TestDesk {
  /** Keeps what a person did; resolves when it is kept for good. */
  press(entry: OutboxEntry): Promise<void>;
  withdraw(entryId: string): Promise<void>;
  retryAll(): Promise<void>;
  dismiss(entryId: string): Promise<void>;
  setOffline(isOffline: boolean): Promise<void>;
  /** The connection that is there breaks. */
  cut(): Promise<void>;
  setClockError(ms: number): Promise<void>;
  /** Whether faults befall it; none do at first. */
  setStormy(isStormy: boolean): Promise<void>;
  items(): Promise<OutboxItem[]>;
  rows(): Promise<RequestRow[]>;
  detail(requestId: string): Promise<StoredDetail | null>;
  status(): Promise<SyncStatus>;
  stop(): Promise<void>;
}

/** Waits of the sync, back-off included, take so much less time here, but those that are short already. */
const haste = 40;
const shortMs = 15;
const hastened = (ms: number): number => Math.max(Math.min(ms, shortMs), ms / haste);

/** A clock that is wrong by so much and sleeps a fraction of what it is asked to. */
function hastyClock(errorMs: () => number): Clock {
  return {
    now: () => new Date(Date.now() + errorMs()),
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const timer = setTimeout(() => {
          signal?.removeEventListener('abort', stop);
          resolve();
        }, hastened(ms));
        const stop = () => {
          clearTimeout(timer);
          reject(signal?.reason);
        };
        signal?.addEventListener('abort', stop, { once: true });
      }),
  };
}

/** The store over one wire: whatever passes may be lost, and so may its answer. */
function throughWire(store: StoreSide, wire: Wire): StoreSide {
  return {
    identity: (viewer) => wire.pass('identity', () => store.identity(viewer)),
    readFeed: (request) => wire.pass('readFeed', () => store.readFeed(request)),
    async openFill(viewer) {
      const fill = await wire.pass('openFill', () => store.openFill(viewer));
      return {
        ...fill,
        async *copy(table) {
          for await (const chunk of fill.copy(table)) yield wire.pass('copy', async () => chunk);
        },
      };
    },
    listen: (onHint) => wire.pass('listen', () => store.listen(onHint)),
    deliver: (entry) => wire.pass('deliver', () => store.deliver(entry)),
    has: (entry) => wire.pass('has', () => store.has(entry)),
    outcomes: (entryIds) => wire.pass('outcomes', () => store.outcomes(entryIds)),
    close: () => store.close(),
  };
}

async function connect(databaseUrl: string): Promise<StoreSide> {
  const db = await openDatabase({
    url: databaseUrl,
    applicationName: 'desk',
    log: silentLog,
    maxConnections: 4,
  });
  const { sleep } = hastyClock(() => 0);
  const clock = await openStoreClock(db, sleep);
  return {
    ...createFeedStore(db),
    ...createPushStore({ db, jobs: noJobs, clock }),
    close: () => db.close(),
  };
}

export async function openTestDesk(options: TestDeskOptions): Promise<TestDesk> {
  const { dir, databaseUrl, person } = options;
  const { aroundCache = (cache: Cache) => cache, aroundStore = (store: StoreSide) => store } = options;
  let clockErrorMs = options.clockErrorMs;
  let isStormy = false;
  const faults: Faults = {
    fateOf: (call) => (isStormy ? options.faults.fateOf(call) : 'passes'),
    hold: async (what) => {
      if (isStormy) await options.faults.hold(what);
    },
  };
  let wire = createWire(faults);
  const open = options.open ?? ((folder: string) => openCache({ dir: folder, log: silentLog }));
  const cache = aroundCache(await open(dir));
  const sync: DeskSync = createDeskSync({
    cache,
    connect: async () => {
      const fresh = createWire(faults);
      wire = fresh;
      await fresh.pass('connect', async () => {});
      return throughWire(aroundStore(await connect(databaseUrl)), fresh);
    },
    viewer: () => person,
    knownSchema: (await readMigrations()).length,
    clock: hastyClock(() => clockErrorMs),
    log: silentLog,
    onChange: () => {},
  });
  await sync.start();
  const viewer = { email: person, access: 'all' as const };
  return {
    async press(entry) {
      await sync.send(entry, 0);
    },
    withdraw: (entryId) => sync.withdraw(entryId),
    retryAll: () => sync.retry(null),
    dismiss: (entryId) => sync.dismiss(entryId),
    setOffline: async (isOffline) => sync.setOffline(isOffline),
    cut: async () => wire.cut(),
    async setClockError(ms) {
      clockErrorMs = ms;
    },
    async setStormy(wanted) {
      isStormy = wanted;
    },
    items: () => cache.items(),
    rows: async () =>
      (await cache.list(QueueQuery.parse({ view: 'all', sort: 'oldest', limit: 500 }), viewer)).rows,
    async detail(requestId) {
      const detail = await cache.detail(requestId, viewer);
      if (!detail) return null;
      const { names: _, ...stored } = detail;
      return stored;
    },
    status: async () => sync.status(),
    async stop() {
      wire.cut();
      await sync.stop();
      await cache.close();
    },
  };
}
