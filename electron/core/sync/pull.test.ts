import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { QueueQuery } from '../../../shared/contract/contract.ts';
import { AppError } from '../../../shared/model/errors.ts';
import type { Role } from '../../../shared/model/person.ts';
import type { Access, SyncedTable } from '../../../shared/model/sync.ts';
import type { Cache } from '../cache/cache.ts';
import { openCache } from '../cache/open-cache.ts';
import { systemClock } from '../ports.ts';
import { appendAudit } from '../store/audit.ts';
import { createFeedStore, type FeedStore, pruneFeed } from '../store/changes.ts';
import { type Db, openDatabase } from '../store/db.ts';
import { readMigrations } from '../store/migrate.ts';
import { createTestDatabase, silentLog, type TestDatabase } from '../store/test-database.ts';
import { readRequestDetail } from '../store/test-request-detail.ts';
import { createPull, type Pull, type PullState } from './pull.ts';

const boss = 'boss@example.com';
const ana = 'ana@example.com';
const at = '2026-05-18T09:00:00.123Z';
const knownSchema = (await readMigrations()).at(-1)?.number ?? 0;

let database: TestDatabase;
let db: Db;
let dir: string;
let cache: Cache;

beforeEach(async () => {
  database = await createTestDatabase();
  db = await openDatabase({
    url: database.url,
    applicationName: 'tests',
    log: silentLog,
    maxConnections: 20,
  });
  dir = await mkdtemp(path.join(tmpdir(), 'switchyard-pull-'));
  cache = await openCache({ dir, log: silentLog });
  await addPerson(db, boss, ['ops_manager']);
  await addPerson(db, ana, ['requester']);
});

afterEach(async () => {
  await cache.close();
  await rm(dir, { recursive: true });
  await db.close();
  await database.drop();
});

async function addPerson(to: Db, email: string, roles: Role[]): Promise<void> {
  const person = { email, name: `Name of ${email}`, slack: null, teams: null, roles, active: true };
  await to.kysely.insertInto('people').values(person).execute();
}

/** A request with something in every table that hangs on it. */
async function addRequest(to: Db, requestId: string, requester = ana): Promise<void> {
  await to.transaction(async (tx) => {
    const about = { request_id: requestId, source: 'form' as const, created_at: at };
    await tx
      .insertInto('requests')
      .values({ ...about, requester, summary: `about ${requestId}`, policy: ['LRP-1'], updated_at: at })
      .execute();
    await tx
      .insertInto('messages')
      .values({ ...about, message_id: `${requestId}-message`, direction: 'in', text: 'a\tword' })
      .execute();
    await sql`insert into attachments (attachment_id, request_id, name, media_type, size_bytes, created_at)
      values (${`${requestId}-attachment`}, ${requestId}, 'list.csv', 'text/csv', 3, ${at})`.execute(tx);
    await sql`insert into routing_audit (routing_audit_id, request_id, system, record, new_owner, reason, created_at)
      values (${`${requestId}-routing`}, ${requestId}, 'hubspot', '7', ${ana}, 'by rule', ${at})`.execute(tx);
    const event = {
      request_id: requestId,
      actor: requester,
      event_type: 'Message',
      details: { n: 1 },
    } as const;
    await appendAudit(tx, [event], new Date(at));
  });
}

const renameRequest = (requestId: string, summary: string) =>
  db.kysely.updateTable('requests').set({ summary }).where('request_id', '=', requestId).execute();

interface RunningPull {
  pull: Pull;
  states: PullState[];
  /** Settles as the run does. */
  ended: Promise<void>;
  stop(): Promise<void>;
}

function startPull(store: FeedStore, viewer = boss): RunningPull {
  const end = new AbortController();
  const states: PullState[] = [];
  const pull = createPull({
    cache,
    store,
    viewer,
    knownSchema,
    clock: systemClock,
    log: silentLog,
    onState: (state) => states.push(state),
    onChanged: () => {},
  });
  const ended = pull.run(end.signal);
  // Whoever awaits it learns of a failure.
  ended.catch(() => {});
  onTestFinished(() => end.abort());
  const stop = () => {
    end.abort();
    return ended;
  };
  return { pull, states, ended, stop };
}

const untilState = ({ states }: RunningPull, state: PullState['state']) =>
  expect.poll(() => states.at(-1)?.state, { timeout: 10_000 }).toBe(state);

