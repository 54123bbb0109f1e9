import { type Insertable, type Kysely, type Selectable, sql, type Updateable } from 'kysely';
import { AppError } from '../../../shared/model/errors.ts';
import type { RecordRef } from '../../../shared/model/request.ts';
import type { Database, HumanDecisionsTable, IntentsTable, MessagesTable, RequestsTable } from './tables.ts';

export type RequestRecord = Selectable<RequestsTable>;
export type MessageRecord = Selectable<MessagesTable>;
export type HumanDecision = Selectable<HumanDecisionsTable>;
export type Intent = Selectable<IntentsTable>;

/** A new request as an intake or an import gives it; the number is taken from the sequence. */
export type NewRequest = Omit<Insertable<RequestsTable>, 'ordinal' | 'request_id'>;

/** Creates a request and gives its id, `REV-` and the next number. */
export async function insertRequest(db: Kysely<Database>, request: NewRequest): Promise<string> {
  const { rows } = await sql<{ number: number }>`select nextval('request_numbers') as number`.execute(db);
  const number = rows[0]?.number;
  if (number === undefined) throw new Error('The sequence of request numbers gave none');
  const requestId = `REV-${number}`;
  await db
    .insertInto('requests')
    .values({ ...request, ordinal: number, request_id: requestId })
    .execute();
  return requestId;
}

/** A request as far as intake needs to know it. */
export type RequestOfMessage = Pick<RequestRecord, 'request_id' | 'is_final' | 'requester'>;
const intakeColumns = ['request_id', 'is_final', 'requester'] as const;

/**
 * The newest request of a thread, or undefined. Locked, so that a reply joins it before or after a run, not amid. A
 * form's request has the thread in which its requester was told first.
 */
export function findRequestOfThread(
  db: Kysely<Database>,
  thread: { source: 'slack' | 'teams'; channel: string; thread: string },
): Promise<RequestOfMessage | undefined> {
  return db
    .selectFrom('requests')
    .select(intakeColumns)
    .where('source', 'in', [thread.source, 'form'])
    .where('channel', '=', thread.channel)
    .where('thread', '=', thread.thread)
    .orderBy('ordinal', 'desc')
    .limit(1)
    .forUpdate()
    .executeTakeFirst();
}

/** The one request of a person that waits for an answer in this channel; undefined where there are more, or none. */
export async function findWaitingRequest(
  db: Kysely<Database>,
  place: { source: 'slack' | 'teams'; channel: string; requester: string },
): Promise<RequestOfMessage | undefined> {
  const waiting = await db
    .selectFrom('requests')
    .select(intakeColumns)
    .where('source', 'in', [place.source, 'form'])
    .where('channel', '=', place.channel)
    .where('requester', '=', place.requester)
    .where('status', '=', 'Waiting')
    .limit(2)
    .forUpdate()
    .execute();
  return waiting.length === 1 ? waiting[0] : undefined;
}

/** Everything of a request, locked until the caller's transaction ends. */
export function lockRequest(db: Kysely<Database>, requestId: string): Promise<RequestRecord | undefined> {
  return db
    .selectFrom('requests')
    .selectAll()
    .where('request_id', '=', requestId)
    .forUpdate()
    .executeTakeFirst();
}

/** The request, locked until the caller's transaction ends, and whether its last event is written. */
export async function holdRequest(
  db: Kysely<Database>,
  requestId: string,
): Promise<(RequestOfMessage & { isClosed: boolean }) | undefined> {
  const request = await db
    .selectFrom('requests')
    .select(intakeColumns)
    .where('request_id', '=', requestId)
    .forUpdate()
    .executeTakeFirst();
  if (!request) return undefined;
  const closure = await db
    .selectFrom('audit_log')
    .select('event_id')
    .where('request_id', '=', requestId)
    .where('event_type', '=', 'Closure')
    .executeTakeFirst();
  return { ...request, isClosed: closure !== undefined };
}

