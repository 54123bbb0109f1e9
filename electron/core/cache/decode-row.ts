import { type ColumnKind, decodeValue } from './columns.ts';
import type { SqlValue } from './sqlite.ts';

export type StoredRow = Record<string, SqlValue>;

/** A row as the model has it; the kinds of its columns say how. */
export function decodeRow<Row>(
  kinds: Readonly<Record<string, ColumnKind>>,
  names: readonly string[],
  stored: StoredRow,
): Row {
  return Object.fromEntries(
    names.map((name) => [name, decodeValue(kinds[name] ?? 'text', stored[name] ?? null)]),
  ) as Row;
}
