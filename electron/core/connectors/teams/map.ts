import { z } from 'zod';
import type { ChatEvent, ChatFile, ChatMessageEvent, ChatUser } from '../connector.ts';
import { readHtml } from './html.ts';

const Identity = z.object({ id: z.string().nullish() }).nullish();

export const ChatMessage = z.object({
  id: z.string(),
  replyToId: z.string().nullish(),
  messageType: z.string().nullish(),
  subject: z.string().nullish(),
  createdDateTime: z.string(),
  lastModifiedDateTime: z.string().nullish(),
  lastEditedDateTime: z.string().nullish(),
  deletedDateTime: z.string().nullish(),
  from: z.object({ user: Identity }).nullish(),
  body: z.object({ contentType: z.string().nullish(), content: z.string().nullish() }).nullish(),
  attachments: z
    .array(
      z.object({
        id: z.string().nullish(),
        contentType: z.string().nullish(),
        contentUrl: z.string().nullish(),
        name: z.string().nullish(),
      }),
    )
    .nullish(),
  mentions: z
    .array(
      z.object({
        id: z.number().nullish(),
        mentionText: z.string().nullish(),
        mentioned: z.object({ user: Identity }).nullish(),
      }),
    )
    .nullish(),
});
export type ChatMessage = z.infer<typeof ChatMessage>;

/** A channel's message with its replies, each read by itself, so that one of an unknown form spoils no other. */
export const Thread = z.looseObject({
  replies: z.array(z.unknown()).nullish(),
  'replies@odata.nextLink': z.string().nullish(),
});

export const Chat = z.object({
  id: z.string(),
  chatType: z.string().nullish(),
  lastMessagePreview: z
    .object({
      id: z.string(),
      createdDateTime: z.string().nullish(),
      isDeleted: z.boolean().nullish(),
      body: z.object({ content: z.string().nullish() }).nullish(),
    })
    .nullish(),
});
export type Chat = z.infer<typeof Chat>;

export const Created = z.object({ id: z.string() });

/** A message as far as it is looked through for what we wrote. */
export const WrittenMessage = z.object({
  id: z.string(),
  body: z.object({ content: z.string().nullish() }).nullish(),
});

export const User = z.object({
  id: z.string(),
  displayName: z.string().nullish(),
  mail: z.string().nullish(),
  userPrincipalName: z.string().nullish(),
  accountEnabled: z.boolean().nullish(),
});

/** The properties of `User`, as `$select` wants them. */
export const userProperties = Object.keys(User.shape).join(',');

export function toChatUser(user: z.infer<typeof User>): ChatUser {
  const { id, displayName, mail, userPrincipalName, accountEnabled } = user;
  return {
    id,
    email: (mail ?? userPrincipalName)?.toLowerCase() ?? null,
    name: displayName ?? userPrincipalName ?? id,
    isActive: accountEnabled !== false,
  };
}

/** Where a message stands, and who we are there. */
export interface Place {
  channel: string;
  kind: 'channel' | 'direct' | 'group';
  /** Our account's id; null where nobody is signed in. */
  accountId: string | null;
  /** What was written before is none of ours. ISO 8601. */
  since: string;
}

/** An event with when it happened, by Graph's clock, in milliseconds since 1970. */
export interface TimedEvent {
  atMs: number;
  thread: string;
  event: ChatEvent;
}

/**
 * What a message tells: that it was written, and once more that it was changed or is gone. How it read before a change
 * is not kept by Graph, so each is told with the words of now. Empty for what is none of our business: our own
 * messages, an app's, and what was written before we listened.
 */
export function toEvents(message: ChatMessage, place: Place): TimedEvent[] {
  const user = message.from?.user?.id;
  const createdAtMs = Date.parse(message.createdDateTime);
  const isForUs = (message.messageType ?? 'message') === 'message' && user && user !== place.accountId;
  if (!isForUs || createdAtMs < Date.parse(place.since)) return [];
  if (message.deletedDateTime) return [deletionOf(message, message.deletedDateTime, place)];
  const written = toMessage(message, user, place);
  if (written === null) return [];
  const { thread, eventId } = written;
  const events: TimedEvent[] = [{ atMs: createdAtMs, thread, event: written }];
  if (message.lastEditedDateTime) {
    const atMs = Date.parse(message.lastEditedDateTime);
    events.push({
      atMs,
      thread,
      event: {
        kind: 'edit',
        source: 'teams',
        eventId: `${eventId}:edit:${atMs}`,
        message: written,
        sinceWrittenMs: Math.max(0, atMs - createdAtMs),
      },
    });
  }
  return events;
}

function deletionOf(message: ChatMessage, deletedAt: string, place: Place): TimedEvent {
  const thread = threadOf(message, place);
  return {
    atMs: Date.parse(deletedAt),
    thread,
    event: {
      kind: 'deletion',
      source: 'teams',
      eventId: `${place.channel}:${message.id}:deleted`,
      channel: place.channel,
      thread,
      message: message.id,
    },
  };
}

function toMessage(message: ChatMessage, user: string, place: Place): ChatMessageEvent | null {
  const thread = threadOf(message, place);
  const isAddressed = place.kind !== 'group' || isMentioned(message, place.accountId);
  // Whether a message that is answered is one of ours is known to intake only.
  if (!isAddressed && thread === message.id) return null;
  return {
    kind: 'message',
    source: 'teams',
    eventId: `${place.channel}:${message.id}`,
    channel: place.channel,
    isDirect: place.kind === 'direct',
    isAddressed,
    thread,
    message: message.id,
    user,
    text: textOf(message, place.accountId),
    files: filesOf(message),
  };
}

/** Chats have no threads; an answer there may quote the message that it answers. */
function threadOf(message: ChatMessage, { kind }: Place): string {
  if (kind === 'channel') return message.replyToId ?? message.id;
  const quoted = message.attachments?.find(({ contentType }) => contentType === 'messageReference');
  return quoted?.id ?? message.id;
}

function isMentioned({ mentions }: ChatMessage, accountId: string | null): boolean {
  return accountId !== null && (mentions ?? []).some(({ mentioned }) => mentioned?.user?.id === accountId);
}

function textOf({ subject, body, mentions }: ChatMessage, accountId: string | null): string {
  const content = body?.content ?? '';
  const text =
    body?.contentType === 'html'
      ? readHtml(
          content,
          (mentions ?? []).flatMap(({ id, mentionText, mentioned }) => {
            const person = mentioned?.user?.id;
            // A whole team or channel, or ourselves, say nothing about whom the matter is about.
            const isNamed = person !== undefined && person !== null && person !== accountId;
            return typeof id === 'number' ? [{ id, text: isNamed ? (mentionText ?? '') : '' }] : [];
          }),
        )
      : content;
  return subject ? `${subject}\n${text}` : text;
}

/** Files lie in SharePoint or OneDrive; a message tells their name and address only. */
function filesOf({ attachments }: ChatMessage): ChatFile[] {
  return (attachments ?? []).flatMap(({ id, contentType, contentUrl, name }) =>
    contentType === 'reference' && id
      ? [
          {
            id,
            name: name ?? id,
            mediaType: 'application/octet-stream',
            sizeBytes: 0,
            url: contentUrl ?? null,
          },
        ]
      : [],
  );
}