/** Pulls until the copy has everything. */
async function pullAll(store: FeedStore = createFeedStore(db), viewer = boss): Promise<PullState[]> {
  const running = startPull(store, viewer);
  await expect
    .poll(() => running.states.at(-1), { timeout: 10_000 })
    .toMatchObject({ state: 'online', behindMs: 0 });
  await running.stop();
  return running.states;
}

async function shownByCopy(access: Access = 'all', email = boss): Promise<unknown> {
  const viewer = { email, access };
  const { rows } = await cache.list(QueueQuery.parse({ view: 'all', limit: 500 }), viewer);
  const details: Record<string, unknown> = {};
  for (const { request_id } of rows) {
    const { names, ...detail } = { names: null, ...(await cache.detail(request_id, viewer)) };
    details[request_id] = detail;
  }
  return { people: (await cache.people()).map(({ email: mail }) => mail).sort(), details };
}

async function shownByStore(from: Db = db, requester?: string): Promise<unknown> {
  const people = await from.kysely.selectFrom('people').select('email').orderBy('email').execute();
  const requests = await from.kysely.selectFrom('requests').select(['request_id', 'requester']).execute();
  const details: Record<string, unknown> = {};
  for (const { request_id, requester: asked } of requests)
    if (requester === undefined || asked === requester)
      details[request_id] = await readRequestDetail(from.kysely, request_id);
  return { people: people.map(({ email }) => email), details };
}

const expectCopyIsWhole = async () => expect(await shownByCopy()).toEqual(await shownByStore());

const unreachable = () => new AppError('store_unreachable', 'The connection was lost.');

describe('a pull', () => {
  it('fills an empty copy with progress, and keeps it up to date from then on', async () => {
    for (let number = 1; number <= 30; number += 1) await addRequest(db, `REV-${number}`);
    const running = startPull(createFeedStore(db));
    await untilState(running, 'online');
    await expectCopyIsWhole();
    const filled = running.states.flatMap(({ fill }) => (fill === null ? [] : [fill]));
    expect(filled).toContainEqual({ table: 'requests', rows: 0, total: 30 });
    expect(filled).toContainEqual({ table: 'messages', rows: 30, total: 30 });
    await addRequest(db, 'REV-31');
    await renameRequest('REV-2', 'renamed');
    await sql`delete from attachments where request_id = 'REV-3'`.execute(db.kysely);
    await expect
      .poll(() => cache.row('REV-2', { email: boss, access: 'all' }))
      .toMatchObject({ summary: 'renamed' });
    await pullAll();
    await expectCopyIsWhole();
    await running.stop();
  });

  it('has everything at the end where others write all the time, the first copy included', async () => {
    const write = async (writer: number) => {
      for (let count = 0; count < 25; count += 1) {
        await addRequest(db, `REV-${writer}-${count}`);
        const earlier = `REV-${writer}-${Math.floor(Math.random() * count)}`;
        await renameRequest(earlier, `renamed in ${count}`);
        if (count % 5 === 0) await sql`delete from messages where request_id = ${earlier}`.execute(db.kysely);
      }
    };
    const writing = Promise.all([1, 2, 3, 4, 5, 6].map(write));
    await sleep(50);
    const running = startPull(createFeedStore(db));
    await writing;
    await untilState(running, 'online');
    await running.stop();
    await pullAll();
    await expectCopyIsWhole();
  });

  it('sees a change also where nobody hears its announcement', async () => {
    const deaf: FeedStore = { ...createFeedStore(db), listen: async () => ({ close: async () => {} }) };
    await addRequest(db, 'REV-1');
    const running = startPull(deaf);
    await untilState(running, 'online');
    await renameRequest('REV-1', 'renamed');
    await expect
      .poll(() => cache.row('REV-1', { email: boss, access: 'all' }), { timeout: 4_000 })
      .toMatchObject({ summary: 'renamed' });
    await running.stop();
  });

  it('sees a change as soon as the transaction that held it has ended, be that one rolled back', async () => {
    await addRequest(db, 'REV-1');
    const running = startPull(createFeedStore(db));
    await untilState(running, 'online');
    const holding = db
      .transaction(async (tx) => {
        await sql`select pg_current_xact_id()`.execute(tx);
        await renameRequest('REV-1', 'renamed');
        await sleep(300);
        expect(await cache.row('REV-1', { email: boss, access: 'all' })).toMatchObject({
          summary: 'about REV-1',
        });
        throw new Error('rolled back on purpose');
      })
      .catch(() => performance.now());
    const endedAt = await holding;
    await expect
      .poll(() => cache.row('REV-1', { email: boss, access: 'all' }), { interval: 5 })
      .toMatchObject({ summary: 'renamed' });
    expect(performance.now() - Number(endedAt)).toBeLessThan(1_000);
    await running.stop();
  });

  it('makes the copy searchable behind the first fill', async () => {
    await addRequest(db, 'REV-1');
    const running = startPull(createFeedStore(db));
    await untilState(running, 'online');
    await expect.poll(async () => (await cache.state()).search).toEqual({ rows: 1, total: 1 });
    const query = QueueQuery.parse({ view: 'all', search: 'word' });
    expect((await cache.list(query, { email: boss, access: 'all' })).rows).toHaveLength(1);
    await running.stop();
  });
});

