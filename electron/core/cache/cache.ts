import type { z } from 'zod';
import type { QueueCounts, QueueQuery, RequestDetail } from '../../../shared/contract/contract.ts';
import type { AppError } from '../../../shared/model/errors.ts';
import type { Person } from '../../../shared/model/person.ts';
import type { RequestRow } from '../../../shared/model/request.ts';
import type {
  Access,
  FeedBatch,
  FeedCursor,
  FeedIdentity,
  OutboxItem,
  OutboxKind,
  OutboxState,
  SyncedTable,
} from '../../../shared/model/sync.ts';

/** Who reads: an own-access viewer sees only what they asked for themselves. */
export interface Viewer {
  email: string;
  access: Access;
}

/** What a desk's copy is of, and how far it is. */
export interface CacheState {
  /** Null for an empty cache. */
  identity: FeedIdentity | null;
  /** Null until the first fill is complete. */
  cursor: FeedCursor | null;
  /** A first fill that was cut off: what it is a copy of, and the tables that are complete. */
  fill: { identity: FeedIdentity; cursor: FeedCursor; done: SyncedTable[] } | null;
  /** How many requests full-text search has, and of how many. */
  search: { rows: number; total: number };
  /** The last audit head seen: the desk is a witness that the log only grows. */
  auditHead: { ordinal: number; hash: string } | null;
}

/** An entry of the outbox, with what is sent. */
export interface OutboxEntry {
  /** Also the idempotency key. */
  entryId: string;
  kind: OutboxKind;
  author: string;
  requestId: string | null;
  summary: string;
  /** JSON text: the contract's own input. */
  payload: string;
  /** The request as the author saw it, as JSON; null for a form. */
  seen: OutboxItem['seen'];
  createdAt: string;
}

export interface OutboxMark {
  /**
   * `sent`: the store has it. It is kept aside until what became of it is known: in nobody's way, in no `items`, and
   * not to be found by `entry`; another mark brings it back.
   */
  state: OutboxState | 'sent';
  problem?: string | null;
  code?: string | null;
  nextTryAt?: string | null;
  /** One more try was made. */
  isTry?: boolean;
  now?: OutboxItem['now'];
  changed?: OutboxItem['changed'];
}

/**
 * The desk's own SQLite, in a thread of its own: `cache.db`, a copy of the shared store that may be thrown away, and
 * `outbox.db`, which may not. Every method is one message to the thread and back, answered in order (but
 * others are let in between the indexes that `endTable` makes); a failure of
 * SQLite is an `AppError` (`internal`, or `invalid_input` with what to do for a full disk or a folder that cannot be
 * written).
 */
export interface Cache {
  /** The outbox could not be read when it was opened: where it is kept now, and what to do. For the person to see. */
  readonly damage: AppError | null;

  // ── the copy ──
  state(): Promise<CacheState>;
  /** Empties the copy, never the outbox, for another server, schema, viewer or access. */
  reset(): Promise<void>;
  /** Begins a first fill, or goes on with one of the same identity; gives the tables that are complete already. */
  beginFill(identity: FeedIdentity, cursor: FeedCursor): Promise<SyncedTable[]>;
  /**
   * Takes rows of one table in the COPY text format, as they come off the wire: cut anywhere, in order. `columns` are
   * the columns of the COPY. Resolves when the chunk is written, so that the sender can be held back. A table's rows
   * become visible, and count as filled, with `endTable`. The buffer is handed over, not copied.
   */
  fillChunk(table: SyncedTable, columns: readonly string[], chunk: Uint8Array): Promise<void>;
  endTable(table: SyncedTable): Promise<{ rows: number }>;
  /** The copy can be worked with from now on; full-text search is built behind it. */
  endFill(): Promise<void>;
  /** Builds a piece of the full-text search; false when nothing is left to build. Short enough to stand between reads. */
  buildSearch(): Promise<boolean>;
  /** Applies a batch and its cursor in one transaction. Gives the requests that changed. */
  apply(batch: FeedBatch): Promise<string[]>;
  noteAuditHead(head: { ordinal: number; hash: string }): Promise<void>;

  // ── reading ──
  list(
    query: z.output<typeof QueueQuery>,
    viewer: Viewer,
  ): Promise<{ rows: RequestRow[]; nextCursor: string | null }>;
  counts(viewer: Viewer): Promise<QueueCounts>;
  row(requestId: string, viewer: Viewer): Promise<RequestRow | null>;
  detail(
    requestId: string,
    viewer: Viewer,
  ): Promise<Omit<RequestDetail, 'mayDecide' | 'mayNotDecideBecause'> | null>;
  people(): Promise<Person[]>;
  person(email: string): Promise<Person | null>;

  // ── the outbox ──
  /** Durable when it resolves (`synchronous = FULL`). The same entry id again changes nothing. */
  addEntry(entry: OutboxEntry): Promise<void>;
  items(): Promise<OutboxItem[]>;
  /**
   * The oldest entries that are `waiting`, at most `limit`, without those named; nothing that stands behind an unsent
   * entry of the same request, be that one named or not. `nextTryAt` is for people: no clock decides what is sent.
   */
  entriesToSend(limit: number, except: readonly string[]): Promise<OutboxEntry[]>;
  entry(entryId: string): Promise<(OutboxEntry & OutboxItem) | null>;
  /** False where there is no such entry (any more). */
  mark(entryId: string, mark: OutboxMark): Promise<boolean>;
  /** What is marked `sent`, oldest first. */
  sentEntries(): Promise<OutboxEntry[]>;
  /** Only when the store has it, or its author took it back or has seen what came of it. */
  removeEntry(entryId: string): Promise<void>;

  close(): Promise<void>;
}
