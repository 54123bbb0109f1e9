import { type Kysely, sql } from 'kysely';
import { importAudit } from '../store/audit.ts';
import type { Database } from '../store/tables.ts';
import { auditColumns } from './csv-tables.ts';
import type { ImportedTable } from './imported-table.ts';
import { AuditContent } from './table-rows.ts';

export const importedAudit: ImportedTable<AuditContent> = {
  name: 'audit',
  columns: auditColumns,
  optionalColumns: [],
  schema: AuditContent,
  idOf: ({ event_id }) => event_id,
  async findStored(db, ids) {
    const { rows } = await sql<AuditContent>`
      select event_id, request_id, actor, event_type, details::text as details, created_at
      from audit_log where event_id = any(${ids})`.execute(db);
    return rows;
  },
  findObstacles: findUnknownRequests,
  insert: (tx, contents) =>
    importAudit(
      tx,
      contents.map((content) => ({
        event: { ...content, details: JSON.parse(content.details) },
        detailsText: content.details,
      })),
    ),
  isOpen: () => false,
};

async function findUnknownRequests(
  db: Kysely<Database>,
  contents: readonly AuditContent[],
): Promise<Map<string, string>> {
  const named = [...new Set(contents.map(({ request_id }) => request_id))];
  const rows = await db
    .selectFrom('requests')
    .select('request_id')
    .where('request_id', '=', sql<string>`any(${named})`)
    .execute();
  const known = new Set(rows.map(({ request_id }) => request_id));
  return new Map(
    contents
      .filter(({ request_id }) => !known.has(request_id))
      .map(({ event_id, request_id }) => [
        event_id,
        `request_id is ${JSON.stringify(request_id)}, which is no request here. Import the requests first.`,
      ]),
  );
}
