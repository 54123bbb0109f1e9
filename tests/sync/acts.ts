import fc, { type AsyncCommand } from 'fast-check';
import type { OutboxEntry } from '../../electron/core/cache/cache.ts';
import { AppError } from '../../shared/model/errors.ts';
import type { RequestRow } from '../../shared/model/request.ts';
import { pressComment, pressDecision, pressForm } from './presses.ts';
import type { Settled } from './shared-store.ts';
import type { Place, World } from './world.ts';

/** What happens in a world; the world itself is all that is known of what happened before. */
export type Act = AsyncCommand<object, World>;

function act(title: string, run: (world: World) => Promise<void>): Act {
  return { check: () => true, run: (_, world) => run(world), toString: () => title };
}

const place = ({ places }: World, desk: number): Place => {
  const found = places[desk % places.length];
  if (!found) throw new Error('A world has at least one desk');
  return found;
};

function pickOf<Item>(items: readonly Item[], pick: number): Item | undefined {
  return items[pick % Math.max(1, items.length)];
}

const isDead = (thrown: unknown): boolean => thrown instanceof AppError && thrown.code === 'cancelled';

/** What a killed desk was asked is not answered; that is all there is to it. */
async function unlessDead(work: Promise<unknown>): Promise<boolean> {
  return work.then(
    () => true,
    (thrown) => {
      if (isDead(thrown)) return false;
      throw thrown;
    },
  );
}

async function press(world: World, desk: number, entry: OutboxEntry): Promise<void> {
  const isKept = await unlessDead(place(world, desk).desk.press(entry));
  world.presses.push({ entry, desk: desk % world.places.length, isKept, isWithdrawn: false });
}

/** A person decides what they see, which may be long out of date; now and then what they should not. */
function decide(desk: number, pick: number, action: 'approve' | 'reject' | 'return'): Act {
  return act(`desk ${desk} ${action}s request ${pick}`, async (world) => {
    const { person, desk: at } = place(world, desk);
    const rows = await at.rows();
    const open = rows.filter((row) => row.status === 'Escalated' && !row.has_pending_decision);
    const row = pickOf<RequestRow>(open.length > 0 && pick % 8 > 0 ? open : rows, pick);
    if (row) await press(world, desk, pressDecision({ key: world.nextKey(), author: person }, row, action));
  });
}

function comment(desk: number, pick: number): Act {
  return act(`desk ${desk} comments on request ${pick}`, async (world) => {
    const { person, desk: at } = place(world, desk);
    const row = pickOf(await at.rows(), pick);
    if (row) await press(world, desk, pressComment({ key: world.nextKey(), author: person }, row));
  });
}

const submit = (desk: number): Act =>
  act(`desk ${desk} submits a form`, (world) =>
    press(world, desk, pressForm({ key: world.nextKey(), author: place(world, desk).person })),
  );

/** Takes one of the desk's own presses back; it may be too late for that, or not be known. */
function withdraw(desk: number, pick: number): Act {
  return act(`desk ${desk} withdraws press ${pick}`, async (world) => {
    const index = desk % world.places.length;
    const mine = world.presses.filter((made) => made.desk === index && made.isKept && !made.isWithdrawn);
    const made = pickOf(mine, pick);
    if (!made) return;
    try {
      await world.releaseUntil(place(world, desk).desk.withdraw(made.entry.entryId));
      made.isWithdrawn = true;
    } catch (thrown) {
      const isRefusal =
        thrown instanceof AppError &&
        ['superseded', 'invalid_input', 'store_unreachable'].includes(thrown.code);
      if (!isRefusal) throw thrown;
    }
  });
}

const settle = (state: Settled): Act =>
  act(`the agent settles a decision as ${state}`, async ({ store }) => {
    await store.settleOne(state);
  });

const escalateAnew = (pick: number): Act =>
  act(`request ${pick} is escalated anew`, async ({ store }) => {
    const waiting = (await store.requests()).filter(({ status }) => status === 'Waiting');
    const row = pickOf(waiting, pick);
    if (row) await store.escalateAnew(row.request_id);
  });

const desks = fc.nat({ max: 3 });
const picks = fc.nat({ max: 99 });
const anAct = {
  decide: fc.tuple(desks, picks, fc.constantFrom('approve', 'reject', 'return', 'return' as const)),
  settle: fc.constantFrom<Settled>('applied', 'applied', 'applied', 'stale', 'failed', 'impossible'),
};

/** Everything that may happen, some of it more often. */
export function allActs(): fc.Arbitrary<Act[]> {
  const release = fc
    .integer({ min: 1, max: 12 })
    .map((count) => act(`${count} calls go on`, (world) => world.release(count)));
  const decisions = anAct.decide.map(([desk, pick, action]) => decide(desk, pick, action));
  const anything = fc.oneof(
    decisions,
    decisions,
    decisions,
    release,
    release,
    release,
    fc.tuple(desks, picks).map(([desk, pick]) => comment(desk, pick)),
    desks.map(submit),
    fc.tuple(desks, picks).map(([desk, pick]) => withdraw(desk, pick)),
    anAct.settle.map(settle),
    anAct.settle.map(settle),
    picks.map(escalateAnew),
    fc.constant(
      act('a request comes in', async ({ store }) => {
        await store.addRequest();
      }),
    ),
    fc.constant(act('the server restarts', ({ store }) => store.restart())),
    fc
      .tuple(desks, fc.boolean())
      .map(([desk, isOffline]) =>
        act(`desk ${desk} goes ${isOffline ? 'offline' : 'online'}`, (world) =>
          place(world, desk).desk.setOffline(isOffline),
        ),
      ),
    desks.map((desk) =>
      act(`the connection of desk ${desk} breaks`, (world) => place(world, desk).desk.cut()),
    ),
    desks.map((desk) => act(`desk ${desk} starts anew`, (world) => place(world, desk).restart())),
    fc
      .tuple(desks, fc.integer({ min: -1e12, max: 1e12 }))
      .map(([desk, ms]) =>
        act(`the clock of desk ${desk} is off by ${ms} ms`, (world) =>
          place(world, desk).desk.setClockError(ms),
        ),
      ),
  );
  return fc.array(anything, { minLength: 15, maxLength: 40 });
}
