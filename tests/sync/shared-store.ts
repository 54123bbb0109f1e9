import { sql } from 'kysely';
import { emptyCase } from '../../electron/core/agent/case-file.ts';
import { type RecordedRun, recordOutcome } from '../../electron/core/agent/record-outcome.ts';
import { newTrail } from '../../electron/core/agent/tools.ts';
import { systemClock } from '../../electron/core/ports.ts';
import { appendAudit } from '../../electron/core/store/audit.ts';
import { type Db, openDatabase } from '../../electron/core/store/db.ts';
import { insertIncoming } from '../../electron/core/store/messages.ts';
import { savePeople } from '../../electron/core/store/people.ts';
import {
  insertRequest,
  type LeasedCase,
  leaseRequest,
  releaseLease,
} from '../../electron/core/store/requests.ts';
import type { HumanDecisionState } from '../../electron/core/store/tables.ts';
import { silentLog } from '../../electron/core/store/test-database.ts';
import { listRequests } from '../../electron/core/store/test-queue.ts';
import { readRequestDetail } from '../../electron/core/store/test-request-detail.ts';
import { QueueQuery, type RequestDetail } from '../../shared/contract/contract.ts';
import { agentName, type FactValueChange, type RequestRow } from '../../shared/model/request.ts';

export const noJobs = { enqueue: async () => {} };

/** One approver for each desk, who may decide every request, and somebody who asks. */
export const approvers = ['ana', 'bo', 'cy', 'di'].map((name) => ({
  email: `${name}@example.com`,
  name,
  slack: null,
  teams: null,
  roles: ['ops_manager' as const],
  active: true,
}));
const requester = {
  email: 'rae@example.com',
  name: 'rae',
  slack: null,
  teams: null,
  roles: ['requester' as const],
  active: true,
};

export type Settled = Exclude<HumanDecisionState, 'pending'>;
export type StoredDetail = Omit<RequestDetail, 'mayDecide' | 'mayNotDecideBecause' | 'names'>;

/** What the store says of everything that desks sent, and of what came of it. */
export interface Ledger {
  /** In the order in which they were stored. */
  decisions: { key: string; state: HumanDecisionState; requestId: string }[];
  /** Keys of decisions that changed something outside, each as often as it did. */
  effects: string[];
  /** Keys of comments and of forms, in the order in which they were stored. */
  comments: string[];
  forms: string[];
}

/** The shared store of a test, past all faults, with a stand-in for the agent that settles decisions. */
export interface SharedStore {
  readonly db: Db;
  readonly url: string;
  addRequest(): Promise<string>;
  /** Settles the oldest pending decision, if there is one. */
  settleOne(state: Settled, changed?: readonly FactValueChange[]): Promise<boolean>;
  /** The requester answers, and the case is escalated anew. */
  escalateAnew(requestId: string): Promise<void>;
  /** Ends every connection of every desk. */
  restart(): Promise<void>;
  /** Removes everything, past all rules: quicker than a new database. */
  empty(): Promise<void>;
  requests(): Promise<RequestRow[]>;
  detail(requestId: string): Promise<StoredDetail | undefined>;
  ledger(): Promise<Ledger>;
  close(): Promise<void>;
}

const applicationName = 'test of the store';

export async function openSharedStore(url: string): Promise<SharedStore> {
  const db = await openDatabase({ url, applicationName, log: silentLog, maxConnections: 2 });
  await savePeople(db.kysely, [...approvers, requester]);
  return { db, url, ...createActions(db) };
}

async function addRequest(db: Db): Promise<string> {
  const at = new Date();
  return db.transaction(async (tx) => {
    const requestId = await insertRequest(tx, {
      requester: requester.email,
      summary: 'A lead is with the wrong owner',
      status: 'Escalated',
      decision: 'Escalated',
      reason: 'data_conflict',
      approver: approvers[0]?.email ?? null,
      escalated_version: 1,
      current_owner: agentName,
      case_file: JSON.stringify({
        ...emptyCase,
        proposal: { owner: 'owner@example.com', name: 'Owner', why: 'the rules say so' },
      }),
      source: 'form',
      created_at: at.toISOString(),
      updated_at: at.toISOString(),
    });
    const event = {
      request_id: requestId,
      actor: requester.email,
      event_type: 'Message' as const,
      details: {},
    };
    await appendAudit(tx, [event], at);
    return requestId;
  });
}

/** What the agent makes of a request whose decision it settles, by how it is settled. */
const outcomes = {
  applied: { status: 'Completed', decision: 'Approved', reason: null },
  stale: { status: 'Escalated', decision: 'Escalated', reason: 'stale_decision' },
  failed: { status: 'Escalated', decision: 'Escalated', reason: 'tool_failure' },
  impossible: { status: 'Closed', decision: 'Cancelled', reason: 'withdrawn' },
} as const satisfies Record<Settled, object>;

