import { sql, type Transaction } from 'kysely';
import { AppError } from '../../../shared/model/errors.ts';
import type { Database } from '../store/tables.ts';
import type { ImportedTable, ImportProblem, ReadRow } from './imported-table.ts';

export interface RowsToStore<Content extends object> {
  tx: Transaction<Database>;
  table: ImportedTable<Content>;
  rows: readonly ReadRow<Content>[];
  at: Date;
}

export interface StoredRows {
  imported: number;
  open: number;
  skipped: number;
  problems: ImportProblem[];
}

/** Takes rows in, in order. Those that the store itself refuses are found by halving, and cost no other row. */
export async function storeRows<Content extends object>(run: RowsToStore<Content>): Promise<StoredRows> {
  const { tx, rows } = run;
  await sql`savepoint rows_of_a_file`.execute(tx);
  try {
    const stored = await storeAll(run);
    await sql`release savepoint rows_of_a_file`.execute(tx);
    return stored;
  } catch (thrown) {
    const refusal = explainRefusal(thrown);
    if (refusal === null) throw thrown;
    await sql`rollback to savepoint rows_of_a_file`.execute(tx);
    const [first] = rows;
    if (rows.length === 1 && first)
      return { imported: 0, open: 0, skipped: 0, problems: [{ line: first.line, message: refusal }] };
  }
  const middle = Math.ceil(rows.length / 2);
  const before = await storeRows({ ...run, rows: rows.slice(0, middle) });
  const after = await storeRows({ ...run, rows: rows.slice(middle) });
  return {
    imported: before.imported + after.imported,
    open: before.open + after.open,
    skipped: before.skipped + after.skipped,
    problems: [...before.problems, ...after.problems],
  };
}

async function storeAll<Content extends object>(run: RowsToStore<Content>): Promise<StoredRows> {
  const { tx, table, rows, at } = run;
  const contents = rows.map(({ content }) => content);
  const stored = await table.findStored(tx, contents.map(table.idOf));
  const obstacles = await table.findObstacles(tx, contents);
  const sorted = sortOut({ table, rows, stored, obstacles });
  if (sorted.fresh.length > 0) await table.insert(tx, sorted.fresh, at);
  return {
    imported: sorted.fresh.length,
    open: sorted.fresh.filter(table.isOpen).length,
    skipped: sorted.skipped,
    problems: sorted.problems,
  };
}

interface SortedRows<Content> {
  fresh: Content[];
  skipped: number;
  problems: ImportProblem[];
}

/** Which rows are new, which are there already, and which contradict what is there or an earlier row of the file. */
function sortOut<Content extends object>({
  table,
  rows,
  stored,
  obstacles,
}: {
  table: ImportedTable<Content>;
  rows: readonly ReadRow<Content>[];
  stored: readonly Content[];
  obstacles: ReadonlyMap<string, string>;
}): SortedRows<Content> {
  const known = new Map(stored.map((content) => [table.idOf(content), content]));
  const sorted: SortedRows<Content> = { fresh: [], skipped: 0, problems: [] };
  for (const { line, content } of rows) {
    const id = table.idOf(content);
    const earlier = known.get(id);
    const obstacle = obstacles.get(id);
    if (earlier !== undefined) {
      const differing = table.columns.filter((column) => earlier[column] !== content[column]);
      if (differing.length === 0) sorted.skipped += 1;
      else
        sorted.problems.push({
          line,
          message: `${id} is there already with another ${differing.join(', ')}, and is left as it is.`,
        });
    } else if (obstacle !== undefined) sorted.problems.push({ line, message: obstacle });
    else {
      known.set(id, content);
      sorted.fresh.push(content);
    }
  }
  return sorted;
}

/** What Postgres has against a row, or null where the failure is not the row's. */
function explainRefusal(thrown: unknown): string | null {
  if (!(thrown instanceof Error) || thrown instanceof AppError) return null;
  const code = 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : '';
  if ('constraint' in thrown && thrown.constraint === 'audit_log_one_closure')
    return 'The request has a Closure event already, and is closed only once.';
  if (code === 'P0001')
    return 'details has a number with more digits than can be kept exactly. Write it as a text.';
  // Data that does not fit, a constraint, a limit of Postgres.
  return /^(22|23|54)/.test(code) ? `The store does not take it: ${thrown.message}.` : null;
}
