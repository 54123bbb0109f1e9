import type { Chat, Conversations, TeamsChannel, TeamsPost, TeamsUser } from './conversations.ts';
import { sandboxTeam } from './conversations.ts';

/** A message as Graph shows it. Source: Graph's chatMessage. */
export function messageJson(post: TeamsPost, conversations: Conversations): object {
  const { id, conversation, thread, user, subject, html, attachments, mentions } = post;
  const timeOrNull = (ms: number | null) => (ms === null ? null : timeOf(String(ms)));
  const isInChannel = conversations.hasChannel(conversation);
  const writtenAt = timeOf(id);
  return {
    id,
    replyToId: thread,
    etag: id,
    messageType: 'message',
    createdDateTime: writtenAt,
    lastModifiedDateTime: timeOf(String(post.modifiedAtMs)),
    lastEditedDateTime: timeOrNull(post.editedAtMs),
    deletedDateTime: timeOrNull(post.deletedAtMs),
    subject,
    summary: null,
    chatId: isInChannel ? null : conversation,
    importance: 'normal',
    locale: 'en-us',
    webUrl: isInChannel
      ? `https://teams.microsoft.com/l/message/${encodeURIComponent(conversation)}/${id}`
      : null,
    channelIdentity: isInChannel ? { teamId: sandboxTeam, channelId: conversation } : null,
    from: {
      application: null,
      device: null,
      user: {
        id: user,
        displayName: conversations.user(user)?.name ?? null,
        userIdentityType: 'aadUser',
      },
    },
    body: { contentType: 'html', content: html },
    attachments: attachments.map((attachment) => ({ ...attachment, thumbnailUrl: null })),
    mentions: mentions.map((mention) => ({
      id: mention.id,
      mentionText: mention.name,
      mentioned: {
        application: null,
        device: null,
        conversation: null,
        user: { id: mention.user, displayName: mention.name, userIdentityType: 'aadUser' },
      },
    })),
    reactions: [],
  };
}

export function chatJson({ id, kind }: Chat, last: TeamsPost | null, withPreview: boolean): object {
  const preview =
    last === null
      ? null
      : {
          id: last.id,
          createdDateTime: timeOf(last.id),
          isDeleted: last.deletedAtMs !== null,
          messageType: 'message',
          body: { contentType: 'html', content: last.html },
          from: { user: { id: last.user } },
        };
  return {
    id,
    chatType: kind,
    topic: null,
    ...(withPreview && preview !== null ? { lastMessagePreview: preview } : {}),
  };
}

export function channelJson({ id, name }: TeamsChannel): object {
  const webUrl = `https://teams.microsoft.com/l/channel/${encodeURIComponent(id)}/${encodeURIComponent(name)}?groupId=${sandboxTeam}`;
  return { id, displayName: name, description: null, membershipType: 'standard', webUrl };
}

export function userJson({ id, name, email, isActive }: TeamsUser): object {
  return { id, displayName: name, mail: email, userPrincipalName: email, accountEnabled: isActive };
}

export function timeOf(id: string): string {
  return new Date(Number(id)).toISOString();
}
