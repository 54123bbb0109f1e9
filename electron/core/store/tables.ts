import type { ColumnType, Generated, GeneratedAlways } from 'kysely';
import type { AuditEventType } from '../../../shared/model/audit.ts';
import type { ChatFile, ChatPlace } from '../../../shared/model/chat.ts';
import type { ChatDestination, DecisionCard } from '../../../shared/model/decision-card.ts';
import type { CrmSystem } from '../../../shared/model/lead.ts';
import type { Role } from '../../../shared/model/person.ts';
import type {
  AgentOutput,
  CaseFile,
  DecisionName,
  Priority,
  Reason,
  Source,
  Status,
} from '../../../shared/model/request.ts';
import type { PoolMember, Rule } from '../../../shared/model/rule.ts';

/** Read as the value, written as JSON text. */
type Json<Value> = ColumnType<Value, string, string>;
type NullableJson<Value> = ColumnType<Value | null, string | null | undefined, string | null>;

export interface RequestsTable {
  ordinal: Generated<number>;
  request_id: string;
  requester: string | null;
  requester_chat: string | null;
  summary: string;
  business_justification: string | null;
  target_system_or_record: string | null;
  target_record: string | null;
  status: Generated<Status>;
  priority: Generated<Priority>;
  chosen_priority: Priority | null;
  decision: DecisionName | null;
  rationale: string | null;
  current_owner: string | null;
  next_owner: string | null;
  reason: Reason | null;
  approver: string | null;
  earlier_approver: string | null;
  delegate: string | null;
  rule: string | null;
  policy: Generated<string[]>;
  lead_label: string | null;
  source: Source;
  channel: string | null;
  thread: string | null;
  refers_to: string | null;
  case_file: NullableJson<CaseFile>;
  output: NullableJson<AgentOutput>;
  /** ISO 8601 with milliseconds, like every time stamp here. */
  created_at: string;
  updated_at: string;
  closed_at: string | null;
  version: Generated<number>;
  escalated_version: number | null;
  due_at: string | null;
  review_window_ms: number | null;
  reminders: Generated<number>;
  is_overdue: Generated<boolean>;
  read_through: Generated<number>;
  open_plan: NullableJson<unknown>;
  lease_epoch: Generated<number>;
  lease_until: string | null;
  lease_holder: string | null;
  /** Kept by the database: a decision of a human waits for the agent. */
  has_pending_decision: GeneratedAlways<boolean>;
  is_final: GeneratedAlways<boolean>;
  urgency: GeneratedAlways<number>;
  urgency_order: GeneratedAlways<number>;
  search: GeneratedAlways<string>;
}

export interface MessagesTable {
  ordinal: GeneratedAlways<number>;
  message_id: string;
  request_id: string;
  direction: 'in' | 'out' | 'note';
  audience: 'requester' | 'approver' | 'thread' | null;
  author: string | null;
  author_name: string | null;
  text: string;
  source: Source;
  created_at: string;
  sent_at: string | null;
  key: string | null;
  destination: NullableJson<ChatDestination>;
  card: NullableJson<DecisionCard>;
  claimed_until: string | null;
  attempts: Generated<number>;
  undeliverable: string | null;
  /** Where it stands in its chat; null in the console, and for what was stored before this was kept. */
  place: NullableJson<ChatPlace>;
  /** Since when a card has no buttons any more, or never will. */
  card_settled_at: string | null;
}

interface AttachmentsTable {
  attachment_id: string;
  request_id: string;
  name: string;
  media_type: string;
  size_bytes: number;
  content: Buffer | null;
  url: string | null;
  created_at: string;
  /** The chat that it came in; null for a file of the console's form. */
  source: 'slack' | 'teams' | null;
  /** By what the chat is asked for it. */
  chat_file: NullableJson<ChatFile>;
  /** Why it cannot be had, in words. */
  problem: string | null;
}

interface IntakeEventsTable {
  source: string;
  key: string;
  request_id: string;
  received_at: string;
}

export type HumanDecisionState = 'pending' | 'applied' | 'stale' | 'impossible' | 'failed';

export interface HumanDecisionsTable {
  ordinal: GeneratedAlways<number>;
  idempotency_key: string;
  request_id: string;
  actor: string;
  action: 'approve' | 'reject' | 'return';
  owner: string | null;
  note: string | null;
  seen_version: number | null;
  via: string;
  state: Generated<HumanDecisionState>;
  created_at: string;
  finished_at: string | null;
}

export interface IntentsTable {
  intent_id: string;
  request_id: string;
  system: CrmSystem;
  record: string;
  previous_owner: string | null;
  new_owner: string;
  new_owner_id: string;
  stamp: string | null;
  state: Generated<'planned' | 'done' | 'abandoned'>;
  created_at: string;
  finished_at: string | null;
}

interface RoutingAuditTable {
  ordinal: GeneratedAlways<number>;
  routing_audit_id: string;
  request_id: string;
  system: CrmSystem;
  record: string;
  previous_owner: string | null;
  new_owner: string;
  rule: string | null;
  reason: string;
  created_at: string;
  intent_id: string | null;
}

interface RoutingRulesTable {
  rule_id: string;
  version: number;
  rule: Json<Rule>;
  is_current: boolean;
  changed_by: string | null;
  changed_at: string;
}

interface PoolsTable {
  pool: string;
  time_zone: string;
  members: Json<PoolMember[]>;
}

interface PoolStatesTable {
  pool: string;
  day: string;
  current_weights: Json<Record<string, number>>;
  taken_today: Json<Record<string, number>>;
}

export interface Database {
  people: {
    email: string;
    name: string;
    slack: string | null;
    teams: string | null;
    roles: Role[];
    active: boolean;
  };
  requests: RequestsTable;
  messages: MessagesTable;
  attachments: AttachmentsTable;
  intake_events: IntakeEventsTable;
  human_decisions: HumanDecisionsTable;
  intents: IntentsTable;
  routing_audit: RoutingAuditTable;
  routing_rules: RoutingRulesTable;
  named_accounts: { name: string; domains: string[]; tier: 'strategic' | 'named'; owner: string };
  pools: PoolsTable;
  pool_states: PoolStatesTable;
  pool_turns: { request_id: string; pool: string; owner: string; taken_at: string };
  escalation_owners: {
    ordinal: GeneratedAlways<number>;
    reason: string;
    region: string[] | null;
    approver: string;
    delegate: string | null;
    review_window: string | null;
  };
  chat_homes: { source: 'slack' | 'teams'; chat_user: string; opened_at: string };
  chat_groups: {
    source: 'slack' | 'teams';
    group_id: string;
    handle: string;
    members: string[];
    read_at: string;
  };
  policy_pages: {
    source: 'confluence' | 'sharepoint';
    id: string;
    version: number;
    title: string;
    body: string;
    url: string | null;
    labels: string[];
    fetched_at: string;
  };
  workspace: { key: string; value: Json<unknown> };
  audit_log: {
    ordinal: GeneratedAlways<number>;
    event_id: GeneratedAlways<string>;
    request_id: GeneratedAlways<string>;
    actor: GeneratedAlways<string>;
    event_type: GeneratedAlways<AuditEventType>;
    details: GeneratedAlways<Record<string, unknown>>;
    created_at: GeneratedAlways<string>;
    content: GeneratedAlways<string>;
    previous_hash: GeneratedAlways<string>;
    hash: GeneratedAlways<string>;
  };
  audit_head: { is_only: boolean; ordinal: number; hash: string };
}
