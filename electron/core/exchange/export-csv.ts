import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type CastingContext, stringify } from 'csv-stringify';
import { type RawBuilder, sql, type Transaction } from 'kysely';
import type { Db } from '../store/db.ts';
import type { Database } from '../store/tables.ts';
import { auditColumns, type CsvTableName, quotedColumns, requestColumns } from './csv-tables.ts';

type ExportedRow = Record<string, string | null>;

interface ExportedTable {
  columns: readonly string[];
  query: RawBuilder<ExportedRow>;
}

/** Our own ids come in the order of their numbers; the order depends on nothing but the rows themselves. */
const exportedRequests: ExportedTable = {
  columns: requestColumns,
  query: sql`
    select ${sql.join(requestColumns.map((column) => sql.ref(column)))} from requests
    order by length(request_id), request_id collate "C"`,
};

/** In the order of the chain. */
const exportedAudit: ExportedTable = {
  columns: auditColumns,
  query: sql`
    select event_id, request_id, actor, event_type, details::text as details, created_at
    from audit_log order by ordinal`,
};

const rowsAtOnce = 1_000;

/**
 * Writes a table as CSV, all of it as of one moment and never more than a few rows in memory, and leaves the output
 * open. Its form is that of `csv-tables.ts`: RFC 4180 in UTF-8, lines ended by LF, times in UTC with milliseconds.
 */
export async function exportCsv(db: Db, name: CsvTableName, output: Writable): Promise<void> {
  const { columns, query } = name === 'requests' ? exportedRequests : exportedAudit;
  await db.transaction(async (tx) => {
    // Whoever reads the output may take their time.
    await sql`set local idle_in_transaction_session_timeout = 0`.execute(tx);
    await sql`declare exported no scroll cursor for ${query}`.execute(tx);
    const csv = stringify({ columns, header: true, record_delimiter: '\n', cast: { string: withQuotes } });
    await pipeline(fetchRows(tx), csv, output, { end: false });
  });
}

async function* fetchRows(tx: Transaction<Database>): AsyncGenerator<ExportedRow> {
  for (;;) {
    const { rows } = await sql<ExportedRow>`fetch ${sql.lit(rowsAtOnce)} from exported`.execute(tx);
    yield* rows;
    if (rows.length < rowsAtOnce) return;
  }
}

function withQuotes(text: string, { header, column }: CastingContext) {
  const isQuoted = !header && (text === '' || quotedColumns.includes(String(column)));
  return isQuoted ? { value: text, quoted_string: true } : text;
}
