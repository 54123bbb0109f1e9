import { AppError } from '../../../shared/model/errors.ts';
import { agentName } from '../../../shared/model/request.ts';
import type { ChatConnector } from '../connectors/connector.ts';
import { withRetries } from '../connectors/retry.ts';
import type { Clock, Log } from '../ports.ts';
import { appendAudit } from '../store/audit.ts';
import type { Db } from '../store/db.ts';
import { claimUnsent, releaseMessage, settleMessage } from '../store/messages.ts';
import type { MessageRecord } from '../store/requests.ts';

export interface DeliveryOptions {
  db: Db;
  chats: Partial<Record<'slack' | 'teams', ChatConnector>>;
  clock: Clock;
  log: Log;
}

/** Longer than a message's retries take; after it another sender may look whether the message is there. */
const claimMs = 120_000;

/** Null once it was posted, else why it never can be. Throws what should be tried again later. */
async function post(
  { chats, clock }: DeliveryOptions,
  message: MessageRecord,
  signal: AbortSignal,
): Promise<string | null> {
  const { destination, source, key, text, card } = message;
  // Nobody to send to: the console shows it.
  if (destination === null) return null;
  const chat = chats[source === 'teams' ? 'teams' : 'slack'];
  if (!chat) return 'The chat that it belongs to is not connected.';
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
  if (tried.isOk) return null;
  if (tried.error.code === 'vendor_refused' || tried.error.code === 'not_found') return tried.error.message;
  throw tried.error;
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
  const { db, clock, log } = options;
  for (;;) {
    const message = await claimUnsent(db.kysely, requestId, claimMs);
    if (message === null) return;
    if (message === 'busy')
      throw new AppError('vendor_busy', `Somebody else is sending what ${requestId} has to say.`);
    let undeliverable: string | null;
    try {
      undeliverable = await post(options, message, signal);
    } catch (thrown) {
      await releaseMessage(db.kysely, message.message_id);
      throw thrown;
    }
    if (undeliverable !== null)
      log.warn({ requestId, audience: message.audience, undeliverable }, 'A message cannot be delivered');
    const at = clock.now();
    await db.transaction(async (tx) => {
      if (!(await settleMessage(tx, message.message_id, { at, undeliverable }))) return;
      const details = {
        direction: 'out',
        audience: message.audience,
        to: message.author_name,
        text: message.text,
        ...(undeliverable === null ? {} : { undeliverable }),
        ...(message.destination === null ? { shown_in: 'console' } : {}),
      };
      await appendAudit(
        tx,
        [{ request_id: requestId, actor: agentName, event_type: 'Message', details }],
        at,
      );
    });
  }
}
