import { z } from 'zod';
import type { AuditEvent, RoutingAuditRow } from './audit.ts';
import type { Person } from './person.ts';
import type { AgentOutput, CaseFile } from './request.ts';
import {
  type Attachment,
  DecisionName,
  FactValueChange,
  type Message,
  type RequestRow,
  Status,
} from './request.ts';

/** What a desk may see: everything, only what its person asked for, or nothing (no longer active). */
export const accesses = ['all', 'own', 'none'] as const;
export const Access = z.enum(accesses);
export type Access = z.infer<typeof Access>;

/** Who works the queue sees all of it; anybody else who is active what they asked for themselves. */
export function accessOf(person: Pick<Person, 'roles' | 'active'>): Access {
  if (!person.active) return 'none';
  return person.roles.some((role) => role !== 'requester') ? 'all' : 'own';
}

/** The tables that desks keep a copy of, in the order in which a desk fills them. */
export const syncedTables = [
  'people',
  'requests',
  'messages',
  'attachments',
  'routing_audit',
  'audit_log',
] as const;
export type SyncedTable = (typeof syncedTables)[number];

/** A request as a desk keeps it: the row that lists show, what sorts it, and what only its own screen shows. */
export interface SyncedRequest extends Omit<RequestRow, 'requester_name' | 'waits_to_be_sent'> {
  ordinal: number;
  urgency: number;
  urgency_order: number;
  is_final: boolean;
  escalated_version: number | null;
  case_file: CaseFile | null;
  output: AgentOutput | null;
}

export type SyncedMessage = Message & { ordinal: number };
export type SyncedAuditEvent = AuditEvent & { ordinal: number; previous_hash: string; hash: string };
export type SyncedRoutingAudit = RoutingAuditRow & { ordinal: number };

export interface SyncedRows {
  people: Person;
  requests: SyncedRequest;
  messages: SyncedMessage;
  attachments: Attachment;
  routing_audit: SyncedRoutingAudit;
  audit_log: SyncedAuditEvent;
}

/** The keys by which rows are replaced and removed. */
export const syncedKeys = {
  people: 'email',
  requests: 'request_id',
  messages: 'message_id',
  attachments: 'attachment_id',
  routing_audit: 'routing_audit_id',
  audit_log: 'event_id',
} as const satisfies { [Table in SyncedTable]: keyof SyncedRows[Table] };

/** The place in the change feed up to which a desk has everything: both halves matter. Both are int8 as text. */
export const FeedCursor = z.object({ xid: z.string(), id: z.string() });
export type FeedCursor = z.infer<typeof FeedCursor>;

/** One change: the row as it is now, or null where it is gone or no longer the desk's to see. */
export type FeedChange = {
  [Table in SyncedTable]: { table: Table; key: string; row: SyncedRows[Table] | null };
}[SyncedTable];

/** Changes with the cursor that they lead to; a desk applies both in one transaction or neither. */
export interface FeedBatch {
  changes: FeedChange[];
  cursor: FeedCursor;
}

/** What a desk's copy belongs to. A copy of another server, schema or access is rebuilt. */
export const FeedIdentity = z.object({
  /** Of the server's data: a restored or failed-over server has another one. */
  generation: z.string(),
  /** The store's schema version. */
  schema: z.number().int(),
  /** Whose copy it is: e-mail. */
  viewer: z.string(),
  access: Access,
});
export type FeedIdentity = z.infer<typeof FeedIdentity>;

export const outboxKinds = ['decision', 'form', 'comment'] as const;
export const OutboxKind = z.enum(outboxKinds);
export type OutboxKind = z.infer<typeof OutboxKind>;

/**
 * `waiting`: to be sent. `sending`: under way. `blocked`: cannot be sent until somebody does something; what, is in
 * `problem`. `returned`: the store has answered that it does not stand; kept until its author has seen it.
 */
export const outboxStates = ['waiting', 'sending', 'blocked', 'returned'] as const;
export const OutboxState = z.enum(outboxStates);
export type OutboxState = z.infer<typeof OutboxState>;

/** Something a person did at a desk and nobody has confirmed yet, as screens show it. */
export const OutboxItem = z.object({
  /** Also the idempotency key. */
  entry_id: z.string(),
  kind: OutboxKind,
  /** E-mail of who did it. */
  author: z.string(),
  /** Null for a form, whose request has no id yet. */
  request_id: z.string().nullable(),
  /** In a sentence: `Approve REV-1048 for Ana Silva`. */
  summary: z.string(),
  state: OutboxState,
  /** Why it waits or is blocked, or why it came back, in words. */
  problem: z.string().nullable(),
  /** The error's code, where one is why. */
  code: z.string().nullable(),
  attempts: z.number().int(),
  created_at: z.string(),
  next_try_at: z.string().nullable(),
  /** For what came back: what the author had seen, and what is now. */
  seen: z.object({ status: Status, version: z.number().int() }).nullable(),
  now: z
    .object({
      status: Status,
      version: z.number().int(),
      decision: DecisionName.nullable(),
      decided_by: z.string().nullable(),
      decided_at: z.string().nullable().optional(),
    })
    .nullable(),
  changed: z.array(FactValueChange),
});
export type OutboxItem = z.infer<typeof OutboxItem>;

/** How this desk stands to the shared store. */
export const SyncStatus = z.object({
  /** `filling`: the first copy is being made. `blocked`: something needs a person; `problem` says what. */
  state: z.enum(['offline', 'connecting', 'filling', 'syncing', 'online', 'blocked']),
  /** Since when it is in this state. */
  since: z.string(),
  /** In words, where all is not well. */
  problem: z.string().nullable(),
  /** How far the copy is behind the store, in milliseconds, as far as is known; null while that is unknown. */
  behindMs: z.number().nullable(),
  /** The last moment at which the copy had everything. */
  upToDateAt: z.string().nullable(),
  fill: z.object({ table: z.string(), rows: z.number().int(), total: z.number().int() }).nullable(),
  /** Search fills after the first copy. */
  search: z.object({ rows: z.number().int(), total: z.number().int() }).nullable(),
  outbox: z.object({ waiting: z.number().int(), blocked: z.number().int(), returned: z.number().int() }),
  /** The entry that holds up those behind it, if one does. */
  blockingEntry: z.string().nullable(),
});
export type SyncStatus = z.infer<typeof SyncStatus>;
