import type { Kysely } from 'kysely';
import { asEdited, withoutEditMark } from '../../../shared/model/edited-text.ts';
import { agentName } from '../../../shared/model/request.ts';
import { storableText } from '../automations/create-request.ts';
import type { ChatDeletionEvent, ChatEditEvent } from '../connectors/connector.ts';
import { appendAudit } from '../store/audit.ts';
import { findIncoming, insertIncoming, insertNote } from '../store/messages.ts';
import { findPersonInChat } from '../store/people.ts';
import { holdRequest } from '../store/requests.ts';
import { inThread, messageKey, noteEvent, requestOfEvent } from '../store/seen-events.ts';
import type { Database } from '../store/tables.ts';
import { type ChatIntakeOptions, takeInMessage } from './chat.ts';
import { joinRequest } from './join-request.ts';

/** A message that was not heard when it was written is taken in as it reads after an edit, if that is not long ago. */
const lateAfterMs = 3600 * 1000;

const chatNames = { slack: 'Slack', teams: 'Teams' } as const;
const shownTextLength = 200;

/**
 * Takes in that a message was changed: until its case has ended, what it says now is one more piece of the conversation,
 * once for each edit; what it said before stays. A finished case is never changed. Gives the request's id, or null
 * where the message is none of ours.
 */
export async function takeInEdit(options: ChatIntakeOptions, event: ChatEditEvent): Promise<string | null> {
  const { db } = options;
  const { source, message: written } = event;
  const original = await requestOfEvent(db.kysely, source, [messageKey(written.channel, written.message)]);
  if (original !== undefined) {
    await inThread(db, written, (tx) => storeEdit(tx, options, event, original));
    return original;
  }
  const isLate = event.sinceWrittenMs > lateAfterMs;
  return isLate || !written.isAddressed ? null : takeInMessage(options, written);
}

async function storeEdit(
  tx: Kysely<Database>,
  { jobs, clock }: ChatIntakeOptions,
  { source, eventId, message: written }: ChatEditEvent,
  requestId: string,
): Promise<void> {
  const { channel, message, user } = written;
  const keys = [`event ${eventId}`];
  if ((await requestOfEvent(tx, source, keys)) !== undefined) return;
  const at = clock.now();
  await noteEvent(tx, { source, keys, requestId, at });
  const request = await holdRequest(tx, requestId);
  if (!request || request.is_final) return;
  const place = { channel, message };
  const before = await findIncoming(tx, requestId, place);
  const words = storableText(written.text);
  if (before !== undefined && withoutEditMark(before.text) === words) return;
  const text = asEdited(words);
  const person = await findPersonInChat(tx, source, user);
  const author = person?.email ?? user;
  const authorName = person?.name ?? null;
  const details = { edited: true };
  if (before?.audience !== 'approver') {
    await joinRequest(
      tx,
      jobs,
      { source, text, author, authorName, at, place, attachments: [], eventKeys: [], details },
      requestId,
    );
    return;
  }
  const incoming = { requestId, author, authorName, text, source, place, audience: 'approver' as const };
  await insertIncoming(tx, incoming, at);
  const said = { direction: 'in', source, audience: 'approver', text, ...details };
  await appendAudit(tx, [{ request_id: requestId, actor: author, event_type: 'Message', details: said }], at);
}

/**
 * Takes in that a message is gone. The chat does not say whether its author removed it, so it withdraws nothing: it is
 * noted in the conversation, and the case goes on. Gives the request's id, or null where the message is none of ours.
 */
export async function takeInDeletion(
  { db, clock }: ChatIntakeOptions,
  event: ChatDeletionEvent,
): Promise<string | null> {
  const { source, channel, message, eventId } = event;
  const requestId = await requestOfEvent(db.kysely, source, [messageKey(channel, message)]);
  if (requestId === undefined) return null;
  await inThread(db, event, async (tx) => {
    const keys = [`event ${eventId}`];
    if ((await requestOfEvent(tx, source, keys)) !== undefined) return;
    const at = clock.now();
    await noteEvent(tx, { source, keys, requestId, at });
    const request = await holdRequest(tx, requestId);
    if (!request || request.is_final) return;
    const before = await findIncoming(tx, requestId, { channel, message });
    if (before === undefined) return;
    const text = `A message was deleted in ${chatNames[source]}: “${shortened(withoutEditMark(before.text))}”. It stays on record, and the case goes on.`;
    const key = `${requestId}:deleted:${message}`;
    await insertNote(tx, { requestId, key, author: agentName, authorName: 'Switchyard', text }, at);
    const details = { direction: 'note', source, deleted: true, text };
    await appendAudit(tx, [{ request_id: requestId, actor: agentName, event_type: 'Message', details }], at);
  });
  return requestId;
}

function shortened(text: string): string {
  return text.length <= shownTextLength ? text : `${text.slice(0, shownTextLength - 1)}…`;
}
