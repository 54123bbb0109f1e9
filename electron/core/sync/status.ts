import type { OutboxItem, SyncStatus } from '../../../shared/model/sync.ts';
import type { PullState } from './pull.ts';

/** Whether the shared store can be reached. */
export type ConnectionState =
  | { kind: 'offline' | 'connecting'; problem: string | null }
  | { kind: 'blocked'; problem: string }
  | { kind: 'joined' };

export interface OutboxState {
  counts: SyncStatus['outbox'];
  /** What holds up those behind it, and why, in a sentence. */
  blocking: { entryId: string; words: string } | null;
}

/** An entry that is not through after so long, with a connection there, or after so many tries, is named. */
const watchdogMs = 60_000;
const watchdogTries = 5;

/** How many minutes, or seconds, in words. */
function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}

function blockingWords(item: OutboxItem, waitedMs: number): string {
  if (item.state === 'blocked') return item.problem ?? `"${item.summary}" is blocked.`;
  const why = item.problem ?? 'No answer has come yet.';
  const since =
    waitedMs > watchdogMs
      ? `has been waiting to be sent for ${duration(waitedMs)}`
      : `was tried ${item.attempts} times and is not through`;
  return `"${item.summary}" ${since}. ${why}`;
}

/**
 * Counts the outbox and names the entry that holds up the rest: one that is blocked, or one that was tried and is not
 * through after a minute, or after five tries. `waitedMs`: for how long both the entry and a connection have been there.
 */
export function outboxStateOf(
  items: readonly OutboxItem[],
  waitedMs: (entryId: string) => number,
): OutboxState {
  const count = (state: OutboxItem['state']) => items.filter((item) => item.state === state).length;
  const counts = {
    waiting: count('waiting') + count('sending'),
    blocked: count('blocked'),
    returned: count('returned'),
  };
  const isStuck = ({ state, attempts, entry_id: entryId }: OutboxItem): boolean =>
    state !== 'returned' && (attempts >= watchdogTries || (attempts > 0 && waitedMs(entryId) > watchdogMs));
  const item = items.find(({ state }) => state === 'blocked') ?? items.find(isStuck);
  if (!item) return { counts, blocking: null };
  const words = blockingWords(item, waitedMs(item.entry_id));
  return { counts, blocking: { entryId: item.entry_id, words } };
}

/** Everything that is known, as the console shows it. What needs a person comes before what passes by itself. */
export function syncStatusOf(parts: {
  connection: ConnectionState;
  pull: PullState | null;
  outbox: OutboxState;
  since: (state: SyncStatus['state']) => string;
}): SyncStatus {
  const { connection, pull, outbox, since } = parts;
  const state = stateOf(connection, pull, outbox);
  const problems = [
    connection.kind === 'joined' ? pull?.problem : connection.problem,
    outbox.blocking?.words,
  ].filter((words): words is string => typeof words === 'string');
  return {
    state,
    since: since(state),
    problem: problems.length === 0 ? null : problems.join(' '),
    behindMs: connection.kind === 'joined' ? (pull?.behindMs ?? null) : null,
    upToDateAt: pull?.upToDateAt ?? null,
    fill: connection.kind === 'joined' ? (pull?.fill ?? null) : null,
    search: pull?.search ?? null,
    outbox: outbox.counts,
    blockingEntry: outbox.blocking?.entryId ?? null,
  };
}

function stateOf(
  connection: ConnectionState,
  pull: PullState | null,
  outbox: OutboxState,
): SyncStatus['state'] {
  if (connection.kind !== 'joined') return connection.kind;
  if (pull?.state === 'blocked' || outbox.counts.blocked > 0) return 'blocked';
  const base = pull?.state ?? 'connecting';
  return base === 'online' && outbox.counts.waiting > 0 ? 'syncing' : base;
}
