import { rm } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Cache, OutboxEntry } from '../../electron/core/cache/cache.ts';

import { systemClock } from '../../electron/core/ports.ts';
import { createTestDatabase, silentLog, type TestDatabase } from '../../electron/core/store/test-database.ts';
import { createPush, type Push } from '../../electron/core/sync/push.ts';
import { createPushStore, type PushStore } from '../../electron/core/sync/push-store.ts';
import { AppError } from '../../shared/model/errors.ts';
import { openCacheHere } from './cache-here.ts';
import { pressComment, pressDecision, pressForm } from './presses.ts';
import { makeQuickFolder } from './quick-folder.ts';
import { approvers, noJobs, openSharedStore, type SharedStore } from './shared-store.ts';

const [ana, bo] = approvers.map(({ email }) => email) as [string, string];
const lost = new AppError('store_unreachable', 'The connection was cut by the test.');

let database: TestDatabase;
let shared: SharedStore;
let folder: string;
let cache: Cache;
let push: Push;
/** The store itself; what a test puts between is `side`. */
let store: PushStore;
let side: PushStore;
let connection: { end: AbortController; ended: Promise<unknown> } | null;

beforeEach(async () => {
  database = await createTestDatabase();
  shared = await openSharedStore(database.url);
  folder = await makeQuickFolder();
  cache = await openCacheHere(folder);
  store = createPushStore({ db: shared.db, jobs: noJobs, clock: systemClock });
  side = store;
  connection = null;
  push = createPush({ cache, clock: systemClock, log: silentLog, onChanged: () => {} });
});

afterEach(async () => {
  await disconnect();
  await push.idle();
  await cache.close();
  await shared.close();
  await database.drop();
  await rm(folder, { recursive: true, force: true });
});

/** Gives what the connection came to an end of: an error, or null. */
function connect(): Promise<unknown> {
  const end = new AbortController();
  const ended = push.run(side, end.signal).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  connection = { end, ended };
  return ended;
}

async function disconnect(): Promise<void> {
  connection?.end.abort();
  await connection?.ended;
  connection = null;
}

async function escalated() {
  const requestId = await shared.addRequest();
  return { request_id: requestId, status: 'Escalated' as const, version: 1 };
}

async function press(entry: OutboxEntry): Promise<void> {
  await cache.addEntry(entry);
  push.wake();
}

const item = async (entryId: string) => (await cache.items()).find((other) => other.entry_id === entryId);
const decisionStates = async () =>
  Object.fromEntries((await shared.ledger()).decisions.map(({ key, state }) => [key, state]));

const isEmpty = () => vi.waitFor(async () => expect(await cache.items()).toEqual([]));
const comesBack = (entryId: string) =>
  vi.waitFor(async () => {
    const found = await item(entryId);
    expect(found?.state).toBe('returned');
    return found;
  });

describe('an entry of the outbox', () => {
  it('leaves it once the store has it; a decision is followed until it is applied', async () => {
    const row = await escalated();
    await press(pressDecision({ key: 'decision-1', author: ana }, row, 'approve'));
    void connect();
    await isEmpty();
    expect(await decisionStates()).toEqual({ 'decision-1': 'pending' });
    expect((await cache.sentEntries()).map(({ entryId }) => entryId)).toEqual(['decision-1']);
    await shared.settleOne('applied');
    push.noteChanged([row.request_id]);
    await vi.waitFor(async () => expect(await cache.sentEntries()).toEqual([]));
    expect(await cache.items()).toEqual([]);
  });

  it('tells whoever waits for it what came of it: a form its request, a refusal its error', async () => {
    void connect();
    const form = push.outcome('form-0001', 10_000);
    await press(pressForm({ key: 'form-0001', author: ana }));
    expect(await form).toEqual({ state: 'through', requestId: expect.stringMatching(/^REV-\d+$/) });
    const refused = push.outcome('decision-1', 10_000);
    const row = { ...(await escalated()), request_id: 'REV-1' };
    await press(pressDecision({ key: 'decision-1', author: ana }, row, 'approve'));
    expect(await refused).toMatchObject({ state: 'returned', error: { code: 'not_found' } });
  });

  it('says that nothing is known yet where the time is over', async () => {
    expect(await push.outcome('decision-1', 1)).toEqual({ state: 'waiting' });
  });

  it('goes after those of its request and beside those of others', async () => {
    const rows = await Promise.all([escalated(), escalated(), escalated()]);
    for (const [index, row] of rows.entries())
      for (const number of [1, 2, 3])
        await press(pressComment({ key: `comment-${index}-${number}`, author: ana }, row));
    let underWay = 0;
    let most = 0;
    const begun: string[] = [];
    side = {
      ...store,
      async deliver(entry) {
        begun.push(entry.entryId);
        underWay += 1;
        most = Math.max(most, underWay);
        return store.deliver(entry).finally(() => {
          underWay -= 1;
        });
      },
    };
    void connect();
    await isEmpty();
    expect(most).toBe(3);
    for (const index of [0, 1, 2])
      expect(begun.filter((key) => key.startsWith(`comment-${index}`))).toEqual(
        [1, 2, 3].map((number) => `comment-${index}-${number}`),
      );
  });
});

