import { z } from 'zod';
import { ownAccount } from '../graph/own-account.ts';
import { type GraphRoute, graphError, pageOf, type RoutedCall } from '../graph/router.ts';
import type { StandInReply } from '../stand-in.ts';
import { type Conversations, sandboxTeam, sandboxTeamName, type TeamsPost } from './conversations.ts';
import type { Delta } from './delta.ts';
import { channelJson, chatJson, messageJson, userJson } from './payloads.ts';

export interface TeamsRoutesOptions {
  conversations: Conversations;
  delta: Delta;
  /** Whether the organisation lets accounts post cards. */
  allowsCards(): boolean;
  /** The account has asked for its chats, or for the messages of one. */
  onChatsRead(chat: string | null): void;
  /** Whether the account belongs to the team. */
  isMember(): boolean;
  /** The answer with a file by its address; null where there is none. */
  fileAt(url: string): StandInReply | null;
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
  /** Only what is on the page is made ready: a conversation may be long. */
  function pageOfPosts(posts: readonly TeamsPost[], call: RoutedCall) {
    const page = pageOf(posts, call);
    return { ...page, value: page.value.map(json) };
  }
  const postsOf = (conversation: string, thread?: string) =>
    conversations
      .posts()
      .filter(
        (post) => post.conversation === conversation && (thread === undefined || post.thread === thread),
      );

  /** The answer where the channel is not there, or not for the account. */
  function lacking({ part, caller }: RoutedCall): StandInReply | null {
    const isThere = part('team') === sandboxTeam && conversations.hasChannel(part('channel'));
    if (!isThere) return notFound;
    return caller === 'account' && !options.isMember() ? notMember : null;
  }

