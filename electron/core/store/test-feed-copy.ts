import { sql } from 'kysely';
import {
  type FeedBatch,
  type FeedCursor,
  type SyncedTable,
  syncedKeys,
  syncedTables,
} from '../../../shared/model/sync.ts';
import type { Db } from './db.ts';
import type { Fill } from './fill.ts';
import { syncedFields } from './synced-columns.ts';

type Row = Record<string, unknown>;
export type TableRows = Record<SyncedTable, Record<string, Row>>;

const emptyTables = (): TableRows => ({
  people: {},
  requests: {},
  messages: {},
  attachments: {},
  routing_audit: {},
  audit_log: {},
});

/** A desk's copy as simple as can be: what the feed says, by table and key. */
export interface FeedCopy {
  rows: TableRows;
  cursor: FeedCursor;
  apply(batch: FeedBatch): void;
  fill(fill: Fill): Promise<void>;
}

export function createFeedCopy(): FeedCopy {
  const copy: FeedCopy = {
    rows: emptyTables(),
    cursor: { xid: '0', id: '0' },
    apply({ changes, cursor }) {
      for (const { table, key, row } of changes) {
        if (row === null) delete copy.rows[table][key];
        else copy.rows[table][key] = { ...row };
      }
      copy.cursor = cursor;
    },
    async fill(fill) {
      copy.rows = emptyTables();
      for (const { table, columns } of fill.tables)
        for (const row of readCopyText(await textOf(fill.copy(table)), columns))
          copy.rows[table][String(row[syncedKeys[table]])] = row;
      copy.cursor = fill.cursor;
    },
  };
  return copy;
}

async function textOf(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of stream) pieces.push(piece);
  return Buffer.concat(pieces).toString('utf8');
}

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f', v: '\v' };
const arraysAndObjects = new Set(['roles', 'policy', 'case_file', 'output', 'details']);
const numbers = new Set(['ordinal', 'version', 'escalated_version', 'urgency', 'urgency_order', 'sizeBytes']);
const times = new Set(['due_at', 'created_at', 'updated_at', 'closed_at', 'sent_at']);
const booleans = new Set(['active', 'is_overdue', 'has_pending_decision', 'is_final']);

function readValue(name: string, written: string): unknown {
  if (written === '\\N') return null;
  const text = written.replace(/\\(.)/g, (_, letter: string) => escapes[letter] ?? letter);
  if (arraysAndObjects.has(name)) return JSON.parse(text);
  if (numbers.has(name)) return Number(text);
  if (times.has(name)) return new Date(text).toISOString();
  return booleans.has(name) ? text === 't' : text;
}

function readCopyText(text: string, columns: readonly string[]): Row[] {
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => {
      const values = line.split('\t');
      return Object.fromEntries(columns.map((name, index) => [name, readValue(name, values[index] ?? '')]));
    });
}

/** What the tables hold, read in another way than the feed does; of the named person's requests where one is named. */
export async function rowsInStore(db: Db, requester?: string): Promise<TableRows> {
  const found = emptyTables();
  for (const table of syncedTables) {
    const { rows } = await sql<Row>`select * from ${sql.table(table)}`.execute(db.kysely);
    for (const row of rows) {
      const values: Row = { ...row, sizeBytes: row.size_bytes };
      found[table][String(row[syncedKeys[table]])] = Object.fromEntries(
        syncedFields(table).map((name) => [name, values[name]]),
      );
    }
  }
  return requester === undefined ? found : ofRequester(found, requester);
}

function ofRequester(all: TableRows, requester: string): TableRows {
  const isOwn = (requestId: unknown) => all.requests[String(requestId)]?.requester === requester;
  const own = (table: SyncedTable) =>
    Object.fromEntries(Object.entries(all[table]).filter(([, row]) => isOwn(row.request_id)));
  return {
    people: all.people,
    requests: own('requests'),
    messages: own('messages'),
    attachments: own('attachments'),
    routing_audit: own('routing_audit'),
    audit_log: own('audit_log'),
  };
}
