import type { Kysely, Transaction } from 'kysely';
import type { z } from 'zod';
import type { Database } from '../store/tables.ts';
import type { CsvTableName } from './csv-tables.ts';

/** A row that was read, and the line that it begins on. */
export interface ReadRow<Content> {
  line: number;
  content: Content;
}

/** Something about a file that a person has to look at. */
export interface ImportProblem {
  line: number;
  message: string;
}

/** How one of the tables takes rows in. */
export interface ImportedTable<Content extends object> {
  readonly name: CsvTableName;
  /** As in the header. */
  readonly columns: readonly (keyof Content & string)[];
  /** May be left out of the header, which is the same as leaving them empty in each row. */
  readonly optionalColumns: readonly string[];
  readonly schema: z.ZodType<Content>;
  idOf(content: Content): string;
  /** Those of the ids that the store has. */
  findStored(db: Kysely<Database>, ids: readonly string[]): Promise<Content[]>;
  /** What speaks against a row from elsewhere in the store, by the row's id. */
  findObstacles(db: Kysely<Database>, contents: readonly Content[]): Promise<Map<string, string>>;
  /** Takes in rows whose ids are new, in order. */
  insert(tx: Transaction<Database>, contents: readonly Content[], at: Date): Promise<void>;
  /** Whether somebody still has to do something about it. */
  isOpen(content: Content): boolean;
}
