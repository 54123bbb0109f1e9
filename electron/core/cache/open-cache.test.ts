import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { QueueQuery } from '../../../shared/contract/contract.ts';
import { AppError } from '../../../shared/model/errors.ts';
import type { FeedChange } from '../../../shared/model/sync.ts';
import { entryOf } from '../../../tests/cache/entry.ts';
import { cursor, fillCache, fillTable, identity } from '../../../tests/cache/fill-cache.ts';
import { messageOf, personOf, requestOf } from '../../../tests/cache/one-request.ts';
import { silentLog } from '../store/test-database.ts';
import type { Cache, Viewer } from './cache.ts';
import { openCache } from './open-cache.ts';

const viewer: Viewer = { email: 'bo@example.com', access: 'all' };
const everything = QueueQuery.parse({ view: 'all' });

let dir: string;
let cache: Cache;
const open = () => openCache({ dir, log: silentLog });
const inDir = (name: string) => path.join(dir, name);
const idsOf = async () => (await cache.list(everything, viewer)).rows.map(({ request_id }) => request_id);

beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'switchyard-cache-'));
  cache = await open();
});

afterEach(async () => {
  await cache.close();
  await rm(dir, { recursive: true });
});

const people = [personOf('ana@example.com', 'Ana Silva'), personOf('bo@example.com', 'Bo Berg')];
const attachment = {
  attachment_id: 'ATT-1',
  request_id: 'REV-1048',
  name: 'proof.pdf',
  media_type: 'application/pdf',
  sizeBytes: 12,
  created_at: '2026-05-18T09:00:00.000Z',
};
const auditEvent = {
  ordinal: 1,
  event_id: 'EVT-2001',
  request_id: 'REV-1048',
  actor: 'ana@example.com',
  event_type: 'Message',
  details: { text: 'a "quoted"\ttab' },
  created_at: '2026-05-18T09:00:00.000Z',
  previous_hash: '0'.repeat(64),
  hash: '1'.repeat(64),
} as const;
const routingAudit = {
  ordinal: 1,
  routing_audit_id: 'RTA-1',
  request_id: 'REV-1048',
  system: 'salesforce',
  record: '00Q000000000001AAA',
  previous_owner: null,
  new_owner: 'bo@example.com',
  rule: 'TR-1',
  reason: 'Territory',
  created_at: '2026-05-18T09:00:00.000Z',
} as const;
const request = requestOf(1048, {
  output: {
    request_id: 'REV-1048',
    status: 'Escalated',
    decision: 'Escalated',
    rationale: 'Two rules disagree',
    next_owner: null,
    actions_taken: [],
  },
});

const fillWhole = () =>
  fillCache(cache, {
    people,
    requests: [request, requestOf(1049)],
    messages: [messageOf(2, 'second'), messageOf(1, 'first')],
    attachments: [attachment],
    routing_audit: [routingAudit],
    audit_log: [auditEvent],
  });

const removal = (table: FeedChange['table'], key: string) => ({ table, key, row: null }) as FeedChange;

describe('a request’s own screen', () => {
  it('has everything that belongs to it, and loses all of it with it', async () => {
    await fillWhole();
    const { ordinal: _message, ...first } = messageOf(1, 'first');
    const { ordinal: _routing, ...shownRouting } = routingAudit;
    const { ordinal: _event, previous_hash, hash, ...shownEvent } = auditEvent;
    expect(await cache.detail('REV-1048', viewer)).toEqual({
      request: expect.objectContaining({
        request_id: 'REV-1048',
        requester_name: 'Ana Silva',
        status: 'Escalated',
      }),
      case: null,
      output: request.output,
      messages: [first, { ...first, message_id: 'MSG-2', text: 'second' }],
      attachments: [attachment],
      audit: [shownEvent],
      routingAudit: [shownRouting],
      names: { 'ana@example.com': 'Ana Silva', 'bo@example.com': 'Bo Berg' },
    });
    expect(await cache.detail('REV-1048', { email: 'bo@example.com', access: 'own' })).toBeNull();

    const next = { xid: '701', id: '1' };
    expect(await cache.apply({ changes: [removal('requests', 'REV-1048')], cursor: next })).toEqual([
      'REV-1048',
    ]);
    expect(await cache.detail('REV-1048', viewer)).toBeNull();
    // It comes back without what was under it.
    await cache.apply({ changes: [{ table: 'requests', key: 'REV-1048', row: request }], cursor: next });
    expect(await cache.detail('REV-1048', viewer)).toMatchObject({
      messages: [],
      attachments: [],
      audit: [],
      routingAudit: [],
    });
    expect((await cache.state()).cursor).toEqual(next);
  });

  it('and its row say what waits to be sent, until the store has answered', async () => {
    await fillWhole();
    const waits = async () => (await cache.row('REV-1048', viewer))?.waits_to_be_sent;
    const seen = [await waits()];
    await cache.addEntry(entryOf('press-0001'));
    seen.push(await waits());
    await cache.mark('press-0001', { state: 'returned' });
    seen.push(await waits());
    expect(seen).toEqual([false, true, false]);
  });
});

