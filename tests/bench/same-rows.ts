import { sql } from 'kysely';
import type { Db } from '../../electron/core/store/db.ts';

/** The tables that a message is stored in, with the request's number in each row. */
const tables = {
  requests: `requests where request_id = $1`,
  messages: `messages where request_id = $1 and direction = 'in' order by ordinal limit 1`,
  intake_events: `intake_events where request_id = $1 limit 2`,
  audit_log: `audit_log where request_id = $1 order by ordinal limit 1`,
} as const;

/** The columns of a table that are stored as they are given. */
async function columnsOf(db: Db, table: string): Promise<string> {
  const { rows } = await sql<{ name: string }>`
    select quote_ident(column_name) as name from information_schema.columns
    where table_schema = 'public' and table_name = ${table} and is_generated = 'NEVER'
    order by ordinal_position`.execute(db.kysely);
  return rows.map(({ name }) => name).join(', ');
}

/**
 * Inserts the rows of so many requests once more into tables alike, without triggers, one transaction for each request:
 * what no intake can be faster than on this machine. Gives transactions a second.
 */
export async function insertRowsAgain(
  db: Db,
  { messages, width }: { messages: number; width: number },
): Promise<number> {
  const statements: string[] = [];
  for (const [table, source] of Object.entries(tables)) {
    const columns = await columnsOf(db, table);
    await db.pool.query(`create table again_${table} as select ${columns} from ${table} with no data`);
    statements.push(`insert into again_${table} (${columns}) select ${columns} from ${source}`);
  }
  const { rows } = await sql<{ request_id: string }>`
    select request_id from requests order by ordinal limit ${messages}`.execute(db.kysely);
  const requests = rows.values();
  const startedAt = performance.now();
  const work = async () => {
    const client = await db.pool.connect();
    try {
      for (const { request_id: requestId } of requests) {
        await client.query('begin');
        for (const statement of statements) await client.query(statement, [requestId]);
        await client.query('commit');
      }
    } finally {
      client.release();
    }
  };
  await Promise.all(Array.from({ length: width }, work));
  return (rows.length / (performance.now() - startedAt)) * 1_000;
}
