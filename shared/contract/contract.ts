import { eventIterator, oc } from '@orpc/contract';
import { z } from 'zod';
import { AuditEvent, RoutingAuditRow } from '../model/audit.ts';
import { ConnectedSystem, Connection, ConnectionCheck, SignInProgress } from '../model/connection.ts';
import { type ErrorCode, errorTable } from '../model/errors.ts';
import { CrmRecord, CrmSystem } from '../model/lead.ts';
import { Email, Person } from '../model/person.ts';
import {
  AgentOutput,
  Attachment,
  CaseFile,
  Message,
  Priority,
  Reason,
  RequestRow,
  Source,
  Status,
} from '../model/request.ts';
import { OutboxItem, SyncStatus } from '../model/sync.ts';

/** Every error crosses the wire as its code, its message for a person, and facts for a program. */
const errors = Object.fromEntries(
  Object.keys(errorTable).map((code) => [code, { data: z.record(z.string(), z.unknown()).optional() }]),
) as Record<ErrorCode, { data: z.ZodOptional<z.ZodRecord<z.ZodString, z.ZodUnknown>> }>;

const procedure = oc.errors(errors);

export const Session = z.object({
  me: Person,
  workspace: z.object({
    kind: z.enum(['demo', 'own']),
    name: z.string(),
  }),
  /** Who may be acted as: everybody in the demo workspace, else nobody. */
  actors: z.array(Person),
  programVersion: z.string(),
});
export type Session = z.infer<typeof Session>;

/** Which workspace is open at this desk, how far it is set up, and whether another one can be opened. */
export const WorkspaceState = z.object({
  kind: z.enum(['demo', 'own']),
  /** Why no other workspace can be opened from the console; null where one can. */
  fixedBecause: z.string().nullable(),
  /** One's own workspace was set up at this desk before. */
  hasOwn: z.boolean(),
  /** Nobody is in the people list of one's own workspace: whoever sits here names the first admin. */
  needsFirstAdmin: z.boolean(),
  /** The e-mail that the first admin has to have, where the environment says who sits here. */
  user: z.string().nullable(),
  /** How much there is of what `import --setup` brings; null while the store is away. */
  counts: z.object({ people: z.number().int(), rules: z.number().int() }).nullable(),
});
export type WorkspaceState = z.infer<typeof WorkspaceState>;

export const FirstAdmin = z.object({ name: z.string().trim().min(1, 'is needed').max(200), email: Email });
export type FirstAdmin = z.infer<typeof FirstAdmin>;

/** The views of the queue; each is a filter on an index. */
export const queueViews = ['open', 'mine', 'escalated', 'waiting', 'overdue', 'done', 'all'] as const;
export const QueueView = z.enum(queueViews);
export type QueueView = z.infer<typeof QueueView>;

/** `relevance`: what fits a search best; without a search as `newest`. */
export const queueSorts = ['urgency', 'newest', 'oldest', 'updated', 'relevance'] as const;

export const QueueQuery = z.object({
  view: QueueView,
  status: z.array(Status).optional(),
  priority: z.array(Priority).optional(),
  reason: z.array(Reason).optional(),
  source: z.array(Source).optional(),
  /** Words that must all occur in summary, target, rationale, requester or lead. */
  search: z.string().max(500).optional(),
  sort: z.enum(queueSorts).default('urgency'),
  /** From the page before; pages are by key, so new rows never shift them. */
  cursor: z.string().nullable().default(null),
  limit: z.number().int().min(1).max(500).default(100),
});
export type QueueQuery = z.input<typeof QueueQuery>;

export const QueuePage = z.object({ rows: z.array(RequestRow), nextCursor: z.string().nullable() });
export type QueuePage = z.infer<typeof QueuePage>;

export const QueueCounts = z.record(QueueView, z.number().int());
export type QueueCounts = z.infer<typeof QueueCounts>;

export const RequestDetail = z.object({
  request: RequestRow,
  case: CaseFile.nullable(),
  output: AgentOutput.nullable(),
  messages: z.array(Message),
  attachments: z.array(Attachment),
  audit: z.array(AuditEvent),
  routingAudit: z.array(RoutingAuditRow),
  /** What the person who asks may do now, and in words why not where they may not. */
  mayDecide: z.boolean(),
  mayNotDecideBecause: z.string().nullable(),
  names: z.record(z.string(), z.string()),
});
export type RequestDetail = z.infer<typeof RequestDetail>;

const decisionActions = ['approve', 'reject', 'return'] as const;

export const DecisionInput = z.object({
  requestId: z.string(),
  action: z.enum(decisionActions),
  /** For `approve`: the new owner; null takes the proposal. */
  owner: Email.nullable().default(null),
  /** For `reject` the reason, for `return` the question; for `approve` optional. */
  note: z.string().trim().max(4000).nullable().default(null),
  /** The version that the person saw. */
  version: z.number().int().nullable().default(null),
  /** The same press of a button sent twice counts once. */
  idempotencyKey: z.string().min(8).max(100),
});
export type DecisionInput = z.input<typeof DecisionInput>;

