import type { Kysely } from 'kysely';
import { agentName } from '../../../shared/model/request.ts';
import { keptWithRequest } from '../agent/outcome-replies.ts';
import { createRequest, storableText } from '../automations/create-request.ts';
import type { Queues } from '../automations/queues.ts';
import type { ChatMessageEvent } from '../connectors/connector.ts';
import type { Clock, Log } from '../ports.ts';
import type { IncomingAttachment } from '../store/attachments.ts';
import { appendAudit } from '../store/audit.ts';
import type { Db } from '../store/db.ts';
import type { Jobs } from '../store/jobs.ts';
import { insertIncoming, insertOutgoing } from '../store/messages.ts';
import { findPersonInChat } from '../store/people.ts';
import {
  findRequestOfThread,
  findWaitingRequest,
  holdRequest,
  type RequestOfMessage,
} from '../store/requests.ts';
import { inThread, messageKey, noteEvent, requestOfEvent } from '../store/seen-events.ts';
import type { Database } from '../store/tables.ts';
import { decideByAnswer, readAnswer } from './chat-decision.ts';
import { joinRequest, type Said } from './join-request.ts';

export interface ChatIntakeOptions {
  db: Db;
  jobs: Pick<Jobs<Queues>, 'enqueue'>;
  clock: Clock;
  log: Log;
}

/** A message with who wrote it. */
interface Spoken {
  event: ChatMessageEvent;
  text: string;
  /** E-mail, or the chat's user id where the sender is not known. */
  author: string;
  person: { email: string; name: string } | null;
  /** How the event is known again. */
  keys: readonly string[];
  at: Date;
}

/** Where a message belongs. */
type Belonging =
  | { kind: 'new'; refersTo: string | null }
  /** In a thread of a channel that is not watched, where nobody spoke to us. */
  | { kind: 'not ours' }
  | { kind: 'joins'; requestId: string }
  /** In a thread under what we told an approver; or a decision that cannot be told from the words. */
  | { kind: 'beside'; requestId: string; isClosed: boolean; answer: string };

const joinsOrFollows = ({ request_id: requestId, is_final: isFinal }: RequestOfMessage): Belonging =>
  isFinal ? { kind: 'new', refersTo: requestId } : { kind: 'joins', requestId };

const besideOf = (
  { request_id: requestId, isClosed }: { request_id: string; isClosed: boolean },
  answer: string,
): Belonging => ({ kind: 'beside', requestId, isClosed, answer });

async function belongingOf(tx: Kysely<Database>, { event, person }: Spoken): Promise<Belonging> {
  const { source, channel, thread, message, isDirect, isAddressed } = event;
  const ofThread = await findRequestOfThread(tx, { source, channel, thread });
  if (ofThread) return joinsOrFollows(ofThread);
  const isReply = thread !== message;
  const rootOf = isReply ? await requestOfEvent(tx, source, [messageKey(channel, thread)]) : undefined;
  const told = rootOf === undefined ? undefined : await holdRequest(tx, rootOf);
  if (told) {
    const isRequester = person !== null && person.email === told.requester;
    return isRequester ? joinsOrFollows(told) : besideOf(told, keptWithRequest(told.request_id, source));
  }
  // In a conversation between two, people answer without opening the thread.
  const waiting =
    isDirect && !isReply && person
      ? await findWaitingRequest(tx, { source, channel, requester: person.email })
      : undefined;
  if (waiting) return joinsOrFollows(waiting);
  return isAddressed ? { kind: 'new', refersTo: null } : { kind: 'not ours' };
}

/**
 * Takes in a chat message: the first of a thread opens a request, a reply joins the request of its thread unless that
 * is closed, and then opens one that refers to it. What an approver says under the message in which they were asked is
 * kept with the request; in Teams, where there are no buttons, it may be the decision. However often an event comes, it is taken in once. Gives the request's id once everything is
 * stored; null for what is said in a thread of others.
 */
