import { type Kysely, sql } from 'kysely';
import type { ChatPlace } from '../../../shared/model/chat.ts';
import type { Queues } from '../automations/queues.ts';
import { type IncomingAttachment, insertAttachments } from '../store/attachments.ts';
import { appendAudit } from '../store/audit.ts';
import type { Jobs } from '../store/jobs.ts';
import { insertIncoming } from '../store/messages.ts';
import { noteEvent } from '../store/seen-events.ts';
import type { Database } from '../store/tables.ts';

/** Something that somebody said in a chat. */
export interface Said {
  source: 'slack' | 'teams';
  text: string;
  /** E-mail, or the chat's user id where the sender is not known. */
  author: string;
  authorName: string | null;
  at: Date;
  place: ChatPlace | null;
  attachments: readonly IncomingAttachment[];
  /** How the event that it came as is known again. */
  eventKeys: readonly string[];
  /** What else the audit log says of it. */
  details?: Record<string, unknown>;
}

/** Adds to an open request's conversation, and has the agent read it. */
export async function joinRequest(
  tx: Kysely<Database>,
  jobs: Pick<Jobs<Queues>, 'enqueue'>,
  said: Said,
  requestId: string,
): Promise<void> {
  const { source, text, author, authorName, at, place, attachments } = said;
  await insertIncoming(tx, { requestId, author, authorName, text, source, place }, at);
  await insertAttachments(tx, requestId, attachments, at);
  await tx
    .updateTable('requests')
    .set({ version: sql`version + 1`, updated_at: at.toISOString() })
    .where('request_id', '=', requestId)
    .execute();
  await jobs.enqueue(tx, 'invoke-agent', { requestId }, { key: requestId });
  if (attachments.length > 0) await jobs.enqueue(tx, 'fetch-files', { requestId }, { key: requestId });
  await noteEvent(tx, { source, keys: said.eventKeys, requestId, at });
  const details = {
    direction: 'in',
    source,
    text,
    ...(attachments.length === 0 ? {} : { attachments: attachments.map(({ name }) => name) }),
    ...said.details,
  };
  await appendAudit(tx, [{ request_id: requestId, actor: author, event_type: 'Message', details }], at);
}
