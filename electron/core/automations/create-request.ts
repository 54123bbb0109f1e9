import type { Kysely } from 'kysely';
import type { ChatPlace } from '../../../shared/model/chat.ts';
import { agentName, type Priority, type Source } from '../../../shared/model/request.ts';
import { type IncomingAttachment, insertAttachments } from '../store/attachments.ts';
import { appendAudit } from '../store/audit.ts';
import type { Jobs } from '../store/jobs.ts';
import { insertIncoming } from '../store/messages.ts';
import { insertRequest } from '../store/requests.ts';
import { noteEvent } from '../store/seen-events.ts';
import type { Database } from '../store/tables.ts';
import type { Queues } from './queues.ts';

export interface IncomingRequest {
  source: Source;
  /** E-mail of the sender, where they are known. */
  requester: string | null;
  requesterChat?: string | null;
  requesterName: string | null;
  /** As it was written, with the chat's own mark-up. */
  text: string;
  channel?: string | null;
  thread?: string | null;
  /** The message of the chat that says it. */
  place?: ChatPlace | null;
  targetRecord?: string | null;
  targetSystem?: string | null;
  justification?: string | null;
  priority?: Priority | null;
  refersTo?: string | null;
  attachments?: readonly IncomingAttachment[];
  /** How the event that it came as is known again; none where it came as no event. */
  eventKeys?: readonly string[];
  at: Date;
}

/** Text that Postgres can store: it takes neither NUL nor half a surrogate pair. */
export const storableText = (text: string): string => text.toWellFormed().replaceAll('\u0000', '');

/** The summary is what lists show; the whole text stays with the message. */
const maximumSummaryLength = 4_000;

/**
 * Create Request Record: stores a request with its first status, priority, time stamps and owner, what was said, and
 * the first audit event, and invokes the agent, all in the caller's transaction. Gives the request's id.
 */
export async function createRequest(
  db: Kysely<Database>,
  jobs: Pick<Jobs<Queues>, 'enqueue'>,
  incoming: IncomingRequest,
): Promise<string> {
  const { source, requester, at, priority = null } = incoming;
  const text = storableText(incoming.text);
  const justification = incoming.justification ? storableText(incoming.justification) : null;
  const targetRecord = incoming.targetRecord ? storableText(incoming.targetRecord) : null;
  const now = at.toISOString();
  const requestId = await insertRequest(db, {
    requester,
    requester_chat: incoming.requesterChat ?? null,
    summary: text.length > maximumSummaryLength ? `${text.slice(0, maximumSummaryLength - 1)}…` : text,
    business_justification: justification,
    target_system_or_record: incoming.targetSystem ?? targetRecord,
    target_record: targetRecord,
    status: 'New',
    priority: priority ?? 'Medium',
    chosen_priority: priority,
    current_owner: agentName,
    source,
    channel: incoming.channel ?? null,
    thread: incoming.thread ?? null,
    refers_to: incoming.refersTo ?? null,
    created_at: now,
    updated_at: now,
  });
  const author = requester ?? incoming.requesterChat ?? null;
  await insertIncoming(
    db,
    {
      requestId,
      author,
      authorName: incoming.requesterName,
      text: justification === null ? text : `${text}\n${justification}`,
      source,
      place: incoming.place ?? null,
    },
    at,
  );
  const attachments = (incoming.attachments ?? []).map((file) => ({
    ...file,
    name: storableText(file.name),
  }));
  await insertAttachments(db, requestId, attachments, at);
  if (attachments.some(({ inChat }) => inChat !== undefined))
    await jobs.enqueue(db, 'fetch-files', { requestId }, { key: requestId });
  await jobs.enqueue(db, 'invoke-agent', { requestId }, { key: requestId });
  await noteEvent(db, { source, keys: incoming.eventKeys ?? [], requestId, at });
  await appendAudit(
    db,
    [
      {
        request_id: requestId,
        actor: author ?? 'unknown',
        event_type: 'Message',
        details: {
          direction: 'in',
          source,
          text,
          ...(justification === null ? {} : { business_justification: justification }),
          ...(targetRecord === null ? {} : { target_record: targetRecord }),
          ...(attachments.length === 0 ? {} : { attachments: attachments.map(({ name }) => name) }),
          ...(incoming.refersTo ? { refers_to: incoming.refersTo } : {}),
        },
      },
    ],
    at,
  );
  return requestId;
}
