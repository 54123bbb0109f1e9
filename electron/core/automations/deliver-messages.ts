import { AppError } from '../../../shared/model/errors.ts';
import { agentName } from '../../../shared/model/request.ts';
import type { ChatConnector, PostedMessage } from '../connectors/connector.ts';
import { withRetries } from '../connectors/retry.ts';
import { messageKey, noteEvent } from '../intake/seen-events.ts';
import type { Clock, Log } from '../ports.ts';
import { appendAudit } from '../store/audit.ts';
import type { Db } from '../store/db.ts';
import { claimUnsent, releaseMessage, settleMessage } from '../store/messages.ts';
import { holdRequest, type MessageRecord, placeRequest } from '../store/requests.ts';

export interface DeliveryOptions {
  db: Db;
  chats: Partial<Record<'slack' | 'teams', ChatConnector>>;
  clock: Clock;
  log: Log;
}

const chatOf = ({ source }: MessageRecord): 'slack' | 'teams' => (source === 'teams' ? 'teams' : 'slack');

/** Longer than a message's retries take; after it another sender may look whether the message is there. */
const claimMs = 120_000;

/** What became of a message: where it was posted, that the console shows it, or why it can never be sent. */
type Delivered =
  | { kind: 'posted'; place: PostedMessage }
  | { kind: 'in console' }
  | { kind: 'undeliverable'; because: string };

/** Throws what should be tried again later. */
async function post(
  { chats, clock }: DeliveryOptions,
  message: MessageRecord,
  signal: AbortSignal,
): Promise<Delivered> {
  const { destination, key, text, card } = message;
  // Nobody to send to: the console shows it.
  if (destination === null) return { kind: 'in console' };
  const chat = chats[chatOf(message)];
  if (!chat) return { kind: 'undeliverable', because: 'The chat that it belongs to is not connected.' };
  let isFirstTry = message.attempts <= 1;
  const tried = await withRetries(
    () => {
      const mayBeThere = !isFirstTry;
      isFirstTry = false;
      return chat.post(
        { to: destination, text, key: key ?? message.message_id, mayBeThere, ...(card ? { card } : {}) },
        { signal },
      );
    },
    { clock, signal },
  );
  if (tried.isOk) return { kind: 'posted', place: tried.value };
  if (tried.error.code === 'vendor_refused' || tried.error.code === 'not_found')
    return { kind: 'undeliverable', because: tried.error.message };
  throw tried.error;
}

/**
 * Records what became of a message. A reply to it is known by where it was posted, and a form's requester goes on in
 * the thread in which they were told first. Nothing follows the closing event of the audit log.
 */
async function settle(
  { db, clock }: DeliveryOptions,
  message: MessageRecord,
  delivered: Delivered,
): Promise<void> {
  const { request_id: requestId, audience, destination, text, author_name: to } = message;
  const undeliverable = delivered.kind === 'undeliverable' ? delivered.because : null;
  const at = clock.now();
  await db.transaction(async (tx) => {
    const request = await holdRequest(tx, requestId);
    if (!(await settleMessage(tx, message.message_id, { at, undeliverable }))) return;
    if (delivered.kind === 'posted') {
      const { channel, message: posted } = delivered.place;
      await noteEvent(tx, { source: chatOf(message), keys: [messageKey(channel, posted)], requestId, at });
      if (audience === 'requester') await placeRequest(tx, requestId, { channel, thread: posted });
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
 * audit log. One that can never be sent is recorded as such and holds up nothing.
 */
export async function deliverMessages(
  options: DeliveryOptions,
  requestId: string,
  signal: AbortSignal,
): Promise<void> {
  const { db, log } = options;
  for (;;) {
    const message = await claimUnsent(db.kysely, requestId, claimMs);
    if (message === null) return;
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
}