describe('a first copy', () => {
  it('shows nothing before it is complete, takes no changes, and is searched when it is', async () => {
    await cache.beginFill(identity, cursor);
    await fillTable(cache, 'people', people);
    await fillTable(cache, 'requests', [request]);
    expect({ ids: await idsOf(), all: (await cache.counts(viewer)).all }).toEqual({ ids: [], all: 0 });
    await expect(cache.apply({ changes: [], cursor })).rejects.toMatchObject({ code: 'internal' });
    expect((await cache.state()).fill).toEqual({ identity, cursor, done: ['people', 'requests'] });
    await fillCache(cache, {});
    expect(await idsOf()).toEqual(['REV-1048']);
    const found = () => cache.list(QueueQuery.parse({ view: 'all', search: 'wrong te' }), viewer);
    const before = await found();
    while (await cache.buildSearch());
    expect([before.rows.length, (await found()).rows.length]).toEqual([0, 1]);
    expect(await cache.state()).toMatchObject({
      identity,
      cursor,
      fill: null,
      search: { rows: 1, total: 1 },
    });
  });

  it('refuses a table that ends amid a row, and one without a column, and can be begun again', async () => {
    await cache.beginFill(identity, cursor);
    await cache.fillChunk(
      'people',
      ['email', 'name', 'slack', 'teams', 'roles', 'active'],
      new TextEncoder().encode('ana'),
    );
    await expect(cache.endTable('people')).rejects.toMatchObject({
      message: expect.stringContaining('amid a row'),
    });
    await cache.beginFill(identity, cursor);
    await expect(cache.fillChunk('people', ['email'], new TextEncoder().encode('a\n'))).rejects.toMatchObject(
      {
        message: expect.stringContaining('without the column name'),
      },
    );
    await fillWhole();
    expect(await idsOf()).toEqual(['REV-1048', 'REV-1049']);
  });

  it('of another server throws away what was there, and never the outbox', async () => {
    await fillWhole();
    await cache.addEntry(entryOf('press-0001'));
    expect(await cache.beginFill({ ...identity, generation: 'two' }, cursor)).toEqual([]);
    expect({ ids: await idsOf(), items: (await cache.items()).length }).toEqual({ ids: [], items: 1 });
  });
});

describe('the folder', () => {
  it('is one program’s alone, until that one ends', async () => {
    await expect(open()).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringContaining('Another Switchyard is running on'),
    });
    await cache.close();
    cache = await open();
    expect(await cache.items()).toEqual([]);
  });

  it('that cannot be made is an error that says so', async () => {
    writeFileSync(inDir('a-file'), '');
    await expect(openCache({ dir: inDir('a-file/desk'), log: silentLog })).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringContaining('cannot write to'),
    });
  });
});

describe('a copy that cannot be used', () => {
  const emptyButForEntry = async () => ({
    identity: (await cache.state()).identity,
    entries: (await cache.items()).map(({ entry_id }) => entry_id),
  });

  it.each([
    ['is gone', () => rm(inDir('cache.db'))],
    ['is no database', async () => writeFileSync(inDir('cache.db'), 'x'.repeat(20_000))],
    [
      'is of another version of the program',
      async () => {
        const db = new Sqlite(inDir('cache.db'));
        db.pragma('user_version = 99');
        db.close();
      },
    ],
  ])('because it %s is made anew, and the outbox is kept', async (_, harm) => {
    await fillWhole();
    await cache.addEntry(entryOf('press-0001'));
    await cache.close();
    await harm();
    cache = await open();
    expect(await emptyButForEntry()).toEqual({ identity: null, entries: ['press-0001'] });
    await fillWhole();
    expect(await idsOf()).toEqual(['REV-1048', 'REV-1049']);
  });

  it('because pages of it are broken is never an error to who reads', async () => {
    await fillWhole();
    await cache.addEntry(entryOf('press-0001'));
    await cache.close();
    const handle = openSync(inDir('cache.db'), 'r+');
    const { size } = statSync(inDir('cache.db'));
    const pageSize = 8_192;
    // Everything but the schema, which is read when the file is opened.
    for (let at = 2 * pageSize; at < size; at += pageSize)
      writeSync(handle, Buffer.alloc(pageSize, 0x5a), 0, pageSize, at);
    closeSync(handle);
    cache = await open();
    expect({
      ids: await idsOf(),
      detail: await cache.detail('REV-1048', viewer),
      ...(await emptyButForEntry()),
    }).toEqual({
      ids: [],
      detail: null,
      identity: null,
      entries: ['press-0001'],
    });
  });
});

