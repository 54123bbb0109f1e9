import type { ChatDestination } from '../../../shared/model/decision-card.ts';
import { AppError } from '../../../shared/model/errors.ts';
import { agentName } from '../../../shared/model/request.ts';
import { isPlaceGone, type PostedMessage } from '../connectors/connector.ts';
import { type Tried, withRetries } from '../connectors/retry.ts';
import { appendAudit } from '../store/audit.ts';
import { listOvertakenCards } from '../store/cards.ts';
import { claimUnsent, releaseMessage, settleMessage } from '../store/messages.ts';
import { findPerson } from '../store/people.ts';
import {
  findRequesterInChat,
  holdRequest,
  type MessageRecord,
  moveRequest,
  placeRequest,
} from '../store/requests.ts';
import { messageKey, noteEvent } from '../store/seen-events.ts';
import type { ChatWork } from './chat-work.ts';

const chatOf = ({ source }: MessageRecord): 'slack' | 'teams' => (source === 'teams' ? 'teams' : 'slack');

/** Longer than a message's retries take; after it another sender may look whether the message is there. */
const claimMs = 120_000;

/** What became of a message: where it was posted, that the console shows it, or why it can never be sent. */
type Delivered =
  | { kind: 'posted'; place: PostedMessage; isInstead: boolean }
  | { kind: 'in console' }
  | { kind: 'undeliverable'; because: string };

/** Throws what should be tried again later. */
async function post(options: ChatWork, message: MessageRecord, signal: AbortSignal): Promise<Delivered> {
  const { destination } = message;
  // Nobody to send to: the console shows it.
  if (destination === null) return { kind: 'in console' };
  const tried = await tryToPost(options, message, destination, signal);
  if (tried.isOk) return { kind: 'posted', place: tried.value, isInstead: false };
  const { error } = tried;
  const user = isPlaceGone(error) ? await personMeant(options, message) : null;
  if (user === null) return undeliverable(error);
  const instead = await tryToPost(options, message, { user }, signal);
  return instead.isOk
    ? { kind: 'posted', place: instead.value, isInstead: true }
    : undeliverable(instead.error);
}

function undeliverable(error: AppError): Delivered {
  if (error.code !== 'vendor_refused' && error.code !== 'not_found') throw error;
  return { kind: 'undeliverable', because: error.message };
}

async function tryToPost(
  { chats, clock }: ChatWork,
  message: MessageRecord,
  to: ChatDestination,
  signal: AbortSignal,
): Promise<Tried<PostedMessage>> {
  const { key, text, card } = message;
  const chat = chats[chatOf(message)];
  if (!chat) return { isOk: false, tries: 0, error: notConnected() };
  let isFirstTry = message.attempts <= 1;
  return withRetries(
    () => {
      const mayBeThere = !isFirstTry;
      isFirstTry = false;
      return chat.post(
        { to, text, key: key ?? message.message_id, mayBeThere, ...(card ? { card } : {}) },
        { signal },
      );
    },
    { clock, signal },
  );
}

const notConnected = (): AppError =>
  new AppError('not_found', 'The chat that it belongs to is not connected.');

/**
 * The person to write to where the thread is gone that a message was for: the chat's id of its recipient, else of
 * whoever asked in the first place. Null where neither is known in that chat.
 */
async function personMeant({ db }: ChatWork, message: MessageRecord): Promise<string | null> {
  const { request_id: requestId, audience, author_name: recipient } = message;
  const person = recipient === null ? undefined : await findPerson(db.kysely, recipient);
  const known = person?.[chatOf(message)] ?? null;
  return known ?? (audience === 'requester' ? findRequesterInChat(db.kysely, requestId) : null);
}

/**
 * Records what became of a message. A reply to it is known by where it was posted, and a form's requester goes on in
 * the thread in which they were told first. Nothing follows the closing event of the audit log.
 */
async function settle({ db, clock }: ChatWork, message: MessageRecord, delivered: Delivered): Promise<void> {
  const { request_id: requestId, audience, destination, text, author_name: to } = message;
  const undeliverable = delivered.kind === 'undeliverable' ? delivered.because : null;
  const at = clock.now();
  await db.transaction(async (tx) => {
    const request = await holdRequest(tx, requestId);
    const posted = delivered.kind === 'posted' ? delivered.place : null;
    if (!(await settleMessage(tx, message.message_id, { at, undeliverable, place: posted }))) return;
    if (delivered.kind === 'posted') {
      const { channel, message: thread } = delivered.place;
      await noteEvent(tx, { source: chatOf(message), keys: [messageKey(channel, thread)], requestId, at });
      const place = { channel, thread };
      if (audience === 'requester' && delivered.isInstead) await moveRequest(tx, requestId, place);
      else if (audience === 'requester') await placeRequest(tx, requestId, place);
    }
    if (request?.isClosed) return;
    const details = {
      direction: 'out',
      audience,
      to,
      text,
      ...(undeliverable === null ? {} : { undeliverable }),
      ...(destination === null ? { shown_in: 'console' } : {}),
    };
    const event = { request_id: requestId, actor: agentName, event_type: 'Message' as const, details };
    await appendAudit(tx, [event], at);
  });
}

/**
 * Sends everything of a request that is not sent, in order, each once; every one that was sent is an event of the
 * audit log. One that can never be sent is recorded as such and holds up nothing. Where a thread is gone, the person is
 * written to instead, and the request goes on there. Cards that were overtaken lose their buttons in a job of their own.
 */
export async function deliverMessages(
  options: ChatWork,
  requestId: string,
  signal: AbortSignal,
): Promise<void> {
  const { db, log } = options;
  for (;;) {
    const message = await claimUnsent(db.kysely, requestId, claimMs);
    if (message === null) break;
    if (message === 'busy')
      throw new AppError('vendor_busy', `Somebody else is sending what ${requestId} has to say.`);
    let delivered: Delivered;
    try {
      delivered = await post(options, message, signal);
    } catch (thrown) {
      await releaseMessage(db.kysely, message.message_id);
      throw thrown;
    }
    if (delivered.kind === 'undeliverable')
      log.warn(
        { requestId, audience: message.audience, because: delivered.because },
        'A message cannot be delivered',
      );
    await settle(options, message, delivered);
  }
  if ((await listOvertakenCards(db.kysely, requestId)).length > 0)
    await options.jobs.enqueue(db.kysely, 'settle-cards', { requestId }, { key: requestId });
}
