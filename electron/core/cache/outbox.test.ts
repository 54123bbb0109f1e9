import { closeSync, existsSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { OutboxState } from '../../../shared/model/sync.ts';
import { entryOf } from '../../../tests/cache/entry.ts';
import type { OutboxEntry } from './cache.ts';
import { createOutbox, type Outbox, openOutbox } from './outbox.ts';
import { outboxMigrations } from './outbox-migrations.ts';
import { openSqlite, toCacheError } from './sqlite.ts';

let dir: string;
let file: string;

beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'switchyard-outbox-'));
  file = path.join(dir, 'outbox.db');
});

afterEach(() => rm(dir, { recursive: true }));

const idsOf = (entries: readonly OutboxEntry[]) => entries.map(({ entryId }) => entryId);

/** Opens, does something and closes, like a start of the program. */
function during<Value>(work: (outbox: Outbox) => Value): Value {
  const { outbox } = openOutbox(file, undefined);
  try {
    return work(outbox);
  } finally {
    outbox.close();
  }
}

describe('the outbox', () => {
  it('keeps what was done, as it was done, from one start to the next', () => {
    const entry = entryOf('press-0001');
    during((outbox) => outbox.add(entry));
    during((outbox) => outbox.mark('press-0001', { state: 'waiting', isTry: true, problem: 'No network' }));
    expect(during((outbox) => outbox.entry('press-0001'))).toEqual({
      ...entry,
      entry_id: 'press-0001',
      request_id: 'REV-1048',
      state: 'waiting',
      problem: 'No network',
      code: null,
      attempts: 1,
      created_at: entry.createdAt,
      next_try_at: null,
      now: null,
      changed: [],
    });
  });

  it('takes the same entry once, and the first one stands', () => {
    during((outbox) => {
      outbox.add(entryOf('press-0001'));
      outbox.mark('press-0001', { state: 'blocked' });
      outbox.add(entryOf('press-0001', { summary: 'Another' }));
      expect(outbox.items().map(({ state, summary }) => [state, summary])).toEqual([
        ['blocked', 'Approve REV-1048 (press-0001)'],
      ]);
    });
  });

  it('changes of an entry only what a mark names', () => {
    during((outbox) => {
      outbox.add(entryOf('press-0001'));
      const now = {
        status: 'Completed',
        version: 4,
        decision: 'Approved',
        decided_by: 'bo@example.com',
      } as const;
      outbox.mark('press-0001', { state: 'returned', code: 'superseded', problem: 'Bo was first', now });
      outbox.mark('press-0001', { state: 'waiting', problem: null });
      expect(outbox.items()[0]).toMatchObject({ state: 'waiting', problem: null, code: 'superseded', now });
      expect(outbox.mark('press-unknown', { state: 'waiting' })).toBe(false);
    });
  });

  it('sends in order, nothing behind an unsent entry of the same request, and knows what waits', () => {
    const states: readonly (OutboxState | 'sent')[] = ['waiting', 'sending', 'blocked', 'returned', 'sent'];
    const ids = fc.integer({ min: 1, max: 8 }).map((number) => `press-${number}`);
    const step = fc.oneof(
      fc.record({ act: fc.constant('add'), id: ids, request: fc.constantFrom('REV-1', 'REV-2', null) }),
      fc.record({ act: fc.constant('mark'), id: ids, state: fc.constantFrom(...states) }),
      fc.record({ act: fc.constant('remove'), id: ids }),
    );
    let runs = 0;
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 30 }),
        fc.subarray(['press-1', 'press-2', 'press-3']),
        (steps, except) => {
          runs += 1;
          const { outbox } = openOutbox(path.join(dir, `run-${runs}.db`), undefined);
          let model: { id: string; request: string | null; state: OutboxState | 'sent' }[] = [];
          for (const one of steps) {
            if ('request' in one) {
              outbox.add(entryOf(one.id, { requestId: one.request }));
              if (!model.some(({ id }) => id === one.id))
                model.push({ id: one.id, request: one.request, state: 'waiting' });
            } else if ('state' in one) {
              outbox.mark(one.id, { state: one.state });
              model = model.map((entry) => (entry.id === one.id ? { ...entry, state: one.state } : entry));
            } else {
              outbox.remove(one.id);
              model = model.filter(({ id }) => id !== one.id);
            }
          }
          const isUnsent = ({ state }: (typeof model)[number]) => state !== 'returned' && state !== 'sent';
          const isFree = (entry: (typeof model)[number], index: number) =>
            entry.state === 'waiting' &&
            !except.includes(entry.id) &&
            !model
              .slice(0, index)
              .some((one) => one.request !== null && one.request === entry.request && isUnsent(one));
          const read = {
            toSend: idsOf(outbox.toSend(3, except)),
            sent: idsOf(outbox.sent()),
            items: outbox.items().map(({ entry_id }) => entry_id),
            waiting: [...outbox.waiting(['REV-1', 'REV-2', 'REV-3'])].sort(),
          };
          outbox.close();
          expect(read).toEqual({
            toSend: model
              .filter(isFree)
              .slice(0, 3)
              .map(({ id }) => id),
            sent: model.filter(({ state }) => state === 'sent').map(({ id }) => id),
            items: model.filter(({ state }) => state !== 'sent').map(({ id }) => id),
            waiting: [...new Set(model.filter(isUnsent).flatMap(({ request }) => request ?? []))].sort(),
          });
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('a full disk', () => {
  it('refuses what is new in words, and keeps what was there', () => {
    const db = openSqlite(file, undefined);
    for (const statements of outboxMigrations) db.exec(statements);
    const outbox = createOutbox(db);
    outbox.add(entryOf('press-0001'));
    db.pragma(`max_page_count = ${db.pragma('page_count', { simple: true })}`);
    const large = entryOf('press-0002', { payload: 'x'.repeat(100_000) });
    let refusal: unknown;
    try {
      outbox.add(large);
    } catch (thrown) {
      refusal = toCacheError(thrown, dir);
    }
    expect(refusal).toMatchObject({
      code: 'invalid_input',
      message: expect.stringContaining('is full. Free some space'),
    });
    expect(outbox.items().map(({ entry_id }) => entry_id)).toEqual(['press-0001']);
    db.pragma('max_page_count = 100000');
    outbox.add(large);
    expect(idsOf(outbox.toSend(9, []))).toEqual(['press-0001']);
    db.close();
  });
});

describe('migrations', () => {
  const added = 'alter table entries add column remark text';

  it('bring an outbox forward and keep every entry', () => {
    during((outbox) => outbox.add(entryOf('press-0001')));
    const { outbox } = openOutbox(file, undefined, [...outboxMigrations, added]);
    expect(idsOf(outbox.toSend(9, []))).toEqual(['press-0001']);
    outbox.close();
    // The program of before does not know what the newer one has written.
    expect(() => openOutbox(file, undefined)).toThrow(
      expect.objectContaining({
        code: 'store_newer',
        message: expect.stringContaining('Update this program'),
      }),
    );
    const again = openOutbox(file, undefined, [...outboxMigrations, added]);
    expect(idsOf(again.outbox.toSend(9, []))).toEqual(['press-0001']);
    again.outbox.close();
  });

  it('leave the outbox as it was where one of them fails', () => {
    during((outbox) => outbox.add(entryOf('press-0001')));
    expect(() => openOutbox(file, undefined, [...outboxMigrations, `${added}; select nonsense`])).toThrow(
      'nonsense',
    );
    expect(during((outbox) => idsOf(outbox.toSend(9, [])))).toEqual(['press-0001']);
  });
});

describe('a damaged outbox', () => {
  const filled = () =>
    during((outbox) => {
      for (let number = 1; number <= 60; number += 1)
        outbox.add(entryOf(`press-${number}`, { requestId: null, payload: `${number} ${'x'.repeat(900)}` }));
      outbox.mark('press-2', { state: 'sent' });
    });

  it('that is no database is kept under another name, reported with its path, and a new one begun', async () => {
    writeFileSync(file, 'This was an outbox once.');
    const { outbox, damage } = openOutbox(file, undefined);
    const kept = String(damage?.details.file);
    expect(damage).toMatchObject({
      code: 'internal',
      message: expect.stringContaining(`is kept as ${kept}`),
    });
    expect(readFileSync(kept, 'utf8')).toBe('This was an outbox once.');
    outbox.add(entryOf('press-0001'));
    outbox.close();
    expect(during((again) => idsOf(again.toSend(9, [])))).toEqual(['press-0001']);
    expect((await readdir(dir)).filter((name) => name.includes('damaged'))).toHaveLength(1);
  });

  it('gives what is still as it was written, and nothing else', () => {
    filled();
    // One page of entries is lost; in another, one entry has other letters than were written.
    const bytes = readFileSync(file);
    const target = bytes.indexOf('17 xxx');
    const pageSize = 4_096;
    const handle = openSync(file, 'r+');
    writeSync(handle, Buffer.alloc(pageSize, 0x5a), 0, pageSize, Math.floor(target / pageSize) * pageSize);
    writeSync(handle, Buffer.from('41 yyy'), 0, 6, bytes.indexOf('41 xxx'));
    closeSync(handle);
    const { outbox, damage } = openOutbox(file, undefined);
    const saved = idsOf(outbox.toSend(100, []));
    const sent = idsOf(outbox.sent());
    outbox.close();
    expect(saved).not.toContain('press-17');
    expect(saved).not.toContain('press-41');
    expect({ first: saved[0], last: saved.at(-1), sent }).toEqual({
      first: 'press-1',
      last: 'press-60',
      sent: ['press-2'],
    });
    expect(saved.length).toBeGreaterThan(50);
    expect(damage?.details.saved).toBe(saved.length + sent.length);
    expect(existsSync(String(damage?.details.file))).toBe(true);
  });
});
