import { z } from 'zod';
import { type GraphRoute, graphError, pageOf, type RoutedCall } from '../graph/router.ts';
import { ownAccount } from '../graph/sign-in.ts';
import type { StandInReply } from '../stand-in.ts';
import { type Conversations, sandboxTeam, type TeamsPost } from './conversations.ts';
import type { Delta } from './delta.ts';
import { chatJson, messageJson, userJson } from './payloads.ts';

export interface TeamsRoutesOptions {
  conversations: Conversations;
  delta: Delta;
  /** Whether the organisation lets accounts post cards. */
  allowsCards(): boolean;
  /** The account has asked for its chats, or for the messages of one. */
  onChatsRead(chat: string | null): void;
  changed(): void;
}

const maximumBytes = 28 * 1024;

const NewMessage = z.object({
  body: z.object({ contentType: z.enum(['html', 'text']).default('text'), content: z.string() }),
  subject: z.string().nullish(),
  attachments: z
    .array(
      z.object({
        id: z.string(),
        contentType: z.string(),
        contentUrl: z.string().nullish(),
        content: z.string().nullish(),
        name: z.string().nullish(),
      }),
    )
    .default([]),
});

const NewChat = z.object({
  chatType: z.literal('oneOnOne'),
  members: z
    .array(
      z.object({
        '@odata.type': z.literal('#microsoft.graph.aadUserConversationMember'),
        roles: z.array(z.string()).min(1),
        'user@odata.bind': z.string(),
      }),
    )
    .length(2),
});

const card = 'application/vnd.microsoft.card.adaptive';