export const AttachmentUpload = z.object({
  name: z.string().min(1).max(255),
  mediaType: z.string().max(255),
  /** Base64; 10 MiB at most before encoding. */
  content: z.string().max(14_000_000),
});

export const FormInput = z.object({
  summary: z.string().trim().min(1, 'Say in a sentence what is wrong').max(20_000),
  target_record: z.string().trim().max(500).default(''),
  target_system: z.enum(['salesforce', 'hubspot', 'unknown']).default('unknown'),
  business_justification: z.string().trim().max(20_000).default(''),
  priority: Priority.nullable().default(null),
  attachments: z.array(AttachmentUpload).max(10).default([]),
  idempotencyKey: z.string().min(8).max(100),
});
export type FormInput = z.input<typeof FormInput>;

export const RecordMatch = z.object({
  system: CrmSystem,
  id: z.string(),
  name: z.string().nullable(),
  company: z.string().nullable(),
  email: z.string().nullable(),
  owner: z.string().nullable(),
  url: z.string().nullable(),
});
export type RecordMatch = z.infer<typeof RecordMatch>;

/** A hint that something changed; the screens read again what they show. */
export const ChangeEvent = z.object({
  requestIds: z.array(z.string()),
  /** Not tied to a request: the sandbox, the connectors. */
  areas: z.array(z.enum(['requests', 'sandbox', 'system', 'sync', 'connections'])),
});
export type ChangeEvent = z.infer<typeof ChangeEvent>;

export const CommentInput = z.object({
  requestId: z.string(),
  text: z.string().trim().min(1, 'Write something first').max(4000),
  idempotencyKey: z.string().min(8).max(100),
});
export type CommentInput = z.input<typeof CommentInput>;

export const SystemStatus = z.object({
  systems: z.array(
    z.object({
      system: z.string(),
      state: z.enum(['ok', 'trouble', 'paused', 'not connected']),
      detail: z.string().nullable(),
    }),
  ),
});
export type SystemStatus = z.infer<typeof SystemStatus>;

/** A system's settings as they were typed: variable to value. A kept secret that is not typed anew is left out. */
const ConnectionDraft = z.object({
  system: ConnectedSystem,
  values: z.record(z.string().max(200), z.string().max(20_000)),
});
export type ConnectionDraft = z.infer<typeof ConnectionDraft>;

export const Connections = z.object({
  connections: z.array(Connection),
  /** Why this machine keeps no secrets, so that they belong into the environment; null where it does. */
  keepsNoSecretsBecause: z.string().nullable(),
  /** Why the person who asks may only look; null where they may change connections. */
  mayNotChangeBecause: z.string().nullable(),
});
export type Connections = z.infer<typeof Connections>;

export const ChatSystem = z.enum(['slack', 'teams']);
export type ChatSystem = z.infer<typeof ChatSystem>;

export const SandboxMessage = z.object({
  channel: z.string(),
  /** The message's id in its channel; in Slack a time stamp. */
  ts: z.string(),
  /** The message that opened the thread; in a chat of Teams the one that is quoted. */
  threadTs: z.string(),
  user: z.string(),
  userName: z.string(),
  isAgent: z.boolean(),
  at: z.iso.datetime(),
  text: z.string(),
  /** Block Kit, as it was posted in Slack. */
  blocks: z.array(z.record(z.string(), z.unknown())),
  /** An Adaptive Card, as it was posted in Teams. */
  card: z.record(z.string(), z.unknown()).nullable(),
  requestId: z.string().nullable(),
});
export type SandboxMessage = z.infer<typeof SandboxMessage>;

/** One of the stand-in chats. */
export const SandboxChat = z.object({
  system: ChatSystem,
  /** Who can write, and in which channels. `id` is the chat's own. */
  people: z.array(
    z.object({ id: z.string(), name: z.string(), email: z.string(), roles: z.array(z.string()) }),
  ),
  /** Watched channels, and the direct messages between the agent and a person (`directWith`: that person's id). */
  channels: z.array(z.object({ id: z.string(), name: z.string(), directWith: z.string().nullable() })),
  messages: z.array(SandboxMessage),
});
export type SandboxChat = z.infer<typeof SandboxChat>;

export const SandboxState = z.object({
  chats: z.array(SandboxChat),
  /** Every record of the stand-in CRMs, with the count of owner changes that they accepted. */
  records: z.array(z.object({ record: CrmRecord, writes: z.number().int() })),
  /** Sentences that show something when sent, with the e-mail of who says them. */
  examples: z.array(z.object({ title: z.string(), text: z.string(), user: z.string() })),
});
export type SandboxState = z.infer<typeof SandboxState>;

