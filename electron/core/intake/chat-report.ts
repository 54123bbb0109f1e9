import { createRequest, storableText } from '../automations/create-request.ts';
import type { ChatReportEvent } from '../connectors/connector.ts';
import { findPersonInChat } from '../store/people.ts';
import { findRequestOfThread } from '../store/requests.ts';
import { inThread, requestOfEvent } from '../store/seen-events.ts';
import type { ChatIntakeOptions } from './chat.ts';
import { joinRequest } from './join-request.ts';

/**
 * Takes in the form for a routing error as a chat message would be: it opens one request, in the thread of the message
 * that it was called on; where that thread has an open one already, it joins that. Called without a message, it is
 * answered by direct message. Gives the request's id once everything is stored.
 */
export async function takeInReport(options: ChatIntakeOptions, event: ChatReportEvent): Promise<string> {
  const { db, jobs, clock } = options;
  const { source, eventId, user, about } = event;
  const keys = [`event ${eventId}`];
  const place = { source, channel: about?.channel ?? user, thread: about?.thread ?? eventId };
  return inThread(db, place, async (tx) => {
    const seen = await requestOfEvent(tx, source, keys);
    if (seen !== undefined) return seen;
    const at = clock.now();
    const person = await findPersonInChat(tx, source, user);
    const ofThread = about === null ? undefined : await findRequestOfThread(tx, place);
    const text = textOf(event);
    let requestId: string;
    if (ofThread && !ofThread.is_final) {
      requestId = ofThread.request_id;
      const said = { source, text: wholeText(event), author: person?.email ?? user, at };
      const authorName = person?.name ?? null;
      await joinRequest(
        tx,
        jobs,
        { ...said, authorName, place: null, attachments: [], eventKeys: keys },
        requestId,
      );
    } else {
      requestId = await createRequest(tx, jobs, {
        source,
        requester: person?.email ?? null,
        requesterChat: user,
        requesterName: person?.name ?? null,
        text,
        channel: about?.channel ?? null,
        thread: about?.thread ?? null,
        refersTo: ofThread?.request_id ?? null,
        targetRecord: event.record,
        targetSystem: event.system,
        justification: event.justification,
        priority: event.priority,
        eventKeys: keys,
        at,
      });
    }
    return requestId;
  });
}

/** What was written, with the link to what it is about. */
function textOf({ text, about }: ChatReportEvent): string {
  const link = about?.url ?? null;
  return storableText(link === null ? text : `${text}\n${link}`);
}

/** In a conversation that goes on there are no fields of its own for the rest. */
function wholeText(event: ChatReportEvent): string {
  const { record, justification } = event;
  return [textOf(event), record, justification]
    .filter((part) => part !== null)
    .map(storableText)
    .join('\n');
}
