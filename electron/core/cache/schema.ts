import { type SyncedTable, syncedTables } from '../../../shared/model/sync.ts';
import { type ColumnKind, sqlType, syncedColumns } from './columns.ts';
import { inTransaction, type Sqlite } from './sqlite.ts';

/** A copy with another number is thrown away and made anew. */
export const cacheVersion = 1;

/**
 * What lists filter and sort by and many requests share: one row for each combination that occurs, with how many
 * requests have it. So a count is a sum of a few numbers, and a list is a merge of a few stretches of an index.
 */
const classTable = `create table request_classes (
  class integer primary key,
  status text not null,
  priority text not null,
  reason text,
  source text not null,
  is_overdue integer not null,
  is_final integer not null,
  urgency integer not null,
  -- Within one urgency: whether the newest comes first.
  is_newest_first integer not null,
  requests integer not null
)`;

/** Kept with the class of a request instead of in its row. */
export const requestClassColumns = [
  'status',
  'priority',
  'reason',
  'source',
  'is_overdue',
  'urgency',
  'urgency_order',
] as const;
/** Kept beside the row: only a request's own screen shows it. */
export const requestCaseColumns = ['case_file', 'output'] as const;
/** What indexes are made of stands first, where it is found quickly. */
const indexedColumns = [
  'is_final',
  'created_at',
  'updated_at',
  'request_id',
  'requester',
  'approver',
  'delegate',
] as const;

const elsewhere: ReadonlySet<string> = new Set([
  'ordinal',
  ...requestClassColumns,
  ...requestCaseColumns,
  ...indexedColumns,
]);

/** The columns of a request's own row beside its number and its class. */
export const requestRowColumns: readonly string[] = [
  ...indexedColumns,
  ...Object.keys(syncedColumns.requests).filter((name) => !elsewhere.has(name)),
];

const define = (columns: Readonly<Record<string, ColumnKind>>, names: readonly string[]) =>
  names
    .map((name) =>
      name === 'ordinal' ? 'ordinal integer primary key' : `${name} ${sqlType[columns[name] ?? 'text']}`,
    )
    .join(', ');

const whole = (table: SyncedTable) =>
  `create table ${table} (${define(syncedColumns[table], Object.keys(syncedColumns[table]))})`;

/** The statements that make each table empty and without the indexes that come when its rows are in. */
const tables: Readonly<Record<SyncedTable, readonly string[]>> = {
  people: [whole('people')],
  requests: [
    `create table requests (
       ordinal integer primary key, class integer not null, ${define(syncedColumns.requests, requestRowColumns)}
     )`,
    'create table request_cases (ordinal integer primary key, case_file text, output text)',
    classTable,
    // Few requests are open, so these are kept up with each row.
    'create index requests_of_approvers on requests (approver, class, created_at, updated_at) where is_final = 0',
    'create index requests_of_delegates on requests (delegate, class, approver, created_at, updated_at) where is_final = 0',
  ],
  messages: [whole('messages')],
  attachments: [whole('attachments')],
  routing_audit: [whole('routing_audit')],
  audit_log: [whole('audit_log')],
};

/** Made when a table's rows are in: that is faster than to keep them up with each row. */
const indexes: Readonly<Record<SyncedTable, readonly string[]>> = {
  people: ['create unique index people_by_email on people (email)'],
  requests: [
    'create unique index requests_by_id on requests (request_id)',
    'create index requests_by_class on requests (class)',
    'create index requests_by_creation on requests (class, created_at)',
    'create index requests_by_update on requests (class, updated_at)',
    'create index requests_of_requesters on requests (requester, class)',
  ],
  messages: [
    'create unique index messages_by_id on messages (message_id)',
    'create index messages_of_requests on messages (request_id)',
  ],
  attachments: [
    'create unique index attachments_by_id on attachments (attachment_id)',
    'create index attachments_of_requests on attachments (request_id)',
  ],
  routing_audit: [
    'create unique index routing_audit_by_id on routing_audit (routing_audit_id)',
    'create index routing_audit_of_requests on routing_audit (request_id)',
  ],
  audit_log: [
    'create unique index audit_log_by_id on audit_log (event_id)',
    'create index audit_log_of_requests on audit_log (request_id)',
  ],
};

const tableNames: Readonly<Record<SyncedTable, readonly string[]>> = {
  people: ['people'],
  requests: ['requests', 'request_cases', 'request_classes'],
  messages: ['messages'],
  attachments: ['attachments'],
  routing_audit: ['routing_audit'],
  audit_log: ['audit_log'],
};

/** Gives an empty file its tables. */
export function createCacheSchema(db: Sqlite): void {
  inTransaction(db, () => {
    db.exec('create table facts (name text primary key, value text not null) without rowid');
    // Requests whose words have changed by something that was not their own, to be indexed again.
    db.exec('create table search_stale (ordinal integer primary key)');
    for (const table of syncedTables) for (const statement of tables[table]) db.exec(statement);
    db.pragma(`user_version = ${cacheVersion}`);
  });
}

/** Makes a table as empty as it was at first, without its indexes. */
export function emptyTable(db: Sqlite, table: SyncedTable): void {
  inTransaction(db, () => {
    for (const name of tableNames[table]) db.exec(`drop table ${name}`);
    for (const statement of tables[table]) db.exec(statement);
  });
}

/** The statements that make a table's indexes, those that are there already left out. */
export function missingIndexes(db: Sqlite, table: SyncedTable): string[] {
  const present = new Set(db.prepare(`select name from sqlite_schema where type = 'index'`).pluck().all());
  return indexes[table].filter((statement) => !present.has(/index (\w+) on/.exec(statement)?.[1]));
}