/** What somebody who decides is told of a case that waits for them. */
export interface Escalation extends Pick<RequestRecord, 'request_id' | 'approver' | 'reason' | 'lead_label'> {
  escalated_version: number;
}

/** Cases that wait for a human's decision and were escalated here, not imported: those of the ids, or all. */
export function listEscalations(db: Kysely<Database>, requestIds?: readonly string[]): Promise<Escalation[]> {
  return db
    .selectFrom('requests')
    .select(['request_id', 'approver', 'reason', 'lead_label', 'escalated_version'])
    .where('status', '=', 'Escalated')
    .where('escalated_version', 'is not', null)
    .$if(requestIds !== undefined, (query) => query.where('request_id', 'in', requestIds ?? []))
    .$narrowType<{ escalated_version: number }>()
    .execute();
}

/** Gives a request that was made elsewhere the thread in which its requester was told first. */
export async function placeRequest(
  db: Kysely<Database>,
  requestId: string,
  place: { channel: string; thread: string },
): Promise<void> {
  await db
    .updateTable('requests')
    .set(place)
    .where('request_id', '=', requestId)
    .where('channel', 'is', null)
    .execute();
}

/** Moves a request to where its requester was told instead, because the thread that it was in is gone. */
export async function moveRequest(
  db: Kysely<Database>,
  requestId: string,
  place: { channel: string; thread: string },
): Promise<void> {
  await db.updateTable('requests').set(place).where('request_id', '=', requestId).execute();
}

/** The chat's id of whoever asked, also where no person is known by it. */
export async function findRequesterInChat(db: Kysely<Database>, requestId: string): Promise<string | null> {
  const request = await db
    .selectFrom('requests')
    .select('requester_chat')
    .where('request_id', '=', requestId)
    .executeTakeFirst();
  return request?.requester_chat ?? null;
}

/** Where open cases of a chat are talked about, the newest first. */
export async function listOpenThreads(
  db: Kysely<Database>,
  source: 'slack' | 'teams',
): Promise<{ channel: string; thread: string }[]> {
  const rows = await db
    .selectFrom('requests')
    .select(['channel', 'thread'])
    .where('is_final', '=', false)
    .where('source', 'in', [source, 'form'])
    .where('thread', 'is not', null)
    .orderBy('ordinal', 'desc')
    .limit(1_000)
    .execute();
  return rows.flatMap(({ channel, thread }) =>
    channel === null || thread === null ? [] : [{ channel, thread }],
  );
}

export interface Lease {
  requestId: string;
  holder: string;
  epoch: number;
}

/** Everything about a request that a run starts from. */
export interface LeasedCase {
  lease: Lease;
  request: RequestRecord;
  /** What came in for the agent, oldest first; an approver's remarks beside it are none of it. */
  incoming: MessageRecord[];
  pendingDecision: HumanDecision | null;
  /** Writes that a run before this one began and did not finish recording. */
  openIntents: Intent[];
  /** The lead of the closed request that this one follows, where it had one. */
  followed: RecordRef | null;
}

/**
 * Takes the request for a run, unless another runner has it (null). A request that has something to be judged shows
 * as Triaging from now on.
 */
