import { z } from 'zod';
import type { ChatDeletionEvent, ChatEditEvent, ChatMessageEvent } from '../connector.ts';
import { ignored, type Listening, type Reading, unreadable } from './reading.ts';

/** Reads what Slack sends over the Events API. Source: Slack's "Events API" reference. */

const EventCallback = z.object({
  event: z.looseObject({ type: z.string(), subtype: z.string().optional() }),
});

const File = z.object({
  id: z.string(),
  name: z.string().nullish(),
  mimetype: z.string().nullish(),
  size: z.number().nullish(),
  url_private_download: z.string().nullish(),
  url_private: z.string().nullish(),
});

const WrittenMessage = z.object({
  type: z.string(),
  subtype: z.string().optional(),
  ts: z.string(),
  thread_ts: z.string().optional(),
  /** In a history: of a message that has replies. */
  latest_reply: z.string().optional(),
  user: z.string().optional(),
  bot_id: z.string().optional(),
  text: z.string().default(''),
  files: z.array(File).default([]),
  edited: z.object({ ts: z.string() }).optional(),
});
export type WrittenMessage = z.infer<typeof WrittenMessage>;

/** Where a message was written. A message in a channel's history does not say so itself. */
export interface MessagePlace {
  channel: string;
  isDirect: boolean;
}

const Place = z.object({ channel: z.string(), channel_type: z.string().optional() });
const Changed = Place.extend({
  event_ts: z.string(),
  message: WrittenMessage,
  previous_message: z.object({ text: z.string().default('') }).optional(),
});
const Deleted = Place.extend({
  deleted_ts: z.string(),
  previous_message: WrittenMessage.partial().optional(),
});
const HomeOpened = z.object({ user: z.string(), tab: z.string().optional() });

/** Joins and the like carry a subtype; these are what a person wrote. */
const writtenSubtypes: readonly (string | undefined)[] = [
  undefined,
  'file_share',
  'me_message',
  'thread_broadcast',
];
/** What is left of a message that was deleted and had replies. */
const tombstone = 'tombstone';

/** The types of event that the app asks Slack for. */
export const eventTypes = [
  'app_home_opened',
  'app_mention',
  'message',
  'subteam_members_changed',
  'subteam_updated',
] as const;

export function readEvent(payload: unknown, listening: Listening): Reading {
  const callback = EventCallback.safeParse(payload);
  if (!callback.success) return unreadable('an event', callback.error);
  const { event } = callback.data;
  switch (eventTypes.find((known) => known === event.type)) {
    case undefined:
      return ignored;
    case 'app_home_opened':
      return readHomeOpened(event);
    case 'subteam_members_changed':
    case 'subteam_updated':
      return { kind: 'groups changed' };
    case 'app_mention':
    case 'message':
      if (event.subtype === 'message_changed') return readChange(event, listening);
      if (event.subtype === 'message_deleted') return readDeletion(event);
      return readMessage(event, listening);
  }
}

function readHomeOpened(event: unknown): Reading {
  const opened = HomeOpened.safeParse(event);
  if (!opened.success) return unreadable('the opening of its page', opened.error);
  const { user, tab } = opened.data;
  return tab === 'messages' ? ignored : { kind: 'home opened', user };
}

function readMessage(event: unknown, listening: Listening): Reading {
  const place = Place.safeParse(event);
  const written = WrittenMessage.safeParse(event);
  if (!place.success) return unreadable('a message', place.error);
  if (!written.success) return unreadable('a message', written.error);
  const message = messageEvent(written.data, placeOf(place.data), listening);
  // Whether the thread is one of ours is known to intake only.
  const mayBeOurs = message !== null && (message.isAddressed || message.thread !== message.message);
  return mayBeOurs ? { kind: 'event', event: message } : ignored;
}

function placeOf({ channel, channel_type: type }: z.infer<typeof Place>): MessagePlace {
  return { channel, isDirect: type === 'im' };
}

function readChange(event: unknown, listening: Listening): Reading {
  const changed = Changed.safeParse(event);
  if (!changed.success) return unreadable('a change of a message', changed.error);
  const { message, previous_message: previous, event_ts: at } = changed.data;
  const place = placeOf(changed.data);
  if (message.subtype === tombstone) return deletion(place, message.ts, message.thread_ts);
  // Slack also says so when it unfolds a link; then nobody has changed anything.
  if (message.edited === undefined || previous?.text === message.text) return ignored;
  const edit = editEvent({ ...message, edited: { ts: message.edited.ts || at } }, place, listening);
  return edit === null ? ignored : { kind: 'event', event: edit };
}

function readDeletion(event: unknown): Reading {
  const deleted = Deleted.safeParse(event);
  if (!deleted.success) return unreadable('the deletion of a message', deleted.error);
  const { deleted_ts: message, previous_message: previous } = deleted.data;
  if (previous?.bot_id !== undefined) return ignored;
  return deletion(placeOf(deleted.data), message, previous?.thread_ts);
}

function deletion({ channel }: MessagePlace, message: string, thread: string | undefined): Reading {
  const event: ChatDeletionEvent = {
    kind: 'deletion',
    source: 'slack',
    eventId: `${channel}:${message}:deleted`,
    channel,
    thread: thread ?? message,
    message,
  };
  return { kind: 'event', event };
}

/** What a person wrote; null for what bots wrote, we among them, and for what Slack says by itself. */
export function messageEvent(
  message: WrittenMessage,
  place: MessagePlace,
  listening: Listening,
): ChatMessageEvent | null {
  const { user, bot_id: bot, subtype } = message;
  if (!writtenSubtypes.includes(subtype)) return null;
  if (user === undefined || user === listening.botUserId || bot !== undefined) return null;
  return {
    kind: 'message',
    source: 'slack',
    // A mention comes as two events with ids of their own; this one every delivery of either shares.
    eventId: `${place.channel}:${message.ts}`,
    ...place,
    isAddressed: isForUs(message, place, listening),
    thread: message.thread_ts ?? message.ts,
    message: message.ts,
    user,
    text: message.text,
    files: message.files.map((file) => ({
      id: file.id,
      name: file.name ?? file.id,
      mediaType: file.mimetype ?? 'application/octet-stream',
      sizeBytes: file.size ?? 0,
      url: file.url_private_download ?? file.url_private ?? null,
    })),
  };
}

/** The message as its author last changed it; null where they did not, or where it is nobody's. */
export function editEvent(
  message: WrittenMessage,
  place: MessagePlace,
  listening: Listening,
): ChatEditEvent | null {
  const written = messageEvent(message, place, listening);
  if (written === null || message.edited === undefined) return null;
  const { ts } = message.edited;
  return {
    kind: 'edit',
    source: 'slack',
    eventId: `${written.eventId}:${ts}`,
    message: written,
    sinceWrittenMs: Math.round((Number(ts) - Number(message.ts)) * 1000),
  };
}

function isForUs(message: WrittenMessage, place: MessagePlace, { channels, botUserId }: Listening): boolean {
  return (
    message.type === 'app_mention' ||
    place.isDirect ||
    channels.has(place.channel) ||
    message.text.includes(`<@${botUserId}>`)
  );
}

/** Reads messages as the history of a channel or a thread lists them; others are left out. */
export function readHistory(messages: readonly unknown[]): WrittenMessage[] {
  return messages.flatMap((message) => {
    const written = WrittenMessage.safeParse(message);
    return written.success ? [written.data] : [];
  });
}
