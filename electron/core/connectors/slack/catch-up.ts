import { setTimeout as pause } from 'node:timers/promises';
import { toAppError } from '../../../../shared/model/errors.ts';
import type { Log, StateStore } from '../../ports.ts';
import type { ChatEvent, ListenOptions } from '../connector.ts';
import { garbled } from '../vendor-fetch.ts';
import { editEvent, type MessagePlace, messageEvent, readHistory, type WrittenMessage } from './events.ts';
import type { Heard } from './heard.ts';
import type { Listening } from './reading.ts';
import type { WebApi } from './web-api.ts';

export interface CatchUpOptions {
  webApi: WebApi;
  state: StateStore;
  heard: Heard;
  log: Log;
  listening(): Listening;
  openThreads: ListenOptions['openThreads'];
  /** Takes an event in, as if Slack had delivered it now. */
  take(event: ChatEvent): Promise<void>;
}

/** Where it stands how far everything was taken in: a time stamp of Slack's, the same for all channels. */
export const markName = 'slack history';

/** Events may arrive in another order than they were written in, so reading begins so much earlier. */
const overlapSeconds = 300;
const pageSize = 200;
/** At most so many messages of a channel, and so many threads and direct-message channels, are looked through. */
const longestHistoryPages = 50;
const mostThreads = 500;
const directPages = 5;
const firstPauseMs = 1_000;
const longestPauseMs = 60_000;

interface Page<Item> {
  items: readonly Item[];
  next: string | undefined;
}

/**
 * Reads what was written while nobody listened: Socket Mode delivers an event again for a short time only. Watched
 * channels, direct messages and the threads of open cases are read from the mark on and handed on under the same ids,
 * by which intake knows what it has. The first time there is no mark: reading begins with what is written from then on.
 */
export async function catchUp(options: CatchUpOptions, signal: AbortSignal): Promise<void> {
  const { state, log, heard } = options;
  const places = await placesOf(options, signal);
  const mark = await state.get(markName);
  if (mark === null) {
    heard.begin(await newestOf(options, places, signal));
    return;
  }
  const oldest = earlier(mark);
  let count = 0;
  for (const place of places) count += await readPlace(options, { place, oldest }, signal);
  const threads = (await options.openThreads()).slice(0, mostThreads);
  for (const { channel, thread } of threads)
    count += await readThread(options, { place: placeIn(places, channel), thread, oldest }, signal);
  if (count > 0) log.info({ count }, 'What was written in Slack meanwhile was looked through');
}

function earlier(ts: string): string {
  return (Number(ts) - overlapSeconds).toFixed(6);
}

function placeIn(places: readonly MessagePlace[], channel: string): MessagePlace {
  return places.find((place) => place.channel === channel) ?? { channel, isDirect: false };
}

/** The watched channels and the app's direct messages. */
async function placesOf(options: CatchUpOptions, signal: AbortSignal): Promise<MessagePlace[]> {
  const direct = await readAll(
    options,
    'direct messages',
    directPages,
    (cursor) =>
      options.webApi
        .call(
          (client) => client.users.conversations({ types: 'im', limit: pageSize, ...from(cursor) }),
          signal,
        )
        .then(({ channels = [], response_metadata: metadata }) => ({
          items: channels.flatMap(({ id }) => (id === undefined ? [] : [{ channel: id, isDirect: true }])),
          next: metadata?.next_cursor || undefined,
        })),
    signal,
  );
  const watched = [...options.listening().channels].map((channel) => ({ channel, isDirect: false }));
  return [...watched, ...direct];
}

const from = (cursor: string | undefined): { cursor?: string } => (cursor === undefined ? {} : { cursor });

/** The newest message of all places; the beginning of time where nothing was ever written. */
async function newestOf(
  options: CatchUpOptions,
  places: readonly MessagePlace[],
  signal: AbortSignal,
): Promise<string> {
  let newest = '0';
  for (const { channel } of places) {
    const page = await orSkipped(
      options,
      channel,
      () =>
        options.webApi
          .call((client) => client.conversations.history({ channel, limit: 1 }), signal)
          .then(toPage),
      signal,
    );
    for (const { ts } of readHistory(page?.items ?? [])) if (Number(ts) > Number(newest)) newest = ts;
  }
  return newest;
}