describe('a connection that breaks', () => {
  /** Fails at the call with this number; counts listening, asking, opening, every table's copy and every reading. */
  function failingAt(failAt: number) {
    const store = createFeedStore(db);
    const calls = { count: 0 };
    const guard = async <Value>(work: () => Promise<Value>): Promise<Value> => {
      calls.count += 1;
      if (calls.count === failAt) throw unreachable();
      return work();
    };
    const failing: FeedStore = {
      identity: (viewer) => guard(() => store.identity(viewer)),
      readFeed: (request) => guard(() => store.readFeed(request)),
      listen: (onHint) => guard(() => store.listen(onHint)),
      openFill: (viewer) =>
        guard(async () => {
          const fill = await store.openFill(viewer);
          async function* copy(table: SyncedTable) {
            yield* fill.copy(table);
            await guard(async () => {});
          }
          return { ...fill, copy };
        }),
    };
    return { failing, calls };
  }

  it('ends the run at whatever call it happens, and the next run goes on to a whole copy', async () => {
    for (let number = 1; number <= 3; number += 1) await addRequest(db, `REV-${number}`);
    for (let failAt = 1; failAt <= 10; failAt += 1) {
      await cache.reset();
      const { ended } = startPull(failingAt(failAt).failing);
      await expect(ended).rejects.toMatchObject({ code: 'store_unreachable' });
      await renameRequest('REV-1', `after failure ${failAt}`);
      await pullAll();
      await expectCopyIsWhole();
    }
  });

  it('costs no table that was copied already, and nothing of what changed meanwhile', async () => {
    for (let number = 1; number <= 3; number += 1) await addRequest(db, `REV-${number}`);
    // Listening, asking, opening, people, requests; then messages.
    const { ended } = startPull(failingAt(6).failing);
    await expect(ended).rejects.toMatchObject({ code: 'store_unreachable' });
    await renameRequest('REV-1', 'renamed meanwhile');
    await sql`delete from people where email = ${ana}`.execute(db.kysely);
    const filled = (await pullAll()).flatMap(({ fill }) => (fill === null ? [] : [fill.table]));
    expect(new Set(filled)).toEqual(new Set(['messages', 'attachments', 'routing_audit', 'audit_log']));
    await expectCopyIsWhole();
  });

  it('is told from one that is ended on purpose', async () => {
    const running = startPull(createFeedStore(db));
    await untilState(running, 'online');
    await expect(running.stop()).resolves.toBeUndefined();
    const cut = startPull(createFeedStore(db));
    await untilState(cut, 'online');
    await db.close();
    cut.pull.wake();
    await expect(cut.ended).rejects.toBeInstanceOf(Error);
    db = await openDatabase({ url: database.url, applicationName: 'tests', log: silentLog });
  });
});