  function listTeams(call: RoutedCall): StandInReply {
    const name = /^displayName eq '((?:[^']|'')*)'$/.exec(call.query.get('$filter') ?? '')?.[1];
    if (name === undefined) return graphError(400, 'BadRequest', 'Invalid filter clause.');
    const isIt = name.replaceAll("''", "'").toLowerCase() === sandboxTeamName.toLowerCase();
    const team = { id: sandboxTeam, displayName: sandboxTeamName, description: null };
    return { status: 200, body: pageOf(isIt ? [team] : [], call) };
  }

  function readShare(call: RoutedCall): StandInReply {
    const url = Buffer.from(call.part('share').replace(/^u!/, ''), 'base64url').toString('utf8');
    return options.fileAt(url) ?? graphError(404, 'itemNotFound', 'The resource could not be found.');
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
    if (!call.query.has('$filter'))
      return { status: 200, body: pageOf(conversations.users().map(userJson), call, { maximumTop: 999 }) };
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
    if (chat === null) return notFound;
    options.onChatsRead(chat.id);
    const posts = chatPostsIn(postsOf(chat.id), call.query);
    return posts === null
      ? graphError(400, 'BadRequest', 'Filter and order must be on the same property.')
      : { status: 200, body: pageOfPosts(posts, call) };
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
  const readsChannels = { app: 'ChannelMessage.Read.All', account: 'ChannelMessage.Read.All' };
  const readsPeople = { app: 'User.Read.All', account: 'User.ReadBasic.All' };
  const writesChannels = { account: 'ChannelMessage.Send' };
  const chats = { account: 'Chat.ReadWrite' };
  return [
    {
      method: 'GET',
      path: `${channel}/delta`,
      needs: readsChannels,
      handle: (call) => lacking(call) ?? delta.query(call),
    },
    {
      method: 'GET',
      path: channel,
      needs: readsChannels,
      handle: (call) =>
        lacking(call) ?? {
          status: 200,
          body: pageOfPosts(
            postsOf(call.part('channel'))
              .filter(({ thread }) => thread === null)
              .toReversed(),
            call,
          ),
        },
    },
    {
      method: 'POST',
      path: channel,
      needs: writesChannels,
      isWrite: true,
      handle: (call) => lacking(call) ?? write(call, { conversation: call.part('channel'), thread: null }),
    },
    {
      method: 'GET',
      path: `${channel}/{message}/replies`,
      needs: readsChannels,
      handle: (call) =>
        lacking(call) ?? {
          status: 200,
          body: pageOfPosts(postsOf(call.part('channel'), call.part('message')), call),
        },
    },
    {
      method: 'POST',
      path: `${channel}/{message}/replies`,
      needs: writesChannels,
      isWrite: true,
      handle(call) {
        const root = conversations.find(call.part('message'));
        const place = { conversation: call.part('channel'), thread: call.part('message') };
        const problem = lacking(call);
        if (problem !== null) return problem;
        return root?.conversation === place.conversation ? write(call, place) : notFound;
      },
    },
    { method: 'GET', path: '/chats', needs: chats, handle: listChats },
    { method: 'POST', path: '/chats', needs: { account: 'Chat.Create' }, handle: openChat },
    { method: 'GET', path: '/chats/{chat}/messages', needs: chats, handle: chatMessages },
    {
      method: 'POST',
      path: '/chats/{chat}/messages',
      needs: chats,
      isWrite: true,
      handle: (call) =>
        conversations.chat(call.part('chat')) === null
          ? notFound
          : write(call, { conversation: call.part('chat'), thread: null }),
    },
    {
      method: 'GET',
      path: '/users/{user}',
      needs: readsPeople,
      handle(call) {
        const user = conversations.user(call.part('user'));
        return user === null
          ? graphError(404, 'Request_ResourceNotFound', `Resource '${call.part('user')}' does not exist.`)
          : { status: 200, body: userJson(user) };
      },
    },
    { method: 'GET', path: '/users', needs: readsPeople, handle: listUsers },
    {
      method: 'GET',
      path: '/me',
      needs: { account: 'User.Read' },
      handle: ({ caller }) =>
        caller === 'app'
          ? graphError(400, 'BadRequest', '/me request is only valid with delegated authentication flow.')
          : { status: 200, body: userJson({ ...ownAccount, isActive: true }) },
    },
    { method: 'GET', path: '/teams', needs: { app: 'Team.ReadBasic.All' }, handle: listTeams },
    {
      method: 'GET',
      path: '/teams/{team}/channels',
      needs: { app: 'Channel.ReadBasic.All' },
      handle: (call) =>
        call.part('team') === sandboxTeam
          ? { status: 200, body: pageOf(conversations.channels().map(channelJson), call) }
          : notFound,
    },
    {
      method: 'GET',
      path: '/teams/{team}/channels/{channel}',
      needs: { app: 'Channel.ReadBasic.All' },
      handle(call) {
        const found = conversations.channels().find(({ id }) => id === call.part('channel'));
        return lacking(call) ?? (found ? { status: 200, body: channelJson(found) } : notFound);
      },
    },
    {
      method: 'GET',
      path: '/shares/{share}/driveItem/content',
      needs: { app: 'Files.Read.All' },
      handle: readShare,
    },
  ];
}

const notFound = graphError(404, 'NotFound', 'NotFound');
const notMember = graphError(403, 'Forbidden', 'The caller is not a member of the team.');

/** A chat's messages as Graph orders and filters them: newest first by the one property that both name; else null. */
function chatPostsIn(posts: readonly TeamsPost[], query: URLSearchParams): TeamsPost[] | null {
  const [property = 'lastModifiedDateTime'] = (query.get('$orderby') ?? '').split(' ').filter(Boolean);
  const [filtered = property, , since] = (query.get('$filter') ?? '').split(' ').filter(Boolean);
  if (filtered !== property) return null;
  const timeOfPost = ({ id, modifiedAtMs }: TeamsPost) =>
    property === 'createdDateTime' ? Number(id) : modifiedAtMs;
  const sinceMs = since === undefined ? 0 : Date.parse(since);
  return posts
    .filter((post) => timeOfPost(post) > sinceMs)
    .sort((first, second) => timeOfPost(second) - timeOfPost(first));
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
