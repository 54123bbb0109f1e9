import { toAppError } from '../../../shared/model/errors.ts';
import type { FeedCursor, FeedIdentity, SyncStatus } from '../../../shared/model/sync.ts';
import type { Cache } from '../cache/cache.ts';
import type { Clock, Log } from '../ports.ts';
import type { AuditHead, FeedReading, FeedStore } from '../store/changes.ts';
import type { Fill } from '../store/fill.ts';
import { gatherChunks } from './gather-chunks.ts';
import { createWakeUp } from './wake-up.ts';

/** The pull's part of a desk's status. */
export interface PullState
  extends Pick<SyncStatus, 'problem' | 'behindMs' | 'upToDateAt' | 'fill' | 'search'> {
  /** `syncing`: behind, and catching up. `blocked`: it takes a person; `problem` says what to do. */
  state: Extract<SyncStatus['state'], 'filling' | 'syncing' | 'online' | 'blocked'>;
}

export interface PullOptions {
  cache: Pick<
    Cache,
    | 'state'
    | 'reset'
    | 'beginFill'
    | 'fillChunk'
    | 'endTable'
    | 'endFill'
    | 'buildSearch'
    | 'apply'
    | 'noteAuditHead'
  >;
  store: FeedStore;
  /** E-mail of whose copy it is. */
  viewer: string;
  /** The newest schema of the store that this program understands. */
  knownSchema: number;
  clock: Clock;
  log: Log;
  onState: (state: PullState) => void;
  /** Requests that have changed in the copy, in no order; null where anything may have. */
  onChanged: (requestIds: readonly string[] | null) => void;
}

/** Keeps a desk's copy of the shared store up to date over one connection. */
export interface Pull {
  /**
   * Works until the signal ends, then resolves. Rejects with `store_unreachable` where the connection is lost and with
   * whatever SQLite throws; the copy is then whole as of its cursor, or its first fill goes on with the next run.
   */
  run(signal: AbortSignal): Promise<void>;
  /** Looks at once, be it blocked or waiting. */
  wake(): void;
}

const batchLimit = 500;
const pollMs = 2_000;
/** Without a change for so many polls in a row, the store is asked less often. */
const pollsBeforeIdle = 30;
const idlePollMs = 15_000;
/** A change that a writing transaction holds is announced by nobody when that one ends. */
const firstHeldPollMs = 4;
const lastHeldPollMs = 250;
const blockedPollMs = 15_000;
const alarmMs = 30_000;
/** A cursor that moves without changes is kept now and then only: each time costs a write. */
const keepCursorMs = 60_000;
const fillChunkBytes = 256 * 1024;
const chunksOnTheWay = 2;

/** Why a pull cannot go on, in words for a person. It is looked at again now and then. */
class Blocked extends Error {}

