import { type Kysely, sql, type Transaction } from 'kysely';
import { finalStatuses } from '../../../shared/model/request.ts';
import type { Database } from '../store/tables.ts';
import { requestColumns } from './csv-tables.ts';
import type { ImportedTable } from './imported-table.ts';
import { RequestContent } from './table-rows.ts';

export const importedRequests: ImportedTable<RequestContent> = {
  name: 'requests',
  columns: requestColumns,
  optionalColumns: ['requester', 'target_record', 'decision', 'rationale', 'closed_at'],
  schema: RequestContent,
  idOf: ({ request_id }) => request_id,
  findStored: (db, ids) =>
    db
      .selectFrom('requests')
      .select(requestColumns)
      .where('request_id', '=', sql<string>`any(${ids})`)
      .execute(),
  findObstacles: async () => new Map(),
  insert: insertRequests,
  isOpen: ({ status }) => !finalStatuses.includes(status),
};

/** The number of one of our own ids; no other id has one. */
function numberOf(requestId: string): number | null {
  const [, number] = /^REV-([1-9]\d{0,14})$/.exec(requestId) ?? [];
  return number === undefined ? null : Number(number);
}

async function insertRequests(
  tx: Transaction<Database>,
  contents: readonly RequestContent[],
  at: Date,
): Promise<void> {
  const numbers = contents.flatMap(({ request_id }) => numberOf(request_id) ?? []);
  await raiseNumbers(tx, Math.max(0, ...numbers));
  const taken = await findTakenOrdinals(tx, numbers);
  const rows = contents.map((content) => {
    const number = numberOf(content.request_id);
    return {
      ...content,
      ordinal: number === null || taken.has(number) ? null : number,
      target_system_or_record: content.target_record,
      source: 'import',
      updated_at: at.toISOString(),
    };
  });
  await sql`
    insert into requests (ordinal, ${sql.join(requestColumns.map((column) => sql.ref(column)))},
      target_system_or_record, source, updated_at)
    select coalesce(ordinal, nextval('request_numbers')),
      ${sql.join(requestColumns.map((column) => sql.ref(column)))}, target_system_or_record, source, updated_at
    from json_populate_recordset(null::requests, ${JSON.stringify(rows)}::json)`.execute(tx);
}

/** Before the rows come in, so that a request made meanwhile meets none of their numbers. */
async function raiseNumbers(db: Kysely<Database>, number: number): Promise<void> {
  await sql`
    select setval('request_numbers', ${number}::bigint) from request_numbers where last_value <= ${number}::bigint`.execute(
    db,
  );
}

async function findTakenOrdinals(
  db: Kysely<Database>,
  ordinals: readonly number[],
): Promise<ReadonlySet<number>> {
  const rows = await db
    .selectFrom('requests')
    .select('ordinal')
    .where('ordinal', '=', sql<number>`any(${ordinals})`)
    .execute();
  return new Set(rows.map(({ ordinal }) => ordinal));
}