export async function leaseRequest(
  db: Kysely<Database>,
  lease: { requestId: string; holder: string; ttlMs: number; at: Date },
): Promise<LeasedCase | null> {
  const { requestId, holder, ttlMs, at } = lease;
  const request = await db
    .updateTable('requests')
    .set({
      lease_epoch: sql`lease_epoch + 1`,
      lease_until: sql`now() + ${ttlMs} * interval '1 millisecond'`,
      lease_holder: holder,
      status: sql`case when status in ('New', 'Waiting') and exists (
        select from messages m where m.request_id = requests.request_id and m.direction = 'in'
          and m.audience is null and m.ordinal > requests.read_through) then 'Triaging' else status end`,
      updated_at: at.toISOString(),
    })
    .where('request_id', '=', requestId)
    .where(sql<boolean>`(lease_until is null or lease_until < now())`)
    .returningAll()
    .executeTakeFirst();
  if (!request) return null;
  const [incoming, pendingDecision, openIntents, followed] = await Promise.all([
    db
      .selectFrom('messages')
      .selectAll()
      .where('request_id', '=', requestId)
      .where('direction', '=', 'in')
      .where('audience', 'is', null)
      .orderBy('ordinal')
      .execute(),
    db
      .selectFrom('human_decisions')
      .selectAll()
      .where('request_id', '=', requestId)
      .where('state', '=', 'pending')
      .executeTakeFirst(),
    request.open_plan === null
      ? []
      : db
          .selectFrom('intents')
          .selectAll()
          .where('request_id', '=', requestId)
          .where('state', '=', 'planned')
          .orderBy('intent_id')
          .execute(),
    request.refers_to === null ? null : findLeadOf(db, request.refers_to),
  ]);
  return {
    lease: { requestId, holder, epoch: request.lease_epoch },
    request,
    incoming,
    pendingDecision: pendingDecision ?? null,
    openIntents,
    followed,
  };
}

async function findLeadOf(db: Kysely<Database>, requestId: string): Promise<RecordRef | null> {
  const row = await db
    .selectFrom('requests')
    .select('case_file')
    .where('request_id', '=', requestId)
    .executeTakeFirst();
  const target = row?.case_file?.target;
  return target ? { system: target.system, id: target.id } : null;
}

/** Whether the request exists at all: tells a missing one from one that another runner has. */
export async function hasRequest(db: Kysely<Database>, requestId: string): Promise<boolean> {
  const row = await db
    .selectFrom('requests')
    .select('request_id')
    .where('request_id', '=', requestId)
    .executeTakeFirst();
  return row !== undefined;
}

/** Whether something came in after the message that a run has read last. Holds the request until the transaction ends. */
export async function hasUnread(db: Kysely<Database>, lease: Lease, readThrough: number): Promise<boolean> {
  await db
    .selectFrom('requests')
    .select('request_id')
    .where('request_id', '=', lease.requestId)
    .forUpdate()
    .executeTakeFirst();
  const row = await db
    .selectFrom('messages')
    .select('ordinal')
    .where('request_id', '=', lease.requestId)
    .where('direction', '=', 'in')
    .where('audience', 'is', null)
    .where('ordinal', '>', readThrough)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** Throws `lease_lost` where another runner has taken the request over; nothing of the transaction may stand then. */
export async function updateUnderLease(
  db: Kysely<Database>,
  lease: Lease,
  change: Updateable<RequestsTable>,
): Promise<void> {
  const updated = await db
    .updateTable('requests')
    .set(change)
    .where('request_id', '=', lease.requestId)
    .where('lease_epoch', '=', lease.epoch)
    .returning('request_id')
    .executeTakeFirst();
  if (!updated)
    throw new AppError(
      'lease_lost',
      `${lease.requestId} was taken over by another runner; this one records nothing more.`,
    );
}

/** Keeps the lease for as long again. */
export function extendLease(db: Kysely<Database>, lease: Lease, ttlMs: number): Promise<void> {
  return updateUnderLease(db, lease, {
    lease_until: sql`now() + ${ttlMs} * interval '1 millisecond'` as never,
  });
}

/** Gives the request back without a change; one that was taken over since is left alone. */
export async function releaseLease(db: Kysely<Database>, lease: Lease): Promise<void> {
  await db
    .updateTable('requests')
    .set({ lease_until: null, lease_holder: null })
    .where('request_id', '=', lease.requestId)
    .where('lease_epoch', '=', lease.epoch)
    .execute();
}

/** Ends the leases of runners that are known to be dead, without waiting for them to run out. */
export async function endLeases(db: Kysely<Database>): Promise<void> {
  await db
    .updateTable('requests')
    .set({ lease_until: null, lease_holder: null })
    .where('lease_until', 'is not', null)
    .execute();
}