/** Graph's routes of Teams that the connector uses. */
export function teamsRoutes(options: TeamsRoutesOptions): GraphRoute[] {
  const { conversations, delta, changed } = options;
  const json = (post: TeamsPost) => messageJson(post, conversations);
  const postsOf = (conversation: string, thread?: string) =>
    conversations
      .posts()
      .filter(
        (post) => post.conversation === conversation && (thread === undefined || post.thread === thread),
      );

  /** The answer where the channel is not there. */
  function lacking({ part }: RoutedCall): StandInReply | null {
    const isThere = part('team') === sandboxTeam && conversations.hasChannel(part('channel'));
    return isThere ? null : graphError(404, 'NotFound', 'NotFound');
  }

  function write(call: RoutedCall, place: { conversation: string; thread: string | null }): StandInReply {
    if (call.caller === 'app') {
      return graphError(
        403,
        'Forbidden',
        'Missing role permissions on the request. API requires one of Teamwork.Migrate.All.',
      );
    }
    const parsed = NewMessage.safeParse(call.body);
    if (!parsed.success) return graphError(400, 'BadRequest', 'Invalid request body was sent.');
    const { body, subject, attachments } = parsed.data;
    if (Buffer.byteLength(JSON.stringify(call.body)) > maximumBytes) {
      return graphError(413, 'RequestEntityTooLarge', 'Request body too large.');
    }
    const isUnnamed = ({ id }: { id: string }) =>
      !body.content.includes(`<attachment id="${id}"></attachment>`);
    if (attachments.some(isUnnamed)) {
      return graphError(400, 'BadRequest', 'Missing attachment tag in the body for an attachment.');
    }
    if (!options.allowsCards() && attachments.some(({ contentType }) => contentType === card)) {
      return graphError(403, 'Forbidden', 'Cards are not allowed by the organization’s messaging policy.');
    }
    const post = conversations.add({
      ...place,
      user: ownAccount.id,
      subject: subject ?? null,
      html: asKept(body),
      attachments: attachments.map(({ id, contentType, contentUrl, content, name }) => ({
        id,
        contentType,
        contentUrl: contentUrl ?? null,
        content: content ?? null,
        name: name ?? null,
      })),
      mentions: [],
    });
    changed();
    return { status: 201, body: json(post) };
  }

  function listUsers(call: RoutedCall): StandInReply {
    const email = /^mail eq '((?:[^']|'')*)' or userPrincipalName eq '\1'$/.exec(
      call.query.get('$filter') ?? '',
    )?.[1];
    if (email === undefined) return graphError(400, 'BadRequest', 'Invalid filter clause.');
    const wanted = email.replaceAll("''", "'").toLowerCase();
    const found = conversations.users().filter((user) => user.email.toLowerCase() === wanted);
    return { status: 200, body: pageOf(found.map(userJson), call) };
  }

  function openChat(call: RoutedCall): StandInReply {
    if (call.caller === 'app') return appOnly;
    const parsed = NewChat.safeParse(call.body);
    if (!parsed.success) return graphError(400, 'BadRequest', 'Invalid request body was sent.');
    const ids = parsed.data.members.map(
      (member) => /\/users\('(.+)'\)$/.exec(member['user@odata.bind'])?.[1],
    );
    const other = ids.find((id) => id !== ownAccount.id);
    if (!ids.includes(ownAccount.id) || other === undefined) {
      return graphError(403, 'Forbidden', 'The caller must be one of the members.');
    }
    if (conversations.user(other) === null)
      return graphError(404, 'NotFound', `User ${other} was not found.`);
    const chat = conversations.directChat(other);
    return { status: 201, body: chatJson(chat, null, false) };
  }

  function chatMessages(call: RoutedCall): StandInReply {
    if (call.caller === 'app') return appOnly;
    const chat = conversations.chat(call.part('chat'));
    if (chat === null) return graphError(404, 'NotFound', 'NotFound');
    options.onChatsRead(chat.id);
    return { status: 200, body: pageOf(postsOf(chat.id).toReversed().map(json), call) };
  }

  function listChats(call: RoutedCall): StandInReply {
    if (call.caller === 'app') return appOnly;
    options.onChatsRead(null);
    const withPreview = call.query.get('$expand') === 'lastMessagePreview';
    const chats = conversations
      .chats()
      .map((chat) => chatJson(chat, postsOf(chat.id).at(-1) ?? null, withPreview));
    return { status: 200, body: pageOf(chats, call) };
  }

  const channel = '/teams/{team}/channels/{channel}/messages';
  return [
    { method: 'GET', path: `${channel}/delta`, handle: (call) => lacking(call) ?? delta.query(call) },
    {
      method: 'GET',
      path: channel,
      handle: (call) =>
        lacking(call) ?? {
          status: 200,
          body: pageOf(
            postsOf(call.part('channel'))
              .filter(({ thread }) => thread === null)
              .toReversed()
              .map(json),
            call,
          ),
        },
    },
    {
      method: 'POST',
      path: channel,
      isWrite: true,
      handle: (call) => lacking(call) ?? write(call, { conversation: call.part('channel'), thread: null }),
    },
    {
      method: 'GET',
      path: `${channel}/{message}/replies`,
      handle: (call) =>
        lacking(call) ?? {
          status: 200,
          body: pageOf(postsOf(call.part('channel'), call.part('message')).map(json), call),
        },
    },
    {
      method: 'POST',
      path: `${channel}/{message}/replies`,
      isWrite: true,
      handle(call) {
        const root = conversations.find(call.part('message'));
        const place = { conversation: call.part('channel'), thread: call.part('message') };
        const problem = lacking(call);
        if (problem !== null) return problem;
        return root?.conversation === place.conversation
          ? write(call, place)
          : graphError(404, 'NotFound', 'NotFound');
      },
    },
    { method: 'GET', path: '/chats', handle: listChats },
    { method: 'POST', path: '/chats', handle: openChat },
    { method: 'GET', path: '/chats/{chat}/messages', handle: chatMessages },
    {
      method: 'POST',
      path: '/chats/{chat}/messages',
      isWrite: true,
      handle: (call) =>
        conversations.chat(call.part('chat')) === null
          ? graphError(404, 'NotFound', 'NotFound')
          : write(call, { conversation: call.part('chat'), thread: null }),
    },
    {
      method: 'GET',
      path: '/users/{user}',
      handle(call) {
        const user = conversations.user(call.part('user'));
        return user === null
          ? graphError(404, 'Request_ResourceNotFound', `Resource '${call.part('user')}' does not exist.`)
          : { status: 200, body: userJson(user) };
      },
    },
    { method: 'GET', path: '/users', handle: listUsers },
  ];
}

const appOnly = graphError(
  412,
  'PreconditionFailed',
  'Requested API is not supported in application-only context',
);

/** As Teams keeps a body: comments, and attributes that it does not know, are gone. */
function asKept({ contentType, content }: { contentType: 'html' | 'text'; content: string }): string {
  if (contentType === 'text') return content.replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`);
  return content.replace(/<!--[\s\S]*?-->/g, '').replace(/\s(?!href=|id=|alt=|src=)[a-z-]+="[^"]*"/gi, '');
}