/** Hands on what a channel holds since then, in the order of writing, with the replies to it. Gives how many. */
async function readPlace(
  options: CatchUpOptions,
  { place, oldest }: { place: MessagePlace; oldest: string },
  signal: AbortSignal,
): Promise<number> {
  const { channel } = place;
  const messages = await readAll(
    options,
    channel,
    longestHistoryPages,
    (cursor) =>
      options.webApi
        .call(
          (client) => client.conversations.history({ channel, oldest, limit: pageSize, ...from(cursor) }),
          signal,
        )
        .then(toPage),
    signal,
  );
  let count = 0;
  for (const message of readHistory(messages.toReversed())) {
    count += await handOn(options, place, message, oldest);
    if (hasNewReplies(message, oldest))
      count += await readThread(options, { place, thread: message.ts, oldest }, signal);
  }
  return count;
}

function hasNewReplies(
  { ts, thread_ts: thread, latest_reply: latest }: WrittenMessage,
  oldest: string,
): boolean {
  return thread === ts && (latest === undefined || Number(latest) >= Number(oldest));
}

async function readThread(
  options: CatchUpOptions,
  { place, thread, oldest }: { place: MessagePlace; thread: string; oldest: string },
  signal: AbortSignal,
): Promise<number> {
  const { channel } = place;
  const replies = await readAll(
    options,
    channel,
    longestHistoryPages,
    (cursor) =>
      options.webApi
        .call(
          (client) =>
            client.conversations.replies({ channel, ts: thread, oldest, limit: pageSize, ...from(cursor) }),
          signal,
        )
        .then(toPage),
    signal,
  );
  let count = 0;
  for (const message of readHistory(replies)) count += await handOn(options, place, message, oldest);
  return count;
}

/** Hands a message on that is new since then, or as it was changed since then. Gives 1 where it did, else 0. */
async function handOn(
  { listening, take }: CatchUpOptions,
  place: MessagePlace,
  message: WrittenMessage,
  oldest: string,
): Promise<number> {
  const isNew = Number(message.ts) >= Number(oldest);
  const event = isNew ? messageEvent(message, place, listening()) : null;
  const isChanged = message.edited !== undefined && Number(message.edited.ts) >= Number(oldest);
  const edit = isChanged ? editEvent(message, place, listening()) : null;
  // Whether the thread of a reply is one of ours is known to intake only.
  const mayBeOurs = event !== null && (event.isAddressed || event.thread !== event.message);
  if (mayBeOurs) await take(event);
  if (edit !== null) await take(edit);
  return mayBeOurs || edit !== null ? 1 : 0;
}

/** All pages but not more than `mostPages`; `what` is for the log. */
async function readAll<Item>(
  options: CatchUpOptions,
  what: string,
  mostPages: number,
  read: (cursor: string | undefined) => Promise<Page<Item>>,
  signal: AbortSignal,
): Promise<Item[]> {
  const items: Item[] = [];
  let cursor: string | undefined;
  for (let pages = 0; pages < mostPages; pages += 1) {
    const page = await orSkipped(options, what, () => read(cursor), signal);
    if (page === null) return items;
    items.push(...page.items);
    if (page.next === undefined) return items;
    // It would be read for ever, and what stands behind it would be missed.
    if (page.next === cursor) throw garbled('Slack', 'a page that is followed by itself');
    cursor = page.next;
  }
  options.log.warn({ what }, 'More was written in Slack than is looked through at once');
  return items;
}

function toPage(answer: {
  messages?: readonly unknown[];
  response_metadata?: { next_cursor?: string };
}): Page<unknown> {
  return { items: answer.messages ?? [], next: answer.response_metadata?.next_cursor || undefined };
}

/** Null where Slack refuses for good: one channel that is gone keeps no other from being read. */
async function orSkipped<Item>(
  { log }: CatchUpOptions,
  what: string,
  call: () => Promise<Page<Item>>,
  signal: AbortSignal,
): Promise<Page<Item> | null> {
  try {
    return await patiently(call, signal);
  } catch (thrown) {
    const error = toAppError(thrown);
    const lacksScope = error.details.error === 'missing_scope';
    if (error.code !== 'vendor_refused' && !lacksScope) throw error;
    log.warn({ what, code: error.code }, `Something in Slack cannot be looked through: ${error.message}`);
    return null;
  }
}

/** Tries until it succeeds, for as long as the connector listens: what was written is not given up for an outage. */
async function patiently<Answer>(call: () => Promise<Answer>, signal: AbortSignal): Promise<Answer> {
  for (let tries = 1; ; tries += 1) {
    signal.throwIfAborted();
    try {
      return await call();
    } catch (thrown) {
      const error = toAppError(thrown);
      if (!error.isRetried) throw error;
      const waitMs = Math.min(longestPauseMs, firstPauseMs * 2 ** (tries - 1));
      await pause(error.retryAfterMs ?? waitMs, undefined, { signal });
    }
  }
}