export function createPull(options: PullOptions): Pull {
  const { cache, store, viewer, knownSchema, clock, log, onState, onChanged } = options;
  const wakeUp = createWakeUp();
  let isHinted = false;
  let state: PullState = {
    state: 'syncing',
    problem: null,
    behindMs: null,
    upToDateAt: null,
    fill: null,
    search: null,
  };

  function show(change: Partial<PullState>): void {
    state = { ...state, ...change };
    onState(state);
  }

  function hint(): void {
    isHinted = true;
    wakeUp.wake();
  }

  /** Until the time is over, something is heard, or the signal ends. */
  async function rest(ms: number, signal: AbortSignal): Promise<void> {
    const over = new AbortController();
    const timeOver = clock.sleep(ms, AbortSignal.any([signal, over.signal])).then(
      () => over.abort(),
      () => {},
    );
    await wakeUp.sleep(AbortSignal.any([signal, over.signal]));
    over.abort();
    await timeOver;
  }

  // ── what the copy belongs to ───────────────────────────────────────────────────────────────────────────────

  function refuseNewer({ schema }: FeedIdentity): void {
    if (schema <= knownSchema) return;
    throw new Blocked(
      `The shared store has schema version ${schema}, this program knows versions up to ${knownSchema}. Update this ` +
        'program; what you did here is kept.',
    );
  }

  function refuseStranger({ access }: FeedIdentity): void {
    if (access !== 'none') return;
    throw new Blocked(
      `${viewer} is not an active person in the shared store. Ask an admin to add or reactivate the account; what you ` +
        'did here is kept.',
    );
  }

  /** Empties the copy. Of one and the same server the desk stays a witness. */
  async function forget(because: string, witnessed: AuditHead | null): Promise<void> {
    log.info({ because }, 'The copy of the shared store is built anew');
    await cache.reset();
    if (witnessed !== null) await cache.noteAuditHead(witnessed);
    show({ search: null, behindMs: null });
    onChanged(null);
  }

  /** Makes the copy one of what is there now. Gives its cursor, or null where it has to be filled. */
  async function prepare(): Promise<{ identity: FeedIdentity; cursor: FeedCursor | null }> {
    const identity = await store.identity(viewer);
    refuseNewer(identity);
    const { identity: whole, fill, cursor, auditHead } = await cache.state();
    const held = fill?.identity ?? whole;
    const difference = held && differenceBetween(held, identity);
    if (difference) await forget(difference, held.generation === identity.generation ? auditHead : null);
    refuseStranger(identity);
    return { identity, cursor: difference ? null : cursor };
  }

  // ── the first copy ─────────────────────────────────────────────────────────────────────────────────────────

  /** Gives false where the store has become another one meanwhile. */
  async function fill(identity: FeedIdentity, signal: AbortSignal): Promise<boolean> {
    const source = await store.openFill(viewer);
    try {
      if (differenceBetween(identity, source.identity)) return false;
      const done = await cache.beginFill(identity, source.cursor);
      for (const { table, columns, total } of source.tables) {
        if (done.includes(table)) continue;
        await fillTable({ source, table, columns, total, signal });
      }
      await cache.endFill();
    } finally {
      await source.end();
    }
    show({ fill: null });
    onChanged(null);
    return true;
  }

  async function fillTable(task: {
    source: Fill;
    table: Fill['tables'][number]['table'];
    columns: readonly string[];
    total: number;
    signal: AbortSignal;
  }): Promise<void> {
    const { source, table, columns, total, signal } = task;
    let rows = 0;
    show({ state: 'filling', fill: { table, rows, total } });
    // The next chunk is on its way while one is written, or the cache's thread waits for each.
    const writes: Promise<void>[] = [];
    for await (const { bytes, lines } of gatherChunks(source.copy(table), fillChunkBytes)) {
      signal.throwIfAborted();
      const write = cache.fillChunk(table, columns, bytes);
      // Whoever awaits it below learns of a failure; until then there may be nobody.
      write.catch(() => {});
      writes.push(write);
      if (writes.length > chunksOnTheWay) await writes.shift();
      rows += lines;
      show({ fill: { table, rows: Math.min(rows, total), total } });
    }
    await Promise.all(writes);
    await cache.endTable(table);
  }

  // ── changes ────────────────────────────────────────────────────────────────────────────────────────────────

  /** Keeps the copy up to date until the signal ends, or the copy no longer fits the store. */
  async function follow(identity: FeedIdentity, signal: AbortSignal): Promise<void> {
    const { cursor: start, search, auditHead } = await cache.state();
    if (start === null || identity.access === 'none') return;
    let cursor = start;
    let witnessed = auditHead;
    let isSearchLeft = search.rows < search.total;
    let keptAt = performance.now();
    let quietPolls = 0;
    let heldPollMs = firstHeldPollMs;

    while (!signal.aborted) {
      isHinted = false;
      const { access } = identity;
      const reading = await store.readFeed({ viewer, access, cursor, limit: batchLimit, witnessed });
      const misfit = misfitOf(identity, reading);
      if (misfit !== null) {
        if (isCursorAloneLost(identity, reading)) await forget(misfit, witnessed);
        return;
      }
      refuseRewritten(reading, witnessed);

      const { batch, isMore, lagMs } = reading;
      const hasChanges = batch.changes.length > 0;
      if (hasChanges || performance.now() - keptAt > keepCursorMs) {
        const changed = await cache.apply(batch);
        keptAt = performance.now();
        if (hasChanges) onChanged(changed);
      }
      if (witnessed?.hash !== reading.auditHead.hash) {
        witnessed = reading.auditHead;
        await cache.noteAuditHead(witnessed);
      }
      cursor = batch.cursor;
      quietPolls = hasChanges ? 0 : quietPolls + 1;
      showProgress(reading);
      if (isMore) continue;

      const quietMs = quietPolls < pollsBeforeIdle ? pollMs : idlePollMs;
      const lookAgainAt = performance.now() + (lagMs > 0 ? heldPollMs : quietMs);
      heldPollMs = lagMs > 0 ? Math.min(lastHeldPollMs, heldPollMs * 2) : firstHeldPollMs;
      if (isSearchLeft) isSearchLeft = await buildSearchUntil(lookAgainAt, signal);
      const restMs = lookAgainAt - performance.now();
      if (!isHinted && restMs > 0) await rest(restMs, signal);
    }
  }

  function showProgress({ isMore, lagMs, oldestWriter }: FeedReading): void {
    const isLate = !isMore && lagMs > alarmMs;
    show({
      state: isMore ? 'syncing' : 'online',
      behindMs: lagMs,
      problem: isLate ? wordsOfLag(lagMs, oldestWriter) : null,
      ...(lagMs === 0 ? { upToDateAt: clock.now().toISOString() } : {}),
    });
  }

  /** Builds pieces of the full-text search for as long as nothing else is to be done. Gives whether any is left. */
  async function buildSearchUntil(end: number, signal: AbortSignal): Promise<boolean> {
    while (!isHinted && !signal.aborted && performance.now() < end) {
      const isLeft = await cache.buildSearch();
      const { search } = await cache.state();
      show({ search: isLeft ? search : null });
      if (!isLeft) return false;
    }
    return true;
  }

  // ── the whole ──────────────────────────────────────────────────────────────────────────────────────────────

  async function runOnce(signal: AbortSignal): Promise<void> {
    const { identity, cursor } = await prepare();
    if (cursor === null && !(await fill(identity, signal))) return;
    show({ state: 'syncing', problem: null });
    await follow(identity, signal);
  }

  /** A newer schema may fail a query of ours before its number was compared: then that is what is wrong. */
  async function blockIfNewer(thrown: unknown): Promise<never> {
    if (toAppError(thrown).code === 'internal') refuseNewer(await store.identity(viewer));
    throw thrown;
  }

  return {
    async run(signal) {
      const listening = await store.listen(hint);
      try {
        while (!signal.aborted) {
          try {
            await runOnce(signal).catch(blockIfNewer);
          } catch (thrown) {
            if (signal.aborted) return;
            if (!(thrown instanceof Blocked)) throw thrown;
            log.warn({ problem: thrown.message }, 'The copy of the shared store is not kept up to date');
            show({ state: 'blocked', problem: thrown.message, fill: null });
            await rest(blockedPollMs, signal);
          }
        }
      } finally {
        await listening.close();
      }
    },
    wake: hint,
  };
}