describe('a copy of something else', () => {
  it('is built anew for a server that was restored, and the outbox stays', async () => {
    await addRequest(db, 'REV-1');
    await pullAll();
    const entry = {
      entryId: 'entry-0001',
      kind: 'comment',
      author: boss,
      requestId: 'REV-1',
      summary: 'Comment on REV-1',
      payload: '{}',
      seen: null,
      createdAt: at,
    } as const;
    await cache.addEntry(entry);
    const restored = await createTestDatabase();
    const other = await openDatabase({ url: restored.url, applicationName: 'tests', log: silentLog });
    await addPerson(other, boss, ['ops_manager']);
    await addRequest(other, 'REV-2');
    await pullAll(createFeedStore(other));
    expect(await shownByCopy()).toEqual(await shownByStore(other));
    expect((await cache.items()).map(({ entry_id }) => entry_id)).toEqual(['entry-0001']);
    await other.close();
    await restored.drop();
  });

  it('is built anew after so long that marks of what was deleted are gone', async () => {
    await addRequest(db, 'REV-1');
    await pullAll();
    await sql`delete from attachments`.execute(db.kysely);
    await sql`update feed_marks set feed_at = now() - interval '1 year'`.execute(db.kysely);
    await pruneFeed(db);
    await pullAll();
    await expectCopyIsWhole();
  });

  it('shrinks to a person’s own requests with their roles, and to nothing with their account', async () => {
    await addRequest(db, 'REV-1', ana);
    await addRequest(db, 'REV-2', boss);
    const running = startPull(createFeedStore(db));
    await untilState(running, 'online');
    await sql`update people set roles = '{requester}' where email = ${boss}`.execute(db.kysely);
    await expect.poll(async () => (await cache.state()).identity?.access, { timeout: 5_000 }).toBe('own');
    await untilState(running, 'online');
    expect(await shownByCopy('all')).toEqual(await shownByStore(db, boss));
    await sql`update people set active = false where email = ${boss}`.execute(db.kysely);
    await untilState(running, 'blocked');
    expect(running.states.at(-1)?.problem).toMatch(/boss@example.com is not an active person.*Ask an admin/);
    expect(await shownByCopy('all')).toEqual({ people: [], details: {} });
    await sql`update people set active = true, roles = '{admin}' where email = ${boss}`.execute(db.kysely);
    running.pull.wake();
    await untilState(running, 'online');
    await expectCopyIsWhole();
    await running.stop();
  });

  it('is kept, and not touched, where a newer program has changed the store', async () => {
    await addRequest(db, 'REV-1');
    const running = startPull(createFeedStore(db));
    await untilState(running, 'online');
    await sql`insert into switchyard_migrations (number, name, checksum) values (99, 'later', '')`.execute(
      db.kysely,
    );
    await sql`alter table requests rename column summary to description`.execute(db.kysely);
    running.pull.wake();
    await untilState(running, 'blocked');
    expect(running.states.at(-1)?.problem).toMatch(
      new RegExp(`schema version 99, .* up to ${knownSchema}. Update this program`),
    );
    expect(await cache.row('REV-1', { email: boss, access: 'all' })).toMatchObject({
      summary: 'about REV-1',
    });
    await running.stop();
  });
});

describe('what a person has to know', () => {
  it('is who holds the feed, where changes come more than half a minute late', async () => {
    const store = createFeedStore(db);
    const late: FeedStore = {
      ...store,
      readFeed: async (request) => ({
        ...(await store.readFeed(request)),
        lagMs: 45_000,
        oldestWriter: { pid: 77, application: 'psql', openMs: 50_000 },
      }),
    };
    const running = startPull(late);
    await untilState(running, 'online');
    expect(running.states.at(-1)).toMatchObject({
      behindMs: 45_000,
      problem: expect.stringMatching(
        /45 s late: a long transaction \(psql, process 77, open for 50 s\) holds/,
      ),
    });
    await running.stop();
  });

  it('is that the audit log was rewritten, until an admin says that it was restored', async () => {
    await addRequest(db, 'REV-1');
    await pullAll();
    await sql`alter table audit_log disable trigger user`.execute(db.kysely);
    await sql`update audit_log set hash = repeat('a', 64)`.execute(db.kysely);
    await sql`update audit_head set hash = repeat('a', 64)`.execute(db.kysely);
    const running = startPull(createFeedStore(db));
    await untilState(running, 'blocked');
    expect(running.states.at(-1)?.problem).toMatch(
      /audit log was rewritten.*number 1 .*renew_feed_generation/,
    );
    await sql`select renew_feed_generation()`.execute(db.kysely);
    running.pull.wake();
    await untilState(running, 'online');
    await running.stop();
    expect((await cache.state()).auditHead).toEqual({ ordinal: 1, hash: 'a'.repeat(64) });
  });

  it('stays known of one and the same server when somebody else uses the desk', async () => {
    await addRequest(db, 'REV-1');
    await pullAll();
    await sql`alter table audit_log disable trigger user`.execute(db.kysely);
    await sql`update audit_log set hash = repeat('a', 64)`.execute(db.kysely);
    const running = startPull(createFeedStore(db), ana);
    await untilState(running, 'blocked');
    expect(running.states.at(-1)?.problem).toMatch(/audit log was rewritten/);
    await running.stop();
  });
});
