import { rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Scheduler } from 'fast-check';
import type { OutboxEntry } from '../../electron/core/cache/cache.ts';
import { openCacheHere } from './cache-here.ts';
import { startDeskProcess } from './desk-process.ts';
import { type Faults, randomFates, randomOf } from './faults.ts';
import { makeQuickFolder } from './quick-folder.ts';
import { approvers, openSharedStore, type SharedStore } from './shared-store.ts';
import { openTestDesk, type TestDesk } from './test-desk.ts';
import { waitUntil } from './wait-until.ts';

/** Something that a person did at a desk. */
export interface Press {
  entry: OutboxEntry;
  desk: number;
  /** False where the desk died before it could say that it is kept: nothing was promised. */
  isKept: boolean;
  isWithdrawn: boolean;
}

export interface Place {
  person: string;
  desk: TestDesk;
  /** Ends the desk, by SIGKILL where it is a process, and starts it again on what it left. */
  restart(): Promise<void>;
}

/** Several desks on one store, with faults between them, and what people did there. */
export interface World {
  readonly store: SharedStore;
  readonly places: readonly Place[];
  readonly presses: Press[];
  /** Deliveries as they left the desks, by entry id. */
  readonly deliveries: string[];
  nextKey(): string;
  /** Lets so many calls, or answers, that are held go on, in an order that the scheduler draws. */
  release(count: number): Promise<void>;
  /** Lets held calls go on until the work is done. */
  releaseUntil<Value>(work: Promise<Value>): Promise<Value>;
  /** Whether faults befall the desks; none do at first. */
  setStormy(isStormy: boolean): Promise<void>;
  close(): Promise<void>;
}

export interface WorldOptions {
  databaseUrl: string;
  desks: number;
  seed: number;
  scheduler: Scheduler;
  /** Desks are processes of their own, which can be killed. */
  areProcesses: boolean;
}

/** The share of calls that are lost, or whose answer is. */
const lostShare = 0.06;
const requestsAtFirst = 3;

/** Clocks of desks: right, a year slow, an hour fast, in 2038 and later. */
const clockErrorsMs = [0, -365 * 86_400_000, 3_600_000, 20 * 365 * 86_400_000];

export async function createWorld(options: WorldOptions): Promise<World> {
  const { databaseUrl, seed, scheduler, areProcesses } = options;
  const folder = await makeQuickFolder();
  const store = await openSharedStore(databaseUrl);
  const random = randomOf(seed);
  const deliveries: string[] = [];
  let isStormy = false;
  let keys = 0;

  const faults: Faults = {
    fateOf: randomFates(random, lostShare),
    hold: (what) => scheduler.schedule(Promise.resolve(), what),
  };

  async function release(count: number): Promise<void> {
    for (let released = 0; released < count; released += 1) {
      if (scheduler.count() === 0) await sleep(1);
      if (scheduler.count() > 0) await scheduler.waitOne();
    }
  }

  async function releaseUntil<Value>(work: Promise<Value>): Promise<Value> {
    let isDone = false;
    const done = work.finally(() => {
      isDone = true;
    });
    done.catch(() => undefined);
    while (!isDone) {
      await release(1);
      await Promise.resolve();
    }
    return done;
  }

  async function createPlace(index: number): Promise<Place> {
    const person = approvers[index]?.email ?? '';
    const dir = path.join(folder, `desk-${index}`);
    const clockErrorMs = clockErrorsMs[index % clockErrorsMs.length] ?? 0;
    const common = { dir, databaseUrl, person, clockErrorMs };
    if (areProcesses) {
      const open = () =>
        startDeskProcess({
          ...common,
          faultSeed: Math.floor(random() * 2 ** 31),
          lostShare,
          killAt: null,
        });
      let desk = await open();
      return {
        person,
        get desk() {
          return desk;
        },
        async restart() {
          await desk.kill();
          desk = await open();
          await desk.setStormy(isStormy);
        },
      };
    }
    const open = () =>
      openTestDesk({
        ...common,
        faults,
        open: openCacheHere,
        aroundStore: (side) => ({
          ...side,
          deliver(entry) {
            deliveries.push(entry.entryId);
            return side.deliver(entry);
          },
        }),
      });
    let desk = await open();
    return {
      person,
      get desk() {
        return desk;
      },
      async restart() {
        await desk.stop();
        desk = await open();
        await desk.setStormy(isStormy);
      },
    };
  }

  for (let requests = 0; requests < requestsAtFirst; requests += 1) await store.addRequest();
  const places: Place[] = [];
  for (let index = 0; index < options.desks; index += 1) places.push(await createPlace(index));
  for (const { desk } of places)
    await waitUntil(async () => ((await desk.rows()).length === requestsAtFirst ? true : undefined));
  return {
    store,
    places,
    presses: [],
    deliveries,
    nextKey() {
      keys += 1;
      return `press-${seed}-${String(keys).padStart(4, '0')}`;
    },
    release,
    releaseUntil,
    async setStormy(wanted) {
      isStormy = wanted;
      for (const { desk } of places) await desk.setStormy(wanted);
    },
    async close() {
      for (const { desk } of places) await desk.stop();
      // Nothing that is still under way may reach the next history.
      await store.restart();
      await store.empty();
      await store.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
