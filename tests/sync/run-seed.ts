import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { allActs } from './acts.ts';
import { brokenPromises } from './promises.ts';
import type { StoredDetail } from './shared-store.ts';
import { createWorld, type World } from './world.ts';

const quietWithinMs = 20_000;

/** Everything of every request. */
type Picture = StoredDetail[];

async function pictureOfStore({ store }: World): Promise<Picture> {
  const requests = await store.requests();
  const details = await Promise.all(requests.map(({ request_id: requestId }) => store.detail(requestId)));
  return details.filter((detail) => detail !== undefined);
}

function picturesOfDesks({ places }: World): Promise<Picture[]> {
  return Promise.all(
    places.map(async ({ desk }) => {
      const rows = await desk.rows();
      const details = await Promise.all(rows.map(({ request_id: requestId }) => desk.detail(requestId)));
      return details.filter((detail) => detail !== null);
    }),
  );
}

/** What is there to be compared once nothing moves any more. */
async function look(world: World) {
  const { store, places, presses, deliveries } = world;
  while (await store.settleOne('applied'));
  const outboxes = await Promise.all(places.map(({ desk }) => desk.items()));
  const problems = brokenPromises({ presses, ledger: await store.ledger(), outboxes, deliveries });
  return { problems, ofStore: await pictureOfStore(world), ofDesks: await picturesOfDesks(world) };
}

/** Ends every fault, and waits until every promise is kept and every desk is a copy of the store. */
async function heal(world: World): Promise<void> {
  await world.calm();
  for (const { desk } of world.places) await desk.setOffline(false);
  for (const { desk } of world.places) await desk.retryAll();
  const deadline = performance.now() + quietWithinMs;
  for (;;) {
    const { problems, ofStore, ofDesks } = await look(world);
    const areCopies = ofDesks.every((picture) => isDeepStrictEqual(picture, ofStore));
    if (problems.length === 0 && areCopies) return;
    if (performance.now() > deadline) {
      assert.deepEqual(problems, []);
      for (const picture of ofDesks) assert.deepEqual(picture, ofStore);
    }
    await sleep(10);
  }
}

export interface Seed {
  seed: number;
  databaseUrl: string;
  /** Desks are processes of their own, which are killed with SIGKILL instead of stopped. */
  areProcesses: boolean;
}

/**
 * One random history of several desks on one store, and what must hold after it: every desk equals the store, nothing
 * that was pressed is lost, doubled, or out of the order of its request. Throws with the history where it does not.
 */
export async function runSeed({ seed, databaseUrl, areProcesses }: Seed): Promise<void> {
  const history = fc.record({
    desks: fc.integer({ min: 2, max: areProcesses ? 2 : 4 }),
    scheduler: fc.scheduler(),
  });
  const property = fc.asyncProperty(history, allActs(), async ({ desks, scheduler }, acts) => {
    const world = await createWorld({ databaseUrl, desks, seed, scheduler, areProcesses });
    try {
      await fc.asyncModelRun(() => ({ model: {}, real: world }), acts);
      await world.releaseUntil(heal(world));
    } finally {
      await world.releaseUntil(world.close());
    }
  });
  await fc.assert(property, { seed, numRuns: 1, endOnFailure: true, unbiased: true });
}