describe('a decision comes back to its author', () => {
  it('superseded, with who decided what, where another was first', async () => {
    const row = await escalated();
    await store.deliver(pressDecision({ key: 'decision-of-bo', author: bo }, row, 'reject'));
    await press(pressDecision({ key: 'decision-of-ana', author: ana }, row, 'approve'));
    void connect();
    expect(await comesBack('decision-of-ana')).toMatchObject({
      code: 'superseded',
      problem: `${row.request_id} no longer waits for a decision. bo has rejected it already. Yours was not applied.`,
      seen: { status: 'Escalated', version: 1 },
      now: { status: 'Escalated', version: 2, decision: 'Rejected', decided_by: bo },
    });
    expect(await decisionStates()).toEqual({ 'decision-of-bo': 'pending' });
  });

  it('superseded, and is never applied, where the case was escalated anew since it was made', async () => {
    const row = await escalated();
    const old = pressDecision({ key: 'decision-of-ana', author: ana }, row, 'approve');
    await store.deliver(pressDecision({ key: 'decision-of-bo', author: bo }, row, 'return'));
    await shared.settleOne('applied');
    await shared.escalateAnew(row.request_id);
    await press(old);
    void connect();
    expect(await comesBack('decision-of-ana')).toMatchObject({
      code: 'superseded',
      now: { status: 'Escalated', decision: null, decided_by: bo },
    });
    expect(await decisionStates()).toEqual({ 'decision-of-bo': 'applied' });
  });

  it.each([
    ['stale', 'stale_decision', 'Escalated'],
    ['failed', 'tool_failure', 'Escalated'],
    ['impossible', 'withdrawn', 'Closed'],
  ] as const)('%s, as %s, where it was accepted and could not be applied', async (state, code, status) => {
    const row = await escalated();
    await press(pressDecision({ key: 'decision-1', author: ana }, row, 'approve'));
    void connect();
    await isEmpty();
    await shared.settleOne(state);
    push.noteChanged(null);
    expect(await comesBack('decision-1')).toMatchObject({
      code,
      problem: expect.stringContaining('was not applied'),
      now: { status },
    });
  });

  it('with both states side by side where facts have changed', async () => {
    const changed = [{ fact: 'owner', shown: 'dmitri@example.com', now: 'chiara@example.com' }];
    const row = await escalated();
    await press(pressDecision({ key: 'decision-1', author: ana }, row, 'approve'));
    void connect();
    await isEmpty();
    await shared.settleOne('stale', changed);
    push.noteChanged([row.request_id]);
    expect((await comesBack('decision-1'))?.changed).toEqual(changed);
  });

  it('where its author may not decide, or it cannot be read any more', async () => {
    const row = await escalated();
    await press(pressDecision({ key: 'decision-1', author: 'nobody@example.com' }, row, 'approve'));
    const other = pressDecision({ key: 'decision-2', author: ana }, await escalated(), 'approve');
    await press({ ...other, payload: '{"action":"of another program"}' });
    void connect();
    expect(await comesBack('decision-1')).toMatchObject({ code: 'forbidden' });
    expect(await comesBack('decision-2')).toMatchObject({ code: 'invalid_input' });
    expect(await decisionStates()).toEqual({});
  });
});

