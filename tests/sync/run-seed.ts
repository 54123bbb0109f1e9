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

/** What is not as it should be, once nothing moves any more; the cheaper questions come first. */
async function whatIsWrong(world: World): Promise<string[]> {
  const { store, places, presses, deliveries } = world;
  while (await store.settleOne('applied'));
  const outboxes = await Promise.all(places.map(({ desk }) => desk.items()));
  const unsent = outboxes.flat().filter(({ state }) => state !== 'returned');
  if (unsent.length > 0)
    return unsent.map(({ entry_id: entryId, state, problem }) => `${entryId} is ${state}: ${problem}`);
  const broken = brokenPromises({ presses, ledger: await store.ledger(), outboxes, deliveries });
  if (broken.length > 0) return broken;
  const ofStore = await pictureOfStore(world);
  const ofDesks = await picturesOfDesks(world);
  return ofDesks.flatMap((picture, desk) => {
    if (isDeepStrictEqual(picture, ofStore)) return [];
    return [`desk ${desk} has\n${inspect(picture)}\nand the store has\n${inspect(ofStore)}`];
  });
}

const inspect = (value: unknown) => JSON.stringify(value, null, 1);

/** Ends every fault, and waits until every promise is kept and every desk is a copy of the store. */
async function heal(world: World): Promise<void> {
  await world.setStormy(false);
  for (const { desk } of world.places) await desk.setOffline(false);
  for (const { desk } of world.places) await desk.retryAll();
  const deadline = performance.now() + quietWithinMs;
  for (;;) {
    const wrong = await whatIsWrong(world);
    if (wrong.length === 0) return;
    if (performance.now() > deadline) throw new Error(wrong.join('\n'));
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
    desks: areProcesses ? fc.constant(2) : fc.constantFrom(2, 2, 3, 4),
    scheduler: fc.scheduler(),
  });
  const property = fc.asyncProperty(history, allActs(), async ({ desks, scheduler }, acts) => {
    const world = await createWorld({ databaseUrl, desks, seed, scheduler, areProcesses });
    try {
      await world.setStormy(true);
      await fc.asyncModelRun(() => ({ model: {}, real: world }), acts);
      await world.releaseUntil(heal(world));
    } finally {
      await world.releaseUntil(world.close());
    }
  });
  await fc.assert(property, {
    seed,
    numRuns: 1,
    endOnFailure: true,
    unbiased: true,
    includeErrorInReport: true,
  });
}
