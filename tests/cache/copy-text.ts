import { type ColumnKind, syncedColumns } from '../../electron/core/cache/columns.ts';
import type { SyncedTable } from '../../shared/model/sync.ts';

/** A value as PostgreSQL writes it in COPY's text format. */
export function copyField(value: string | null): string {
  if (value === null) return '\\N';
  return value
    .replaceAll('\\', '\\\\')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\t', '\\t')
    .replaceAll('\b', '\\b')
    .replaceAll('\f', '\\f')
    .replaceAll('\v', '\\v');
}

function valueText(kind: ColumnKind, value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (kind === 'json') return JSON.stringify(value);
  if (kind === 'boolean') return value === true ? 't' : 'f';
  return String(value);
}

/** The columns of a table and its rows as COPY sends them. */
export function copyText(
  table: SyncedTable,
  rows: readonly object[],
): { columns: string[]; bytes: Uint8Array } {
  const kinds: Readonly<Record<string, ColumnKind>> = syncedColumns[table];
  const columns = Object.keys(kinds);
  const lines = rows.map((row) => {
    const values: Readonly<Record<string, unknown>> = { ...row };
    return columns.map((name) => copyField(valueText(kinds[name] ?? 'text', values[name]))).join('\t');
  });
  return { columns, bytes: new TextEncoder().encode(lines.map((line) => `${line}\n`).join('')) };
}
