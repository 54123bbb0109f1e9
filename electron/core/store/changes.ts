import type pg from 'pg';
import {
  type Access,
  type FeedBatch,
  type FeedChange,
  type FeedCursor,
  type FeedIdentity,
  syncedKeys,
  syncedTables,
} from '../../../shared/model/sync.ts';
import { type Db, toStoreError } from './db.ts';
import { identitySql } from './feed-identity.ts';
import { type Fill, openFill } from './fill.ts';
import type { Listening } from './listener.ts';
import { isVisible, selectSynced } from './synced-columns.ts';

/** Where the audit log ends, or ended when a desk last saw it. */
export interface AuditHead {
  ordinal: number;
  hash: string;
}

export interface FeedRequest {
  viewer: string;
  /** With `own`, only the viewer's own requests and what belongs to them. */
  access: Exclude<Access, 'none'>;
  cursor: FeedCursor;
  /** Changes at most; a request that has changed hands comes with everything under it on top. */
  limit: number;
  /** The end of the audit log as the reader saw it last. */
  witnessed: AuditHead | null;
}

/** The writing transaction that has been open for longest, of those that may be seen. */
export interface OldestWriter {
  pid: number | null;
  application: string;
  openMs: number;
}

/** All of it is read in one snapshot. */
export interface FeedReading {
  /** As it is now: where it is not the one that the reader has a copy for, the rest is not for that copy. */
  identity: FeedIdentity;
  /** Changes before the cursor may be missing, or the cursor is of another past of the server: build the copy anew. */
  isCursorLost: boolean;
  batch: FeedBatch;
  /** There are changes after the batch that could be read at once. */
  isMore: boolean;
  /** Age of the oldest change after the batch, readable or still held by a writing transaction; 0 without one. */
  lagMs: number;
  /** Only where a change is held. */
  oldestWriter: OldestWriter | null;
  auditHead: AuditHead;
  /** The audit log still has, at its place, the event that was its end when the reader saw it. */
  extendsWitnessed: boolean;
}

/** The shared store as a desk's copy needs it. Every call may fail with `store_unreachable`. */
export interface FeedStore {
  identity(viewer: string): Promise<FeedIdentity>;
  readFeed(request: FeedRequest): Promise<FeedReading>;
  openFill(viewer: string): Promise<Fill>;
  /** Calls whenever something may have changed. Only ever a hint: calls may be missing. */
  listen(onHint: () => void): Promise<Listening>;
}

export function createFeedStore(db: Db): FeedStore {
  return {
    identity: (viewer) => feedIdentity(db, viewer),
    readFeed: (request) => readFeed(db, request),
    openFill: (viewer) => openFill(db, viewer),
    listen: (onHint) => db.listen('switchyard_changes', onHint),
  };
}

interface Statement {
  /** Prepared under this name on every connection that runs it. */
  name: string;
  text: string;
  values: unknown[];
}

async function queryOne<Row extends pg.QueryResultRow>(pool: pg.Pool, statement: Statement): Promise<Row> {
  const { rows } = await pool.query<Row>(statement).catch((thrown: unknown) => {
    throw toStoreError(thrown);
  });
  const [row] = rows;
  if (row === undefined) throw new Error(`The statement ${statement.name} gave no row`);
  return row;
}

/** What a copy for this viewer is a copy of, at this moment. `none` for somebody unknown or no longer active. */
export async function feedIdentity(db: Db, viewer: string): Promise<FeedIdentity> {
  const { identity } = await queryOne<{ identity: FeedIdentity }>(db.pool, {
    name: 'feed-identity',
    text: `select ${identitySql} as identity`,
    values: [viewer],
  });
  return identity;
}

interface ReadingRow {
  identity: FeedIdentity;
  is_cursor_lost: boolean;
  next_cursor: FeedCursor;
  is_more: boolean;
  lag_ms: number;
  oldest_writer: OldestWriter | null;
  audit_head: AuditHead;
  extends_witnessed: boolean;
  changes: FeedChange[];
}

/**
 * The changes after a cursor, oldest first, with the cursor that they lead to. A change only says which row to look
 * at: the row is as it is in the snapshot of the reading, so whatever order changes come in, the last word is the
 * store's. Both halves of the cursor matter, and so does the bound: transactions end in another order than they begin.
 */
export async function readFeed(db: Db, request: FeedRequest): Promise<FeedReading> {
  const { viewer, access, cursor, limit, witnessed } = request;
  // How much of the store is one's own only the values tell.
  const pool = access === 'all' ? db.plannedOnce : db.pool;
  const row = await queryOne<ReadingRow>(pool, {
    name: `feed-of-${access}-by-${limit}`,
    text: readingSql(access === 'all' ? null : '$1', limit),
    values: [viewer, cursor.xid, cursor.id, witnessed?.ordinal ?? null, witnessed?.hash ?? null],
  });
  return {
    identity: row.identity,
    isCursorLost: row.is_cursor_lost,
    batch: { changes: row.changes, cursor: row.next_cursor },
    isMore: row.is_more,
    lagMs: row.lag_ms,
    oldestWriter: row.oldest_writer,
    auditHead: row.audit_head,
    extendsWitnessed: row.extends_witnessed,
  };
}

/**
 * Throws away what tells desks of deletions longer ago than this; a desk that was away for longer builds its copy
 * anew. Gives how many there were.
 */
export async function pruneFeed(db: Db, retentionDays = 180): Promise<number> {
  const { count } = await queryOne<{ count: number }>(db.pool, {
    name: 'feed-prune',
    text: "select prune_feed_marks($1 * interval '1 day') as count",
    values: [retentionDays],
  });
  return count;
}