export async function takeInMessage(
  options: ChatIntakeOptions,
  event: ChatMessageEvent,
): Promise<string | null> {
  const { db, jobs, clock, log } = options;
  const { source, channel, message, user } = event;
  // The same message may come as several events (a mention in a watched channel), and an event more than once.
  const keys = [`event ${event.eventId}`, messageKey(channel, message)];
  const seen = await requestOfEvent(db.kysely, source, keys);
  if (seen !== undefined) {
    log.debug({ requestId: seen, eventId: event.eventId }, 'A redelivered event was recognised');
    return seen;
  }
  const said = event.source === 'teams' ? await readAnswer(db.kysely, event) : null;
  if (said?.kind === 'decision') {
    await decideByAnswer(options, event, { ...said, keys });
    return said.requestId;
  }
  return inThread(db, event, async (tx) => {
    const again = await requestOfEvent(tx, source, keys);
    if (again !== undefined) return again;
    const at = clock.now();
    const person = (await findPersonInChat(tx, source, user)) ?? null;
    const spoken: Spoken = {
      event,
      text: storableText(event.text),
      author: person?.email ?? user,
      person,
      keys,
      at,
    };
    const unclear = said && (await holdRequest(tx, said.requestId));
    const belonging = said && unclear ? besideOf(unclear, said.answer) : await belongingOf(tx, spoken);
    return store(tx, jobs, spoken, belonging);
  });
}

async function store(
  tx: Kysely<Database>,
  jobs: ChatIntakeOptions['jobs'],
  spoken: Spoken,
  belonging: Belonging,
): Promise<string | null> {
  if (belonging.kind === 'not ours') return null;
  if (belonging.kind === 'new') return openRequest(tx, jobs, spoken, belonging.refersTo);
  if (belonging.kind === 'beside') await keepBeside(tx, jobs, spoken, belonging);
  else await joinRequest(tx, jobs, saidOf(spoken), belonging.requestId);
  return belonging.requestId;
}

const placeOf = ({ channel, message }: ChatMessageEvent) => ({ channel, message });

/** The files stay with the chat until they are fetched. */
const attachmentsOf = ({ source, files }: ChatMessageEvent): IncomingAttachment[] =>
  files.map((file) => ({ ...file, content: null, inChat: { source, file } }));

const saidOf = ({ event, text, author, person, keys, at }: Spoken): Said => ({
  source: event.source,
  text,
  author,
  authorName: person?.name ?? null,
  at,
  place: placeOf(event),
  attachments: attachmentsOf(event),
  eventKeys: keys,
});

function openRequest(
  tx: Kysely<Database>,
  jobs: ChatIntakeOptions['jobs'],
  { event, text, person, keys, at }: Spoken,
  refersTo: string | null,
): Promise<string> {
  const { source, channel, thread, user } = event;
  return createRequest(tx, jobs, {
    source,
    requester: person?.email ?? null,
    requesterChat: user,
    requesterName: person?.name ?? null,
    text,
    channel,
    thread,
    refersTo,
    place: placeOf(event),
    attachments: attachmentsOf(event),
    eventKeys: keys,
    at,
  });
}

/** An approver's remark: kept, answered with how one decides, and on record while the log is open. */
async function keepBeside(
  tx: Kysely<Database>,
  jobs: ChatIntakeOptions['jobs'],
  { event, text, author, person, keys, at }: Spoken,
  { requestId, isClosed, answer: said }: Belonging & { kind: 'beside' },
): Promise<void> {
  const { source, channel, thread, message } = event;
  const authorName = person?.name ?? null;
  const place = placeOf(event);
  await insertIncoming(tx, { requestId, author, authorName, text, source, audience: 'approver', place }, at);
  await noteEvent(tx, { source, keys, requestId, at });
  if (isClosed) return;
  const answer = {
    requestId,
    key: `${requestId}:kept:${message}`,
    audience: 'approver' as const,
    recipient: author,
    source,
    text: said,
    destination: { channel, thread },
    card: null,
  };
  await insertOutgoing(tx, [answer], agentName, at);
  await jobs.enqueue(tx, 'deliver-messages', { requestId }, { key: requestId });
  const details = { direction: 'in', source, audience: 'approver', text };
  await appendAudit(tx, [{ request_id: requestId, actor: author, event_type: 'Message', details }], at);
}