describe('an outbox that cannot be read', () => {
  it('is told of, and does not keep anybody from working', async () => {
    await cache.addEntry(entryOf('press-0001'));
    await cache.close();
    writeFileSync(inDir('outbox.db'), 'x'.repeat(20_000));
    cache = await open();
    expect(cache.damage).toBeInstanceOf(AppError);
    expect(existsSync(String(cache.damage?.details.file))).toBe(true);
    await cache.addEntry(entryOf('press-0002'));
    expect((await cache.items()).map(({ entry_id }) => entry_id)).toEqual(['press-0002']);
  });
});

describe('calls', () => {
  it('that come in together are answered in order, each with its own outcome', async () => {
    const unreadable = { ...entryOf('press-bad'), payload: undefined } as unknown as ReturnType<
      typeof entryOf
    >;
    const outcomes = await Promise.allSettled([
      cache.addEntry(entryOf('press-0001')),
      cache.addEntry(unreadable),
      cache.addEntry(entryOf('press-0002')),
      cache.mark('press-0001', { state: 'sending' }),
      cache.items(),
      cache.removeEntry('press-0001'),
      cache.items(),
    ]);
    const shown = outcomes.map((outcome) =>
      outcome.status === 'rejected'
        ? 'rejected'
        : Array.isArray(outcome.value)
          ? outcome.value.map(({ entry_id, state }) => `${entry_id} ${state}`)
          : outcome.value,
    );
    expect(shown).toEqual([
      undefined,
      'rejected',
      undefined,
      true,
      ['press-0001 sending', 'press-0002 waiting'],
      undefined,
      ['press-0002 waiting'],
    ]);
  });

  it('after the end are refused, and a second end is none', async () => {
    await cache.close();
    await cache.close();
    await expect(cache.items()).rejects.toMatchObject({
      code: 'internal',
      message: 'The local copy is closed.',
    });
  });
});

describe('a desk that is killed', () => {
  const script = fileURLToPath(new URL('../../../tests/cache/crashing-desk.ts', import.meta.url));
  const start = (what: string) =>
    spawn(process.execPath, [script, dir, what], { stdio: ['ignore', 'pipe', 'inherit'] });

  /** Kills the process when it has said so many lines; gives all that it said until it was dead. */
  async function killAfter(
    desk: ChildProcess & { stdout: NodeJS.ReadableStream },
    count: number,
  ): Promise<string[]> {
    const said: string[] = [];
    const lines = createInterface({ input: desk.stdout });
    lines.on('line', (line) => {
      said.push(line);
      if (said.length === count) desk.kill('SIGKILL');
    });
    await Promise.all([once(desk, 'exit'), once(lines, 'close')]);
    return said;
  }

  it.each([1, 2, 7, 40])('after %i entries has each one that it said it had', async (count) => {
    await cache.close();
    const said = await killAfter(start('entries'), count);
    cache = await open();
    const kept = (await cache.items()).map(({ entry_id }) => entry_id);
    expect({ kept: kept.slice(0, said.length), damage: cache.damage }).toEqual({ kept: said, damage: null });
    expect(said.length).toBeGreaterThanOrEqual(count);
  });

  it('amid a first copy goes on with the table that was not complete', async () => {
    await cache.close();
    await killAfter(start('fill'), 2);
    cache = await open();
    const { fill } = await cache.state();
    expect(fill?.done).toEqual(['people', 'requests']);
    await fillCache(cache, { messages: [messageOf(1, 'the only one')] });
    const detail = await cache.detail('REV-1048', viewer);
    expect(detail?.messages.map(({ text }) => text)).toEqual(['the only one']);
    expect(await cache.state()).toMatchObject({ identity, cursor, fill: null });
  });
});