/** The one contract between the work and the screens. */
export const contract = {
  session: {
    get: procedure.output(Session),
    /** Demo workspace only. */
    actAs: procedure.input(z.object({ email: Email })).output(Session),
  },
  workspace: {
    /** Answered also while nobody is signed in. */
    state: procedure.output(WorkspaceState),
    /** Makes one's own workspace with its first admin, and opens it: the console reconnects to it. */
    setUp: procedure.input(FirstAdmin).output(z.object({})),
    /** Opens the other workspace in the place of this one: the console reconnects to it. */
    open: procedure.input(z.object({ kind: z.enum(['demo', 'own']) })).output(z.object({})),
  },
  requests: {
    list: procedure.input(QueueQuery).output(QueuePage),
    counts: procedure.output(QueueCounts),
    get: procedure.input(z.object({ requestId: z.string() })).output(RequestDetail),
    /** An attachment with its content in Base64. */
    attachment: procedure.input(z.object({ attachmentId: z.string() })).output(AttachmentUpload),
    /** `requestId` null: kept at this desk, to be sent as the outbox entry `entryId`. */
    submit: procedure
      .input(FormInput)
      .output(z.object({ requestId: z.string().nullable(), entryId: z.string() })),
    /** Returns at once where the store is away: the row then waits to be sent. */
    decide: procedure.input(DecisionInput).output(RequestRow),
    comment: procedure.input(CommentInput).output(z.object({ entryId: z.string() })),
  },
  sync: {
    status: procedure.output(SyncStatus),
    /** What was done at this desk and is not through, and what came back, oldest first. */
    outbox: procedure.output(z.array(OutboxItem)),
    /** Takes something back that has not been sent. Throws `superseded` where it is under way or through. */
    withdraw: procedure.input(z.object({ entryId: z.string() })).output(z.object({})),
    /** Tries again now: one entry, or everything, the connection included. */
    retry: procedure.input(z.object({ entryId: z.string().nullable() })).output(z.object({})),
    /** The author has seen what came back. */
    dismiss: procedure.input(z.object({ entryId: z.string() })).output(z.object({})),
    /** An entry as a JSON text, to be kept or sent to somebody; its `input` is what was written, as this contract has it. */
    exportEntry: procedure
      .input(z.object({ entryId: z.string() }))
      .output(z.object({ name: z.string(), text: z.string() })),
  },
  records: {
    /** Look-up in the CRMs for the form: a name, an e-mail, a company, a link or an id. */
    search: procedure
      .input(z.object({ text: z.string().max(500) }))
      .output(z.object({ matches: z.array(RecordMatch), unreachable: z.array(CrmSystem) })),
    /** Active people who can own leads in at least one CRM. */
    owners: procedure.output(z.array(z.object({ email: z.string(), name: z.string() }))),
  },
  changes: {
    watch: procedure.output(eventIterator(ChangeEvent)),
  },
  system: {
    status: procedure.output(SystemStatus),
  },
  /** For admins; everybody who sees the whole queue may look. */
  connections: {
    list: procedure.output(Connections),
    /** Keeps the settings and connects anew with them. Throws `invalid_input` that names the field. */
    save: procedure.input(ConnectionDraft).output(Connection),
    /** Forgets the settings, the secrets and the sign-in. */
    disconnect: procedure.input(z.object({ system: ConnectedSystem })).output(Connection),
    /** Tries what was typed, saved or not; each result as it comes. */
    test: procedure.input(ConnectionDraft).output(eventIterator(ConnectionCheck)),
    /** Signs in at the vendor with saved settings; ends after `done`. Leaving early gives it up. */
    signIn: procedure
      .input(z.object({ system: ConnectedSystem, way: z.enum(['browser', 'code']) }))
      .output(eventIterator(SignInProgress)),
    /** A paused system is neither listened to nor called, by any runner; what needs it waits. */
    pause: procedure.input(z.object({ system: ConnectedSystem, isPaused: z.boolean() })).output(Connection),
  },
  sandbox: {
    state: procedure.output(SandboxState),
    send: procedure
      .input(
        z.object({
          system: ChatSystem,
          user: z.string(),
          channel: z.string(),
          text: z.string().min(1),
          threadTs: z.string().nullable().default(null),
        }),
      )
      .output(z.object({ ts: z.string() })),
    /** Presses a button of a message that the agent posted. */
    press: procedure
      .input(
        z.object({
          user: z.string(),
          channel: z.string(),
          ts: z.string(),
          action: z.enum(decisionActions),
          owner: Email.nullable().default(null),
          note: z.string().nullable().default(null),
        }),
      )
      .output(z.object({})),
    /** Somebody else changes a record in the CRM. */
    changeRecord: procedure
      .input(z.object({ system: CrmSystem, id: z.string(), ownerEmail: Email }))
      .output(z.object({})),
  },
};
export type Contract = typeof contract;