describe('an answer that is lost', () => {
  /** The store gets the entry, the desk does not hear of it; once. */
  function loseFirstAnswer(meanwhile: () => Promise<unknown>): void {
    let isLost = false;
    side = {
      ...store,
      async deliver(entry) {
        const delivery = await store.deliver(entry);
        if (isLost) return delivery;
        isLost = true;
        await meanwhile();
        throw lost;
      },
    };
  }

  it.each([
    ['not settled', async () => {}, []],
    ['applied', () => shared.settleOne('applied'), []],
    ['stale', () => shared.settleOne('stale'), ['stale_decision']],
  ] as const)('does not double a decision that is %s by then', async (_, meanwhile, codes) => {
    const row = await escalated();
    await press(pressDecision({ key: 'decision-1', author: ana }, row, 'approve'));
    loseFirstAnswer(meanwhile);
    expect(await connect()).toBe(lost);
    expect(await item('decision-1')).toMatchObject({
      state: 'waiting',
      code: 'store_unreachable',
      attempts: 1,
    });
    void connect();
    await vi.waitFor(async () => expect((await cache.items()).map(({ code }) => code)).toEqual(codes));
    while (await shared.settleOne('applied'));
    push.noteChanged(null);
    await vi.waitFor(async () => expect(await cache.sentEntries()).toEqual([]));
    const { decisions, effects } = await shared.ledger();
    expect(decisions).toHaveLength(1);
    expect(effects).toHaveLength(codes.length === 0 ? 1 : 0);
  });

  it.each(['comment', 'form'] as const)('does not double a %s', async (kind) => {
    const base = { key: 'the-press', author: ana };
    await press(kind === 'form' ? pressForm(base) : pressComment(base, await escalated()));
    loseFirstAnswer(async () => {});
    expect(await connect()).toBe(lost);
    void connect();
    await isEmpty();
    const { comments, forms } = await shared.ledger();
    expect([...comments, ...forms]).toEqual(['the-press']);
  });
});

describe('an entry that the store does not take', () => {
  /** Of the entries with these keys the store makes an error, for so many times. */
  function fail(key: string, error: Error, times: number): void {
    let left = times;
    side = {
      ...store,
      async deliver(entry) {
        if (entry.entryId !== key || left === 0) return store.deliver(entry);
        left -= 1;
        throw error;
      },
    };
  }

  it('is blocked after five failures, in words, and holds up its own request only', async () => {
    const [row, other] = [await escalated(), await escalated()];
    await press(pressComment({ key: 'comment-bad', author: ana }, row));
    await press(pressComment({ key: 'comment-behind', author: ana }, row));
    await press(pressComment({ key: 'comment-other', author: ana }, other));
    fail('comment-bad', new Error('value too long'), 5);
    push = createPush({ cache, clock: impatient, log: silentLog, onChanged: () => {} });
    void connect();
    await vi.waitFor(async () =>
      expect(await item('comment-bad')).toMatchObject({
        state: 'blocked',
        attempts: 5,
        problem: expect.stringContaining('value too long'),
      }),
    );
    expect((await shared.ledger()).comments).toEqual(['comment-other']);

    await push.retry('comment-bad');
    await isEmpty();
    expect((await shared.ledger()).comments).toEqual(['comment-other', 'comment-bad', 'comment-behind']);
  });

  it('waits longer and longer where that may pass, and no longer once there is a new connection', async () => {
    await press(pressComment({ key: 'comment-1', author: ana }, await escalated()));
    fail('comment-1', new AppError('vendor_busy', 'The server is busy.', { retryAfterMs: 600_000 }), 1);
    void connect();
    await vi.waitFor(async () =>
      expect(await item('comment-1')).toMatchObject({
        state: 'waiting',
        problem: 'The server is busy.',
        next_try_at: expect.any(String),
      }),
    );
    await disconnect();
    void connect();
    await isEmpty();
  });

  it('does not hold up the rest though the connection is lost with it each time', async () => {
    await press(pressComment({ key: 'comment-bad', author: ana }, await escalated()));
    for (const number of [1, 2, 3])
      await press(pressComment({ key: `comment-${number}`, author: ana }, await escalated()));
    fail('comment-bad', lost, 1_000);
    for (let connections = 0; connections < 4; connections += 1) expect(await connect()).toBe(lost);
    await push.idle();
    expect((await shared.ledger()).comments.toSorted()).toEqual(['comment-1', 'comment-2', 'comment-3']);
    expect((await cache.items()).map((left) => left.entry_id)).toEqual(['comment-bad']);
  });
});

