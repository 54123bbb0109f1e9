import { setTimeout as sleep } from 'node:timers/promises';
import { type Kysely, sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { Role } from '../../../shared/model/person.ts';
import type { Access, FeedCursor } from '../../../shared/model/sync.ts';
import { appendAudit } from './audit.ts';
import { createFeedStore, type FeedReading, feedIdentity, pruneFeed, readFeed } from './changes.ts';
import { type Db, openDatabase } from './db.ts';
import { openFill } from './fill.ts';
import { insertDecision } from './human-decisions.ts';
import { syncedFields } from './synced-columns.ts';
import type { Database } from './tables.ts';
import { createTestDatabase, runAlone, silentLog, type TestDatabase } from './test-database.ts';
import { createFeedCopy, type FeedCopy, rowsInStore } from './test-feed-copy.ts';

const boss = 'boss@example.com';
const ana = 'ana@example.com';
const ben = 'ben@example.com';
const now = new Date('2026-05-18T09:00:00.123Z');

let database: TestDatabase;
let db: Db;

beforeEach(async () => {
  database = await createTestDatabase();
  db = await open(database.url);
  await addPerson(boss, ['ops_manager']);
  await addPerson(ana, ['requester']);
  await addPerson(ben, ['requester']);
});

afterEach(async () => {
  await db.close();
  await database.drop();
});

const open = (url: string, maxConnections = 10) =>
  openDatabase({ url, applicationName: 'tests', log: silentLog, maxConnections });

async function addPerson(email: string, roles: Role[]): Promise<void> {
  await db.kysely
    .insertInto('people')
    .values({ email, name: email, slack: null, teams: null, roles, active: true })
    .execute();
}

function addRequest(tx: Kysely<Database>, requestId: string, requester: string): Promise<unknown> {
  const at = now.toISOString();
  return tx
    .insertInto('requests')
    .values({
      request_id: requestId,
      requester,
      summary: 'tab\there, line\nbreak, back\\slash, \u{1f600}',
      policy: ['LRP-1', 'with "quotes"'],
      output: JSON.stringify({ rationale: 'line\nbreak' }),
      source: 'form',
      created_at: at,
      updated_at: at,
    })
    .execute();
}

function addMessage(
  tx: Kysely<Database>,
  requestId: string,
  messageId: string,
  text = 'a word',
): Promise<unknown> {
  return tx
    .insertInto('messages')
    .values({
      message_id: messageId,
      request_id: requestId,
      direction: 'note',
      text,
      source: 'form',
      created_at: now.toISOString(),
    })
    .execute();
}

/** A request with something in every table that hangs on it. */
async function addWholeRequest(requestId: string, requester: string): Promise<void> {
  await db.transaction(async (tx) => {
    await addRequest(tx, requestId, requester);
    await addMessage(tx, requestId, `${requestId}-message`);
    await sql`insert into attachments (attachment_id, request_id, name, media_type, size_bytes, content, created_at)
      values (${`${requestId}-attachment`}, ${requestId}, 'list.csv', 'text/csv', 3, 'abc', now())`.execute(
      tx,
    );
    await sql`insert into routing_audit (routing_audit_id, request_id, system, record, new_owner, reason, created_at)
      values (${`${requestId}-routing`}, ${requestId}, 'hubspot', '7', ${ana}, 'by rule', now())`.execute(tx);
    await appendAudit(
      tx,
      [{ request_id: requestId, actor: requester, event_type: 'Message', details: { text: 'a\nb' } }],
      now,
    );
  });
}

interface Reader {
  copy: FeedCopy;
  /** Reads everything that can be read now. */
  read(): Promise<FeedReading>;
}

function createReader(viewer: string, access: Exclude<Access, 'none'>, from: Db = db, limit = 20): Reader {
  const copy = createFeedCopy();
  return {
    copy,
    async read() {
      for (;;) {
        const reading = await readFeed(from, { viewer, access, cursor: copy.cursor, limit, witnessed: null });
        copy.apply(reading.batch);
        if (!reading.isMore) return reading;
      }
    },
  };
}

const readOnce = (cursor: FeedCursor, witnessed: FeedReading['auditHead'] | null = null) =>
  readFeed(db, { viewer: boss, access: 'all', cursor, limit: 100, witnessed });

/** A transaction that is held open until it is told to commit. */
async function holdTransaction(
  work: (tx: Kysely<Database>) => Promise<unknown>,
): Promise<() => Promise<void>> {
  const started = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  onTestFinished(() => released.resolve());
  const ended = db.transaction(async (tx) => {
    await work(tx);
    started.resolve();
    await released.promise;
  });
  await Promise.race([started.promise, ended]);
  return () => {
    released.resolve();
    return ended;
  };
}

describe('the feed under 16 writers whose transactions are held open, some of them rolled back', () => {
  const writers = 16;

  /** The store with a query of the feed in which every one of these texts, which must be there, is another. */
  function withBrokenQuery(replacements: readonly [from: string, to: string][]): Db {
    const { pool } = db;
    const query = (statement: { text: string; values: unknown[] }) => {
      let { text } = statement;
      for (const [from, to] of replacements) {
        expect(text).toContain(from);
        text = text.replaceAll(from, to);
      }
      return pool.query({ text, values: statement.values });
    };
    return { ...db, plannedOnce: { query } as unknown as Db['plannedOnce'] };
  }

  const afterCursor = '(feed_xid, feed_id) > ($2::xid8, $3::bigint)';
  const broken = {
    'without the transactions’ half': () =>
      withBrokenQuery([
        [afterCursor, 'feed_id > $3::bigint'],
        ['order by feed_xid, feed_id', 'order by feed_id'],
        ['order by feed_xid desc, feed_id desc', 'order by feed_id desc'],
        ["'id', '0')", "'id', coalesce((select feed_id from last_of_page), $3::bigint)::text)"],
      ]),
    'without the numbers’ half': () => withBrokenQuery([[afterCursor, 'feed_xid > $2::xid8']]),
    'without the bound': () => withBrokenQuery([['pg_snapshot_xmin', 'pg_snapshot_xmax']]),
  };

  async function write(from: Db, writer: number, end: number): Promise<void> {
    let count = 0;
    const own = `REV-W${writer}`;
    while (performance.now() < end) {
      count += 1;
      const isRolledBack = Math.random() < 0.15;
      const work = from.transaction(async (tx) => {
        const size = 1 + Math.floor(Math.random() * 40);
        for (let index = 0; index < size; index += 1) {
          await addMessage(tx, own, `${own}-${count}-${index}`);
          if (Math.random() < 0.05) await sleep(Math.random() * 120);
        }
        const earlier = `${own}-${Math.ceil(Math.random() * count)}-0`;
        if (Math.random() < 0.3)
          await sql`update messages set text = ${`changed ${count}`} where message_id = ${earlier}`.execute(
            tx,
          );
        if (Math.random() < 0.3) await tx.deleteFrom('messages').where('message_id', '=', earlier).execute();
        if (isRolledBack) throw new Error('rolled back on purpose');
      });
      await work.catch((thrown: unknown) => {
        if (!isRolledBack) throw thrown;
      });
    }
  }

  async function writeAll(durationMs: number): Promise<void> {
    const writing = await open(database.url, writers);
    const end = performance.now() + durationMs;
    try {
      await Promise.all(Array.from({ length: writers }, (_, writer) => write(writing, writer, end)));
    } finally {
      await writing.close();
    }
  }

  beforeEach(async () => {
    for (let writer = 0; writer < writers; writer += 1) await addRequest(db.kysely, `REV-W${writer}`, ana);
  });

  it('loses nothing, and does lose rows as soon as either half of the cursor, or its bound, is taken away', async () => {
    const readers: Record<string, Reader> = { whole: createReader(boss, 'all') };
    for (const [name, make] of Object.entries(broken)) readers[name] = createReader(boss, 'all', make());
    let isOver = false;
    const reads = Object.values(readers).map(async ({ read }) => {
      while (!isOver) {
        await read();
        await sleep(5);
      }
    });
    await writeAll(3_000);
    isOver = true;
    await Promise.all(reads);
    const expected = await rowsInStore(db);
    const wrong: Record<string, number> = {};
    for (const [name, { copy, read }] of Object.entries(readers)) {
      await read();
      const keys = new Set([...Object.keys(expected.messages), ...Object.keys(copy.rows.messages)]);
      const isWrong = (key: string) => copy.rows.messages[key]?.text !== expected.messages[key]?.text;
      wrong[name] = [...keys].filter(isWrong).length;
    }
    expect(Object.keys(expected.messages).length).toBeGreaterThan(1_000);
    const some = expect.toSatisfy((count: number) => count > 0);
    expect(wrong).toEqual({
      whole: 0,
      'without the transactions’ half': some,
      'without the numbers’ half': some,
      'without the bound': some,
    });
    expect(readers.whole?.copy.rows).toEqual(expected);
  });

  it('has everything after a copy that was made in between', async () => {
    const writing = writeAll(1_500);
    await sleep(500);
    const fill = await openFill(db, boss);
    await sleep(200);
    const { copy, read } = createReader(boss, 'all');
    await copy.fill(fill);
    await fill.end();
    await read();
    await writing;
    await read();
    expect(copy.rows).toEqual(await rowsInStore(db));
  });
});

describe('a change', () => {
  it('brings every table’s row as the tables have it, and so does a copy', async () => {
    await addWholeRequest('REV-1', ana);
    const { copy, read } = createReader(boss, 'all');
    await read();
    const filled = createFeedCopy();
    const fill = await openFill(db, boss);
    await filled.fill(fill);
    await fill.end();
    const expected = await rowsInStore(db);
    expect(copy.rows).toEqual(expected);
    expect(filled.rows).toEqual(expected);
    expect(fill.tables.map(({ table, total }) => [table, total])).toEqual([
      ['people', 3],
      ['requests', 1],
      ['messages', 1],
      ['attachments', 1],
      ['routing_audit', 1],
      ['audit_log', 1],
    ]);
  });

  it('is whatever sets a column that desks keep', async () => {
    const { rows } = await sql<{ table_name: string; columns: string[] }>`
      select tgrelid::regclass::text as table_name, array_agg(attname::text order by attname) as columns
      from pg_trigger join pg_attribute on attrelid = tgrelid and attnum = any(tgattr)
      where tgname in ('requests_are_stamped', 'messages_are_stamped', 'attachments_are_stamped')
      group by tgrelid`.execute(db.kysely);
    const stamped = Object.fromEntries(rows.map(({ table_name, columns }) => [table_name, columns]));
    // Generated columns change with the others.
    const others = new Set(['is_final', 'urgency', 'urgency_order']);
    const kept = (table: 'requests' | 'messages' | 'attachments') =>
      syncedFields(table)
        .filter((name) => !others.has(name))
        .map((name) => (name === 'sizeBytes' ? 'size_bytes' : name))
        .sort();
    expect(stamped).toEqual({
      requests: kept('requests'),
      messages: kept('messages'),
      attachments: kept('attachments'),
    });
  });

  it('is no lease and no claim, but a decision that begins or ceases to be pending', async () => {
    await addWholeRequest('REV-1', ana);
    const { copy, read } = createReader(boss, 'all');
    await read();
    const quiet = async () => (await readOnce(copy.cursor)).batch.changes.length;
    await sql`update requests set lease_epoch = 1, lease_until = now()`.execute(db.kysely);
    await sql`update messages set claimed_until = now(), attempts = 1`.execute(db.kysely);
    expect(await quiet()).toBe(0);

    const decision = { idempotencyKey: 'key', requestId: 'REV-1', actor: boss, action: 'approve' } as const;
    await insertDecision(
      db.kysely,
      { ...decision, owner: null, note: null, seenVersion: 1, via: 'queue' },
      now,
    );
    await read();
    expect(copy.rows.requests['REV-1']).toMatchObject({ has_pending_decision: true });
    await sql`update human_decisions set state = 'applied'`.execute(db.kysely);
    await read();
    expect(copy.rows.requests['REV-1']).toMatchObject({ has_pending_decision: false });
    await sql`update human_decisions set state = 'stale'`.execute(db.kysely);
    expect(await quiet()).toBe(0);
  });
});

describe('what is gone', () => {
  it('comes as a removal, under its old key where the key was changed', async () => {
    await addWholeRequest('REV-1', ana);
    const { copy, read } = createReader(boss, 'all');
    await read();
    await sql`delete from attachments`.execute(db.kysely);
    await sql`update messages set message_id = 'renamed'`.execute(db.kysely);
    await read();
    expect(copy.rows).toEqual(await rowsInStore(db));
    expect([Object.keys(copy.rows.attachments), Object.keys(copy.rows.messages)]).toEqual([[], ['renamed']]);
  });

  it('is there again where it was written anew by a transaction that began before the removal', async () => {
    await addRequest(db.kysely, 'REV-1', ana);
    await addMessage(db.kysely, 'REV-1', 'M-1', 'first');
    const { copy, read } = createReader(boss, 'all');
    await read();
    const other = await open(database.url);
    const commit = await holdTransaction(async (tx) => {
      await sql`select pg_current_xact_id()`.execute(tx);
      await other.kysely.deleteFrom('messages').execute();
      await addMessage(tx, 'REV-1', 'M-1', 'second');
    });
    await read();
    await commit();
    await read();
    await other.close();
    expect(copy.rows.messages['M-1']).toMatchObject({ text: 'second' });
  });

  it('is told until the marks are pruned; a cursor from before that is lost, a later one is not', async () => {
    await addWholeRequest('REV-1', ana);
    const { copy, read } = createReader(boss, 'all');
    await read();
    const before = copy.cursor;
    await sql`delete from attachments`.execute(db.kysely);
    await read();
    const after = copy.cursor;
    expect(await pruneFeed(db, 180)).toBe(0);
    expect((await readOnce(before)).isCursorLost).toBe(false);
    await sql`update feed_marks set feed_at = now() - interval '181 days'`.execute(db.kysely);
    expect(await pruneFeed(db, 180)).toBe(1);
    expect([(await readOnce(before)).isCursorLost, (await readOnce(after)).isCursorLost]).toEqual([
      true,
      false,
    ]);
  });
});

describe('who may see what', () => {
  it('is told by the roles, and nothing for somebody inactive or unknown', async () => {
    await addPerson('auditor@example.com', ['requester', 'auditor']);
    await sql`update people set active = false where email = ${ben}`.execute(db.kysely);
    const viewers = [boss, 'auditor@example.com', ana, ben, 'nobody@example.com'];
    const identities = await Promise.all(viewers.map((viewer) => feedIdentity(db, viewer)));
    expect(identities.map(({ viewer, access }) => [viewer, access])).toEqual([
      [boss, 'all'],
      ['auditor@example.com', 'all'],
      [ana, 'own'],
      [ben, 'none'],
      ['nobody@example.com', 'none'],
    ]);
  });

  it('limits a requester’s copy and feed to their own requests and what hangs on them', async () => {
    await addWholeRequest('REV-1', ana);
    await addWholeRequest('REV-2', ben);
    const { copy, read } = createReader(ana, 'own');
    await read();
    expect(copy.rows).toEqual(await rowsInStore(db, ana));
    const filled = createFeedCopy();
    const fill = await openFill(db, ana);
    await filled.fill(fill);
    await fill.end();
    expect(filled.rows).toEqual(copy.rows);
    expect(Object.keys(copy.rows.audit_log)).toHaveLength(1);
    await addMessage(db.kysely, 'REV-2', 'M-2');
    expect((await read()).batch.changes).toEqual([]);
  });

  it('moves a request that changes hands with everything under it, from one desk to the other', async () => {
    await addWholeRequest('REV-1', ana);
    const [anas, bens] = [createReader(ana, 'own'), createReader(ben, 'own')];
    await anas.read();
    await bens.read();
    await sql`update requests set requester = ${ben}`.execute(db.kysely);
    await anas.read();
    await bens.read();
    expect(anas.copy.rows).toEqual(await rowsInStore(db, ana));
    expect(bens.copy.rows).toEqual(await rowsInStore(db, ben));
    expect(Object.values(bens.copy.rows).map((rows) => Object.keys(rows).length)).toEqual([3, 1, 1, 1, 1, 1]);
  });
});

describe('the identity', () => {
  it('is another one in a copy of the database, after it was renewed, and after a table was emptied', async () => {
    const generation = async (from: Db) => (await feedIdentity(from, boss)).generation;
    const first = await generation(db);
    expect(await generation(db)).toBe(first);
    await sql`select renew_feed_generation()`.execute(db.kysely);
    const second = await generation(db);
    await sql`truncate attachments`.execute(db.kysely);
    const third = await generation(db);
    await db.close();
    const name = new URL(database.url).pathname.slice(1);
    const copyUrl = new URL(database.url);
    copyUrl.pathname = `/${name}_copy`;
    const { href } = new URL('/postgres', database.url);
    await runAlone(href, `create database ${name}_copy template ${name}`);
    db = await open(copyUrl.href);
    const copied = await generation(db);
    await db.close();
    await runAlone(href, `drop database ${name}_copy`);
    db = await open(database.url);
    expect(new Set([first, second, third, copied]).size).toBe(4);
    expect(await generation(db)).toBe(third);
  });

  it('can be told by an ordinary role', async () => {
    const { rows } = await db.pool.query(
      "select has_function_privilege('public', 'pg_control_system()', 'execute') as may",
    );
    expect(rows).toEqual([{ may: true }]);
  });

  it('does not save a cursor that is ahead of the server', async () => {
    expect((await readOnce({ xid: '9000000000', id: '0' })).isCursorLost).toBe(true);
  });
});

describe('a change that a writing transaction holds back', () => {
  it('shows as lag, with the program that holds it, and comes when that one ends', async () => {
    const { copy, read } = createReader(boss, 'all');
    await read();
    const commit = await holdTransaction((tx) => addRequest(tx, 'REV-HELD', ana));
    const other = await open(database.url);
    await sql`update people set name = 'Benedict' where email = ${ben}`.execute(other.kysely);
    await sleep(30);
    const held = await read();
    expect(copy.rows.people[ben]).toMatchObject({ name: ben });
    expect(held.lagMs).toBeGreaterThanOrEqual(25);
    expect(held.oldestWriter).toMatchObject({ application: 'switchyard tests', openMs: expect.any(Number) });
    await commit();
    expect(await read()).toMatchObject({ lagMs: 0, oldestWriter: null });
    expect([copy.rows.people[ben]?.name, Object.keys(copy.rows.requests)]).toEqual([
      'Benedict',
      ['REV-HELD'],
    ]);
    await other.close();
  });

  it('is none where the stamps of a restored dump are ahead of this server', async () => {
    await sql`update people set feed_xid = '9000000000'`.execute(db.kysely);
    await sql`alter table people disable trigger people_are_stamped`.execute(db.kysely);
    await sql`update people set feed_xid = '9000000000'`.execute(db.kysely);
    expect(await createReader(boss, 'all').read()).toMatchObject({ lagMs: 0, oldestWriter: null });
  });
});

describe('the audit log’s witness', () => {
  it('sees that the log goes on from where it ended, and when it does not', async () => {
    await addWholeRequest('REV-1', ana);
    const { auditHead } = await readOnce({ xid: '0', id: '0' });
    await addWholeRequest('REV-2', ana);
    const later = await readOnce({ xid: '0', id: '0' }, auditHead);
    expect([auditHead.ordinal, later.auditHead.ordinal, later.extendsWitnessed]).toEqual([1, 2, true]);
    for (const rewritten of [
      { ...later.auditHead, hash: 'another' },
      { ...auditHead, ordinal: 3 },
    ])
      expect((await readOnce({ xid: '0', id: '0' }, rewritten)).extendsWitnessed).toBe(false);
  });
});

describe('hints', () => {
  it('come with changes of requests', async () => {
    let hints = 0;
    const listening = await createFeedStore(db).listen(() => {
      hints += 1;
    });
    await addRequest(db.kysely, 'REV-1', ana);
    await expect.poll(() => hints).toBe(1);
    await listening.close();
  });
});