const stamps = 'feed_xid, feed_id, feed_at';

/** The limit stands in the text: a planner that does not know it takes the statement for far too dear to be kept. */
const firstReadable = (limit: number) => `(feed_xid, feed_id) > ($2::xid8, $3::bigint)
  and feed_xid < pg_snapshot_xmin(pg_current_snapshot())
  order by feed_xid, feed_id limit ${limit}`;

/** Changed rows by key. `is_handover`: a request that may have become visible, or invisible, to the viewer. */
function pickSql(ownViewer: string | null, limit: number): string {
  const ofTables = syncedTables.map(
    (
      table,
    ) => `(select '${table}' as table_name, t.${syncedKeys[table]} as key, ${stamps}, false as is_handover
      from ${table} t where ${isVisible(table, ownViewer)} and ${firstReadable(limit)})`,
  );
  const isForViewer = ownViewer === null ? 'viewer is null' : `(viewer is null or viewer = ${ownViewer})`;
  const ofMarks = `(select table_name, key, ${stamps}, viewer is not null as is_handover
      from feed_marks where ${isForViewer} and ${firstReadable(limit)})`;
  return [...ofTables, ofMarks].join('\n  union all ');
}

/** What hangs on a request that has changed hands comes and goes with it. */
function underHandoversSql(): string {
  return syncedTables
    .filter((table) => table !== 'people' && table !== 'requests')
    .map(
      (table) => `select '${table}', t.${syncedKeys[table]}, p.feed_xid, p.feed_id, 1
      from page p join ${table} t on t.request_id = p.key where p.is_handover`,
    )
    .join('\n  union all ');
}

/** The row with the key, of the table that is named beside it, as JSON; null where the viewer may not see it. */
function rowSql(ownViewer: string | null): string {
  return syncedTables
    .map((table) => {
      const isWanted = `c.table_name = '${table}' and t.${syncedKeys[table]} = c.key`;
      return `select row_to_json(x) as value from (${selectSynced(
        table,
        `${isWanted} and ${isVisible(table, ownViewer)}`,
      )}) x`;
    })
    .join('\n  union all ');
}

/** Changes that are committed, and yet may be preceded by others. What a restored dump says of another server is not. */
const heldSql = [...syncedTables, 'feed_marks']
  .map(
    (table) => `(select feed_at from ${table}
      where feed_xid >= pg_snapshot_xmin(pg_current_snapshot()) and feed_xid < pg_snapshot_xmax(pg_current_snapshot())
      order by feed_xid, feed_id limit 1)`,
  )
  .join('\n  union all ');

const oldestWriterSql = `select json_build_object('pid', pid, 'application', application,
    'openMs', round(extract(epoch from clock_timestamp() - since) * 1000)) as value
  from (
    select pid, application_name as application, xact_start as since from pg_stat_activity where backend_xid is not null
    union all
    select null, 'prepared transaction ' || gid, prepared from pg_prepared_xacts
  ) writers
  where since is not null order by since limit 1`;

/** In whole milliseconds and never 0, so that a change that was made just now shows too; null for null. */
const ageMs = (moment: string) =>
  `case when ${moment} is not null
    then greatest(1, ceil(extract(epoch from clock_timestamp() - ${moment}) * 1000))::int8 end`;

/** `$1` viewer, `$2` and `$3` the cursor, `$4` and `$5` the witnessed end of the audit log. */
function readingSql(ownViewer: string | null, limit: number): string {
  return `
with pick as materialized (
  select * from (${pickSql(ownViewer, limit + 1)}) picked order by feed_xid, feed_id limit ${limit + 1}
), page as materialized (
  select * from pick order by feed_xid, feed_id limit ${limit}
), last_of_page as (
  select feed_xid, feed_id from page order by feed_xid desc, feed_id desc limit 1
), after_page as (
  select feed_at from pick order by feed_xid, feed_id offset ${limit} limit 1
), changed as (
  select table_name, key, feed_xid, feed_id, 0 as depth from page
  ${ownViewer === null ? '' : `union all ${underHandoversSql()}`}
), held as materialized (
  select min(feed_at) as since from (${heldSql}) h
), bounds as (
  select pg_snapshot_xmin(s) as xmin, pg_snapshot_xmax(s) as xmax from pg_current_snapshot() s
)
select
  ${identitySql} as identity,
  $2::xid8 > b.xmax or (($2::xid8, $3::bigint) < (f.floor_xid, f.floor_id) and f.floor_xid < b.xmax) as is_cursor_lost,
  case
    when exists (select from after_page)
      then (select json_build_object('xid', feed_xid::text, 'id', feed_id::text) from last_of_page)
    else json_build_object('xid', b.xmin::text, 'id', '0')
  end as next_cursor,
  exists (select from after_page) as is_more,
  coalesce(${ageMs('(select feed_at from after_page)')}, ${ageMs('held.since')}, 0) as lag_ms,
  case when held.since is not null then (${oldestWriterSql}) end as oldest_writer,
  (select json_build_object('ordinal', ordinal, 'hash', hash) from audit_head) as audit_head,
  $4::bigint is null or $4 = 0 or exists (select from audit_log where ordinal = $4 and hash = $5::text)
    as extends_witnessed,
  (select coalesce(json_agg(json_build_object('table', c.table_name, 'key', c.key, 'row', r.value)
      order by c.feed_xid, c.feed_id, c.depth), '[]')
    from changed c left join lateral (${rowSql(ownViewer)}) r on true) as changes
from bounds b, feed_state f, held`;
}