async function settleOne(db: Db, state: Settled, changed: readonly FactValueChange[]): Promise<boolean> {
  const waiting = await db.kysely
    .selectFrom('human_decisions')
    .select('request_id')
    .where('state', '=', 'pending')
    .orderBy('ordinal')
    .limit(1)
    .executeTakeFirst();
  if (!waiting) return false;
  const at = new Date();
  const lease = { requestId: waiting.request_id, holder: 'test', ttlMs: 30_000, at };
  const leased = await leaseRequest(db.kysely, lease);
  const decision = leased?.pendingDecision;
  if (!leased || !decision) return false;
  const { request } = leased;
  if ((decision.seen_version ?? 0) < (request.escalated_version ?? 0))
    throw new Error(`A decision on an older escalation of ${request.request_id} was let in`);
  const isApplied = state === 'applied';
  const event = isApplied
    ? { event_type: 'Approval' as const, details: { key: decision.idempotency_key } }
    : {
        event_type: 'Message' as const,
        details: { not_applied: state === 'impossible' ? 'withdrawn' : state, changed },
      };
  await recordOutcome(recordedRun(db, leased, request.read_through), {
    settles: { decision, state },
    outcome: {
      ...outcomes[state],
      ...(decision.action === 'return' && isApplied
        ? { status: 'Waiting', decision: null, reason: 'returned' }
        : {}),
      rationale: `It was ${state}.`,
      nextOwner: null,
      priority: request.priority,
      rule: null,
      policy: [],
      leadLabel: null,
      caseFile: request.case_file ?? emptyCase,
      actionsTaken: [],
      events: [{ request_id: request.request_id, actor: decision.actor, ...event }],
      outgoing: [],
      escalation: { approver: decision.actor, delegate: null, windowMs: 3_600_000 },
    },
  });
  return true;
}

async function escalateAnew(db: Db, requestId: string): Promise<void> {
  const at = new Date();
  const lease = { requestId, holder: 'test', ttlMs: 30_000, at };
  const waiting = await leaseRequest(db.kysely, lease);
  if (!waiting) return;
  await releaseLease(db.kysely, waiting.lease);
  if (waiting.request.status !== 'Waiting') return;
  const { email } = requester;
  await insertIncoming(
    db.kysely,
    { requestId, author: email, authorName: 'rae', text: 'More of it', source: 'form' },
    at,
  );
  const leased = await leaseRequest(db.kysely, lease);
  if (!leased) return;
  const { request, incoming } = leased;
  await recordOutcome(recordedRun(db, leased, incoming.at(-1)?.ordinal ?? 0), {
    outcome: {
      ...outcomes.stale,
      reason: 'data_conflict',
      rationale: 'It was looked at again.',
      nextOwner: null,
      priority: request.priority,
      rule: null,
      policy: [],
      leadLabel: null,
      caseFile: request.case_file ?? emptyCase,
      actionsTaken: [],
      events: [],
      outgoing: [],
      escalation: { approver: request.approver ?? '', delegate: null, windowMs: 3_600_000 },
    },
  });
}

/** As much of a run as its recording looks at. */
const recordedRun = (db: Db, leased: LeasedCase, readThrough: number): RecordedRun => ({
  parts: { db, jobs: noJobs, clock: systemClock, log: silentLog, crashPoint: () => undefined },
  leased,
  ground: { requester: leased.request.requester },
  trail: newTrail(),
  readThrough,
});

async function allRequests(db: Db): Promise<RequestRow[]> {
  const query = QueueQuery.parse({ view: 'all', sort: 'oldest', limit: 500 });
  return (await listRequests(db.kysely, query, null)).rows;
}

async function readLedger({ kysely }: Db): Promise<Ledger> {
  const [decisions, effects, comments, forms] = await Promise.all([
    kysely
      .selectFrom('human_decisions')
      .select(['idempotency_key as key', 'state', 'request_id as requestId'])
      .orderBy('ordinal')
      .execute(),
    kysely
      .selectFrom('audit_log')
      .select(sql<string>`details ->> 'key'`.as('key'))
      .where('event_type', '=', 'Approval')
      .orderBy('ordinal')
      .execute(),
    kysely
      .selectFrom('messages')
      .select(sql<string>`replace(key, 'note ', '')`.as('key'))
      .where('direction', '=', 'note')
      .orderBy('ordinal')
      .execute(),
    kysely
      .selectFrom('intake_events')
      .select(sql<string>`replace(key, 'form ', '')`.as('key'))
      .where('key', 'like', 'form %')
      .orderBy('request_id')
      .execute(),
  ]);
  const keys = (rows: { key: string }[]) => rows.map(({ key }) => key);
  return { decisions, effects: keys(effects), comments: keys(comments), forms: keys(forms) };
}

const keptTables = ['switchyard_migrations', 'feed_state', 'audit_head'];

async function empty(db: Db): Promise<void> {
  await db.transaction(async (tx) => {
    // Without triggers and references.
    await sql`set local session_replication_role = replica`.execute(tx);
    const { rows } = await sql<{ name: string }>`
      select tablename as name from pg_tables
      where schemaname = 'public' and tablename <> all(${keptTables})`.execute(tx);
    for (const { name } of rows) await sql`delete from ${sql.table(name)}`.execute(tx);
    await sql`update audit_head set ordinal = 0, hash = repeat('0', 64)`.execute(tx);
  });
}

function createActions(db: Db): Omit<SharedStore, 'db' | 'url'> {
  return {
    addRequest: () => addRequest(db),
    settleOne: (state, changed = []) => settleOne(db, state, changed),
    escalateAnew: (requestId) => escalateAnew(db, requestId),
    async restart() {
      await sql`
        select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and application_name not like ${`%${applicationName}`}`.execute(
        db.kysely,
      );
    },
    empty: () => empty(db),
    requests: () => allRequests(db),
    detail: (requestId) => readRequestDetail(db.kysely, requestId),
    ledger: () => readLedger(db),
    close: () => db.close(),
  };
}