/** In words for the log, or null for one and the same. */
function differenceBetween(ours: FeedIdentity, theirs: FeedIdentity): string | null {
  if (ours.generation !== theirs.generation) return 'the server was restored, replaced or emptied';
  if (ours.schema !== theirs.schema) return 'the schema of the store has changed';
  if (ours.viewer !== theirs.viewer) return 'somebody else uses this desk';
  if (ours.access !== theirs.access) return 'the person at this desk may see more or less than before';
  return null;
}

/** Why a reading is not for the copy that it was asked for, or null. */
function misfitOf(ours: FeedIdentity, { identity, isCursorLost }: FeedReading): string | null {
  if (isCursorLost) return 'the desk was away for too long, or the server was set back';
  return differenceBetween(ours, identity);
}

/** Whatever else does not fit shows at the next look. */
function isCursorAloneLost(ours: FeedIdentity, { identity, isCursorLost }: FeedReading): boolean {
  return isCursorLost && differenceBetween(ours, identity) === null;
}

function refuseRewritten({ auditHead, extendsWitnessed }: FeedReading, witnessed: AuditHead | null): void {
  if (extendsWitnessed || witnessed === null) return;
  throw new Blocked(
    `The audit log was rewritten or cut off: this desk saw event number ${witnessed.ordinal} at its end, and the log, ` +
      `which now ends at number ${auditHead.ordinal}, no longer has it. Tell an auditor. If the database was restored ` +
      'from a backup on purpose, an admin says so with: select renew_feed_generation()',
  );
}

function wordsOfLag(lagMs: number, writer: FeedReading['oldestWriter']): string {
  const late = `Changes come ${Math.round(lagMs / 1_000)} s late: `;
  if (writer === null)
    return `${late}a long transaction holds the feed. It ends by itself, or the database's administrator ends it.`;
  const process = writer.pid === null ? '' : `, process ${writer.pid}`;
  return (
    `${late}a long transaction (${writer.application || 'unnamed program'}${process}, open for ` +
    `${Math.round(writer.openMs / 1_000)} s) holds the feed. It ends by itself, or the database's administrator ends it.`
  );
}
