import { rm } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../electron/core/store/test-database.ts';
import { type DeskProcess, startDeskProcess } from './desk-process.ts';
import { killSteps } from './kill-points.ts';
import { pressDecision } from './presses.ts';
import { makeQuickFolder } from './quick-folder.ts';
import { approvers, openSharedStore, type SharedStore } from './shared-store.ts';
import { waitUntil } from './wait-until.ts';

let database: TestDatabase;
let store: SharedStore;
let folder: string;
const person = approvers[0]?.email ?? '';

beforeAll(async () => {
  database = await createTestDatabase();
  store = await openSharedStore(database.url);
  folder = await makeQuickFolder();
});

afterAll(async () => {
  await store.close();
  await database.drop();
  await rm(folder, { recursive: true, force: true });
});

const start = (dir: string, killAt: string | null): Promise<DeskProcess> =>
  startDeskProcess({
    dir,
    databaseUrl: database.url,
    person,
    clockErrorMs: 0,
    faultSeed: 1,
    lostShare: 0,
    killAt,
  });

async function rowOf(desk: DeskProcess, requestId: string) {
  return (await desk.rows()).find((row) => row.request_id === requestId);
}

describe('a desk that is killed with SIGKILL', () => {
  it.each(killSteps)('%s: the decision is in the store exactly once, and applied once', async (step) => {
    const requestId = await store.addRequest();
    const dir = path.join(folder, step.replaceAll(/\W+/g, '-'));
    const key = `decision-${killSteps.indexOf(step)}`;

    const killed = await start(dir, step);
    const row = await waitUntil(() => rowOf(killed, requestId));
    const entry = pressDecision({ key, author: person }, row, 'approve');
    const isKept = await killed.press(entry).then(
      () => true,
      () => false,
    );
    // Whatever has reached the store is applied there, while the desk is at work or dead.
    let isDead = false;
    void killed.dead.then(() => {
      isDead = true;
    });
    await waitUntil(async () => {
      await store.settleOne('applied');
      return isDead || undefined;
    });

    const desk = await start(dir, null);
    // Nobody was told that it is kept: whoever does not see it presses again.
    if (!isKept) await desk.press(entry);
    await waitUntil(async () => {
      await store.settleOne('applied');
      const isThrough = (await desk.items()).length === 0;
      const isShown = (await rowOf(desk, requestId))?.status === 'Completed';
      return (isThrough && isShown) || undefined;
    });
    await desk.stop();

    const { decisions, effects } = await store.ledger();
    expect(decisions.filter((decision) => decision.requestId === requestId)).toEqual([
      { key, state: 'applied', requestId },
    ]);
    expect(effects.filter((effect) => effect === key)).toEqual([key]);
  });
});
