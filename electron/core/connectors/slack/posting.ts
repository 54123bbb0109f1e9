import type { WebClient } from '@slack/web-api';
import type { CallOptions, OutgoingMessage, PostedMessage, SettledCard } from '../connector.ts';
import { garbled } from '../vendor-fetch.ts';
import { cardBlocks, settledBlocks } from './blocks.ts';
import { lacking } from './failures.ts';
import { escapeMarkup } from './mark-up.ts';
import type { WebApi } from './web-api.ts';

const postedEvent = 'switchyard_message';
/** Slack takes no longer text. */
const longestText = 40_000;
const pageSize = 200;
/** In a channel, where a retry looks for a message of its own: the newest thousand. */
const historyPages = 5;

interface Place {
  channel: string;
  thread: string | null;
}

/**
 * Writes messages. Slack has no idempotency key: ours travels in the message's metadata, and before a retry the thread
 * is looked through for it.
 */
export function createPosting(webApi: WebApi) {
  async function placeOf(to: OutgoingMessage['to'], { signal }: CallOptions): Promise<Place> {
    if ('channel' in to) return to;
    const opened = await webApi.call((client) => client.conversations.open({ users: to.user }), signal);
    if (opened.channel?.id === undefined) throw lacking('the direct message’s channel');
    return { channel: opened.channel.id, thread: null };
  }

  async function send(
    { channel, thread }: Place,
    message: OutgoingMessage,
    { signal }: CallOptions,
  ): Promise<PostedMessage> {
    const posted = await webApi.call(
      (client) =>
        client.chat.postMessage({
          channel,
          text: escapeMarkup(message.text, longestText),
          unfurl_links: false,
          unfurl_media: false,
          metadata: { event_type: postedEvent, event_payload: { key: message.key } },
          ...(thread === null ? {} : { thread_ts: thread }),
          ...(message.card === undefined ? {} : { blocks: cardBlocks(message.card) }),
        }),
      signal,
    );
    if (posted.ts === undefined) throw lacking('the message’s id');
    return { channel: posted.channel ?? channel, message: posted.ts };
  }

  /** The message with our key in the thread, or among the channel's newest; null where there is none. */
  async function findPosted(
    { channel, thread }: Place,
    key: string,
    { signal }: CallOptions,
  ): Promise<PostedMessage | null> {
    let cursor: string | undefined;
    for (let page = 0; thread !== null || page < historyPages; page += 1) {
      const query = {
        channel,
        limit: pageSize,
        include_all_metadata: true,
        ...(cursor === undefined ? {} : { cursor }),
      };
      const { messages, next } = await webApi.call(
        (client) =>
          thread === null ? readHistory(client, query) : readReplies(client, { ...query, ts: thread }),
        signal,
      );
      const ours = messages.find((message) => message.key === key);
      if (ours !== undefined) return { channel, message: ours.ts };
      if (next === undefined) return null;
      // It would be read for ever; and what was not found in it may be there all the same.
      if (next === cursor) throw garbled('Slack', 'a page that is followed by itself');
      cursor = next;
    }
    return null;
  }

  return {
    async post(message: OutgoingMessage, options: CallOptions = {}): Promise<PostedMessage> {
      const place = await placeOf(message.to, options);
      const posted = message.mayBeThere ? await findPosted(place, message.key, options) : null;
      return posted ?? send(place, message, options);
    },
    async settleCard(settled: SettledCard, { signal }: CallOptions = {}): Promise<void> {
      const { place, card, outcome, decidedAt } = settled;
      await webApi.call(
        (client) =>
          client.chat.update({
            channel: place.channel,
            ts: place.message,
            text: escapeMarkup(outcome, longestText),
            blocks: settledBlocks(card, outcome, decidedAt),
          }),
        signal,
      );
    },
  };
}

interface Page {
  messages: { ts: string; key: unknown }[];
  next: string | undefined;
}

async function readHistory(
  client: WebClient,
  query: Parameters<WebClient['conversations']['history']>[0] & object,
): Promise<Page> {
  return toPage(await client.conversations.history(query));
}

async function readReplies(
  client: WebClient,
  query: Parameters<WebClient['conversations']['replies']>[0] & object,
): Promise<Page> {
  return toPage(await client.conversations.replies(query));
}

function toPage(answer: {
  messages?: { ts?: string; metadata?: { event_type?: string; event_payload?: object } }[];
  response_metadata?: { next_cursor?: string };
}): Page {
  const messages = (answer.messages ?? []).flatMap(({ ts, metadata }) => {
    const payload: { key?: unknown } = metadata?.event_payload ?? {};
    return ts !== undefined && metadata?.event_type === postedEvent ? [{ ts, key: payload.key }] : [];
  });
  return { messages, next: answer.response_metadata?.next_cursor || undefined };
}
