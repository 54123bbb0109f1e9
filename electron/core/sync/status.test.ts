import { describe, expect, it } from 'vitest';
import type { OutboxItem } from '../../../shared/model/sync.ts';
import type { PullState } from './pull.ts';
import { type ConnectionState, outboxStateOf, syncStatusOf } from './status.ts';

function item(given: Partial<OutboxItem>): OutboxItem {
  return {
    entry_id: 'entry-1',
    kind: 'decision',
    author: 'ana@example.com',
    request_id: 'REV-1001',
    summary: 'Approve REV-1001',
    state: 'waiting',
    problem: null,
    code: null,
    attempts: 0,
    created_at: '2026-05-18T09:00:00.000Z',
    next_try_at: null,
    seen: null,
    now: null,
    changed: [],
    ...given,
  };
}

describe('the outbox', () => {
  it('is counted by what it waits for', () => {
    const items = (['waiting', 'sending', 'blocked', 'returned', 'returned'] as const).map((state) =>
      item({ state }),
    );
    expect(outboxStateOf(items, () => 0).counts).toEqual({ waiting: 2, blocked: 1, returned: 2 });
  });

  it('names the entry that is blocked, with why', () => {
    const items = [
      item({ attempts: 3 }),
      item({ entry_id: 'entry-2', state: 'blocked', problem: 'The disk of the server is full.' }),
    ];
    expect(outboxStateOf(items, () => 0).blocking).toEqual({
      entryId: 'entry-2',
      words: 'The disk of the server is full.',
    });
  });

  it('names the entry that was tried and is not through after a minute with a connection', () => {
    const items = [item({ attempts: 1, problem: 'The server is busy.' }), item({ entry_id: 'entry-2' })];
    expect(outboxStateOf(items, () => 59_000).blocking).toBeNull();
    expect(outboxStateOf(items, () => 180_000).blocking).toEqual({
      entryId: 'entry-1',
      words: '"Approve REV-1001" has been waiting to be sent for 3 min. The server is busy.',
    });
  });

  it('names the entry that is tried again and again, though each connection is a new one', () => {
    const stuck = item({ attempts: 7, problem: 'The connection was lost.' });
    expect(outboxStateOf([stuck], () => 2_000).blocking?.words).toBe(
      '"Approve REV-1001" was tried 7 times and is not through. The connection was lost.',
    );
  });

  it('does not name what came back, or what was never tried', () => {
    const items = [item({ state: 'returned', attempts: 1 }), item({ entry_id: 'entry-2' })];
    expect(outboxStateOf(items, () => 3_600_000).blocking).toBeNull();
  });
});

describe('the status', () => {
  const online: PullState = {
    state: 'online',
    problem: null,
    behindMs: 0,
    upToDateAt: '2026-05-18T09:00:00.000Z',
    fill: null,
    search: null,
  };
  const status = (connection: ConnectionState, pull: PullState | null, items: OutboxItem[] = []) => {
    const outbox = outboxStateOf(items, () => 0);
    const { state, problem } = syncStatusOf({ connection, pull, outbox, since: () => '' });
    return { state, problem };
  };

  it('is online when the copy is up to date and nothing waits, and syncing while something does', () => {
    expect(status({ kind: 'joined' }, online)).toEqual({ state: 'online', problem: null });
    expect(status({ kind: 'joined' }, online, [item({})])).toEqual({ state: 'syncing', problem: null });
    expect(status({ kind: 'joined' }, null)).toEqual({ state: 'connecting', problem: null });
  });

  it('is offline without a connection, whatever the copy said last', () => {
    const connection = { kind: 'offline', problem: 'Nothing listens there.' } as const;
    expect(status(connection, online)).toEqual({ state: 'offline', problem: 'Nothing listens there.' });
  });

  it('says what needs a person, of the copy and of the outbox', () => {
    const blocked = { ...online, state: 'blocked', problem: 'Update this program.' } as const;
    const entry = item({ state: 'blocked', problem: 'It failed.' });
    expect(status({ kind: 'joined' }, blocked)).toEqual({
      state: 'blocked',
      problem: 'Update this program.',
    });
    expect(status({ kind: 'joined' }, online, [entry])).toEqual({ state: 'blocked', problem: 'It failed.' });
    expect(status({ kind: 'joined' }, blocked, [entry]).problem).toBe('Update this program. It failed.');
  });
});