/** Sleeps a thousandth of what it is asked to. */
const impatient = {
  ...systemClock,
  sleep: (ms: number, signal?: AbortSignal) => systemClock.sleep(ms / 1_000, signal),
};

describe('taking an entry back', () => {
  it('drops what was never sent', async () => {
    await press(pressDecision({ key: 'decision-1', author: ana }, await escalated(), 'approve'));
    await push.withdraw('decision-1');
    void connect();
    expect(await cache.items()).toEqual([]);
    expect(await decisionStates()).toEqual({});
  });

  it('is refused while it is under way, and once it is through', async () => {
    const gate = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    side = {
      ...store,
      async deliver(entry) {
        begun.resolve();
        await gate.promise;
        return store.deliver(entry);
      },
    };
    await press(pressDecision({ key: 'decision-1', author: ana }, await escalated(), 'approve'));
    void connect();
    await begun.promise;
    await expect(push.withdraw('decision-1')).rejects.toMatchObject({ code: 'superseded' });
    gate.resolve();
    await isEmpty();
    await expect(push.withdraw('decision-1')).rejects.toMatchObject({ code: 'superseded' });
    expect(await decisionStates()).toEqual({ 'decision-1': 'pending' });
  });

  it.each([true, false])(
    'asks the store where a try went unanswered (it had arrived: %s)',
    async (isArrived) => {
      side = {
        ...store,
        async deliver(entry) {
          if (isArrived) await store.deliver(entry);
          throw lost;
        },
      };
      await press(pressDecision({ key: 'decision-1', author: ana }, await escalated(), 'approve'));
      await connect();
      await expect(push.withdraw('decision-1')).rejects.toMatchObject({ code: 'store_unreachable' });
      expect(await item('decision-1')).toMatchObject({ state: 'waiting' });

      const held = Promise.withResolvers<never>();
      held.promise.catch(() => undefined);
      // The next delivery must not be quicker than the withdrawal.
      side = { ...store, deliver: () => held.promise };
      await press(pressComment({ key: 'comment-1', author: ana }, await escalated()));
      void connect();
      await vi.waitFor(async () => expect(await item('comment-1')).toMatchObject({ state: 'sending' }));
      if (isArrived) await expect(push.withdraw('decision-1')).rejects.toMatchObject({ code: 'superseded' });
      else await push.withdraw('decision-1');
      expect(await item('decision-1')).toBeUndefined();
      expect(await decisionStates()).toEqual(isArrived ? { 'decision-1': 'pending' } : {});
      held.reject(lost);
    },
  );
});

describe('a store that was set back', () => {
  it('gets again what it had accepted and no longer has', async () => {
    const row = await escalated();
    await press(pressDecision({ key: 'decision-1', author: ana }, row, 'approve'));
    void connect();
    await isEmpty();
    await disconnect();
    await shared.db.kysely.deleteFrom('human_decisions').execute();
    void connect();
    await vi.waitFor(async () => expect(await decisionStates()).toEqual({ 'decision-1': 'pending' }));
    await isEmpty();
  });
});

describe('a comment', () => {
  it('is kept with the request as a note and is on record', async () => {
    const row = await escalated();
    await store.deliver(pressComment({ key: 'comment-1', author: ana }, row));
    const detail = await shared.detail(row.request_id);
    expect(detail?.messages).toMatchObject([
      { direction: 'note', audience: null, author: ana, author_name: 'ana', text: 'What comment-1 says' },
    ]);
    expect(detail?.audit.at(-1)).toMatchObject({
      actor: ana,
      event_type: 'Message',
      details: { direction: 'note', text: 'What comment-1 says' },
    });
  });

  it('is for those who work the queue, and for the requester', async () => {
    const row = await escalated();
    const deliver = (author: string) => store.deliver(pressComment({ key: `of ${author}`, author }, row));
    expect(await deliver('rae@example.com')).toMatchObject({ kind: 'accepted' });
    expect(await deliver('zoe@example.com')).toMatchObject({ kind: 'refused', error: { code: 'forbidden' } });
  });
});
