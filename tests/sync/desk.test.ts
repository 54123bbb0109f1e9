import { rm } from 'node:fs/promises';
import path from 'node:path';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../electron/core/store/test-database.ts';
import { noFaults } from './faults.ts';
import { pressComment, pressDecision } from './presses.ts';
import { makeQuickFolder } from './quick-folder.ts';
import { approvers, openSharedStore, type SharedStore } from './shared-store.ts';
import { openTestDesk, type TestDesk } from './test-desk.ts';
import { waitUntil } from './wait-until.ts';

const [ana, bo] = approvers.map(({ email }) => email) as [string, string];

let database: TestDatabase;
let shared: SharedStore;
let folder: string;
let requestId: string;
let open: TestDesk[];

beforeEach(async () => {
  database = await createTestDatabase();
  shared = await openSharedStore(database.url);
  folder = await makeQuickFolder();
  requestId = await shared.addRequest();
  open = [];
});

afterEach(async () => {
  for (const desk of open) await desk.stop();
  await shared.close();
  await database.drop();
  await rm(folder, { recursive: true, force: true });
});

async function openDesk(person: string): Promise<TestDesk> {
  const dir = path.join(folder, person);
  const desk = await openTestDesk({
    dir,
    databaseUrl: database.url,
    person,
    faults: noFaults,
    clockErrorMs: 0,
  });
  open.push(desk);
  return desk;
}

async function closeDesk(desk: TestDesk): Promise<void> {
  open = open.filter((other) => other !== desk);
  await desk.stop();
}

const rowAt = async (desk: TestDesk) => (await desk.rows()).find((row) => row.request_id === requestId);
const isSeenAt = (desk: TestDesk) => waitUntil(() => rowAt(desk));
const stateBecomes = (desk: TestDesk, state: string) =>
  waitUntil(async () => {
    const status = await desk.status();
    return status.state === state ? status : undefined;
  });

describe('a desk that is cut off', () => {
  it('shows everything, marks what waits at once, keeps it over a restart, and sends it when it is joined', async () => {
    const desk = await openDesk(ana);
    const row = await isSeenAt(desk);
    await desk.setOffline(true);
    expect(await stateBecomes(desk, 'offline')).toMatchObject({
      problem: expect.stringContaining('cut off'),
    });

    await desk.press(pressDecision({ key: 'decision-1', author: ana }, row, 'approve'));
    expect(await rowAt(desk)).toMatchObject({ status: 'Escalated', waits_to_be_sent: true });
    await waitUntil(async () => ((await desk.status()).outbox.waiting === 1 ? true : undefined));
    expect((await shared.ledger()).decisions).toEqual([]);

    await closeDesk(desk);
    const again = await openDesk(ana);
    expect(await rowAt(again)).toMatchObject({ request_id: requestId });
    await waitUntil(async () => ((await rowAt(again))?.waits_to_be_sent === false ? true : undefined));
    expect((await shared.ledger()).decisions).toMatchObject([{ key: 'decision-1', state: 'pending' }]);
    expect(await stateBecomes(again, 'online')).toMatchObject({
      outbox: { waiting: 0, blocked: 0, returned: 0 },
      problem: null,
    });
  });

  it('shows what waits within 50 ms of the press', async () => {
    for (let more = 0; more < 4; more += 1) await shared.addRequest();
    const desk = await openDesk(ana);
    const rows = await waitUntil(async () => {
      const all = await desk.rows();
      return all.length === 5 ? all : undefined;
    });
    await desk.setOffline(true);
    const tookMs: number[] = [];
    for (const [index, row] of rows.entries()) {
      const pressedAt = performance.now();
      await desk.press(pressDecision({ key: `decision-${index}`, author: ana }, row, 'approve'));
      const shown = (await desk.rows()).find(({ request_id: id }) => id === row.request_id);
      tookMs.push(performance.now() - pressedAt);
      expect(shown?.waits_to_be_sent).toBe(true);
    }
    // The machine may be busy with something else for a moment.
    expect(Math.min(...tookMs)).toBeLessThan(50);
  });

  it('has its decision back, with who was first, where another decided meanwhile', async () => {
    const [desk, other] = [await openDesk(ana), await openDesk(bo)];
    const row = await isSeenAt(desk);
    await desk.setOffline(true);
    await desk.press(pressDecision({ key: 'decision-a', author: ana }, row, 'approve'));
    await other.press(pressDecision({ key: 'decision-b', author: bo }, await isSeenAt(other), 'reject'));
    await waitUntil(async () => ((await shared.settleOne('applied')) ? true : undefined));
    await desk.setOffline(false);
    const returned = await waitUntil(async () => {
      const [item] = await desk.items();
      return item?.state === 'returned' ? item : undefined;
    });
    expect(returned).toMatchObject({
      code: 'superseded',
      seen: { status: 'Escalated', version: 1 },
      now: { decision: 'Rejected', decided_by: bo, decided_at: expect.any(String) },
    });
    await desk.dismiss('decision-a');
    expect(await desk.items()).toEqual([]);
  });
});

describe('a desk whose store is another one than it was', () => {
  it('sends nothing to a store that a newer program has changed, says so, and keeps it', async () => {
    const before = await openDesk(ana);
    const row = await isSeenAt(before);
    await before.setOffline(true);
    await before.press(pressComment({ key: 'comment-1', author: ana }, row));
    await closeDesk(before);
    await sql`insert into switchyard_migrations (number, name, checksum) values (9999, 'newer', 'x')`.execute(
      shared.db.kysely,
    );
    const desk = await openDesk(ana);
    expect(await stateBecomes(desk, 'blocked')).toMatchObject({
      problem: expect.stringContaining('Update this program'),
      outbox: { waiting: 1 },
    });
    await sql`delete from switchyard_migrations where number = 9999`.execute(shared.db.kysely);
    await waitUntil(async () => ((await desk.items()).length === 0 ? true : undefined));
    expect((await shared.ledger()).comments).toEqual(['comment-1']);
  });

  it('hears what the store says to a person who may read nothing there any more', async () => {
    const desk = await openDesk(ana);
    const row = await isSeenAt(desk);
    await desk.setOffline(true);
    await desk.press(pressDecision({ key: 'decision-1', author: ana }, row, 'approve'));
    await shared.db.kysely.updateTable('people').set({ active: false }).where('email', '=', ana).execute();
    await desk.setOffline(false);
    expect(await stateBecomes(desk, 'blocked')).toMatchObject({ problem: expect.stringContaining(ana) });
    const returned = await waitUntil(async () => {
      const [item] = await desk.items();
      return item?.state === 'returned' ? item : undefined;
    });
    expect(returned).toMatchObject({ code: 'forbidden' });
  });
});

describe('a desk whose clock is wrong', () => {
  it('stores what was done there under the time of the store', async () => {
    const dir = path.join(folder, 'late');
    const clockErrorMs = -365 * 86_400_000;
    const desk = await openTestDesk({
      dir,
      databaseUrl: database.url,
      person: ana,
      faults: noFaults,
      clockErrorMs,
    });
    open.push(desk);
    await desk.press(pressComment({ key: 'comment-1', author: ana }, await isSeenAt(desk)));
    await waitUntil(async () => ((await desk.items()).length === 0 ? true : undefined));
    const note = (await shared.detail(requestId))?.messages.at(-1);
    expect(Math.abs(Date.parse(note?.created_at ?? '') - Date.now())).toBeLessThan(60_000);
  });
});
