import { sql } from 'kysely';
import { createRequest, storableText } from '../automations/create-request.ts';
import type { Queues } from '../automations/queues.ts';
import type { ChatMessageEvent } from '../connectors/connector.ts';
import type { Clock, Log } from '../ports.ts';
import { appendAudit } from '../store/audit.ts';
import type { Db } from '../store/db.ts';
import type { Jobs } from '../store/jobs.ts';
import { insertIncoming } from '../store/messages.ts';
import { findPersonInChat } from '../store/people.ts';
import { findRequestOfThread } from '../store/requests.ts';
import { noteEvent, requestOfEvent } from './seen-events.ts';

export interface ChatIntakeOptions {
  db: Db;
  jobs: Pick<Jobs<Queues>, 'enqueue'>;
  clock: Clock;
  log: Log;
}

/**
 * Takes in a chat message: the first of a thread opens a request, a reply joins the request of its thread unless that
 * is closed, and then opens one that refers to it. However often an event comes, it is taken in once. Gives the
 * request's id once everything is stored.
 */
export async function takeInMessage(
  { db, jobs, clock, log }: ChatIntakeOptions,
  event: ChatMessageEvent,
): Promise<string> {
  const { source, channel, thread, message, user } = event;
  // The same message may come as several events (a mention in a watched channel), and an event more than once.
  const keys = [`event ${event.eventId}`, `message ${channel} ${message}`];
  const seen = await requestOfEvent(db.kysely, source, keys);
  if (seen !== undefined) {
    log.debug({ requestId: seen, eventId: event.eventId }, 'A redelivered event was recognised');
    return seen;
  }
  const text = storableText(event.text);
  return db.transaction(async (tx) => {
    // One thread at a time, so that two deliveries side by side become one request.
    await sql`select pg_advisory_xact_lock(hashtextextended(${`${source} ${channel} ${thread}`}, 0))`.execute(
      tx,
    );
    const again = await requestOfEvent(tx, source, keys);
    if (again !== undefined) return again;
    const at = clock.now();
    const person = await findPersonInChat(tx, source, user);
    const existing = await findRequestOfThread(tx, { source, channel, thread });
    if (existing && !existing.is_final) {
      const requestId = existing.request_id;
      const author = person?.email ?? user;
      await insertIncoming(tx, { requestId, author, authorName: person?.name ?? null, text, source }, at);
      await tx
        .updateTable('requests')
        .set({ version: sql`version + 1`, updated_at: at.toISOString() })
        .where('request_id', '=', requestId)
        .execute();
      await noteEvent(tx, { source, keys, requestId, at });
      await jobs.enqueue(tx, 'invoke-agent', { requestId }, { key: requestId });
      const details = { direction: 'in', source, text };
      await appendAudit(tx, [{ request_id: requestId, actor: author, event_type: 'Message', details }], at);
      return requestId;
    }
    const requestId = await createRequest(tx, jobs, {
      source,
      requester: person?.email ?? null,
      requesterChat: user,
      requesterName: person?.name ?? null,
      text,
      channel,
      thread,
      refersTo: existing?.request_id ?? null,
      attachments: event.files.map((file) => ({ ...file, content: null })),
      at,
    });
    await noteEvent(tx, { source, keys, requestId, at });
    return requestId;
  });
}
