import { randomUUID } from 'node:crypto';
import { AppError } from '../../../shared/model/errors.ts';
import { createDownloads } from './graph/downloads.ts';
import { ownAccount } from './graph/own-account.ts';
import { createGraphStandIn } from './graph/router.ts';
import { createSignIn, type SignIn } from './graph/sign-in.ts';
import type { StandIn, StandInContext } from './stand-in.ts';
import { createConversations, directUserOf, type Mention, type TeamsPost } from './teams/conversations.ts';
import { createDelta } from './teams/delta.ts';
import { teamsRoutes } from './teams/routes.ts';

/** A message as everybody in the conversation sees it. */
export interface TeamsMessage {
  channel: string;
  id: string;
  /** The message that opened the thread; null where this one did, and in chats. */
  thread: string | null;
  user: string;
  /** Whether the account that Switchyard posts with wrote it. */
  isOurs: boolean;
  html: string;
  /** The Adaptive Card's JSON, where there is one. */
  card: string | null;
  /** In a chat, the message that this one answers. */
  quoted: string | null;
  /** For a chat between two, whom it is with. */
  directTo: string | null;
}

/** Teams behind Microsoft Graph, and Entra's sign-in, for the people of the world and the account that posts. */
export interface TeamsStandIn extends StandIn {
  readonly signIn: SignIn;
  readonly accountId: string;
  /**
   * Somebody writes a message, or an answer where `thread` names the message that opened one, or in a chat the one
   * that is quoted. `<at>user id</at>` names somebody. `deliveries` (1) is how often a delta query tells it; an
   * `eventId` that was used before is that message told once more.
   */
  sendMessage(message: {
    user: string;
    channel: string;
    text: string;
    thread?: string | null;
    subject?: string | null;
    eventId?: string;
    deliveries?: number;
    files?: readonly { name: string; content: string }[];
  }): { id: string; eventId: string };
  /** Somebody changes or deletes a message, or only reacts to it. */
  touch(id: string, change?: { text: string } | { isDeleted: true }): void;
  directChat(user: string): string;
  /** All messages in the order in which they were written. */
  messages(): TeamsMessage[];
  /** How far channels were read is forgotten. */
  expireDelta(): void;
  /** The organisation lets accounts post no cards any more. */
  refuseCards(): void;
  /** The account is taken out of the team, or into it again. */
  setMember(isMember: boolean): void;
  /** Everything that people wrote was read and stored. */
  isQuiet(): boolean;
}

export function createTeamsStandIn(context: StandInContext): TeamsStandIn {
  const { world, clock, credentials, baseUrl, changed } = context;
  const signIn = createSignIn(credentials.microsoft, baseUrl);
  const conversations = createConversations(world, clock);
  const delta = createDelta(conversations);
  /** Event id to its message. */
  const events = new Map<string, string>();
  /** Message to how often it is still to be told again. */
  const again = new Map<string, number>();
  /** Messages of people that are not known to be stored: in chats with whether they were read. */
  const unstored = new Map<string, { isRead: boolean }>();
  /** A file's address to what is in it. */
  const files = new Map<string, Buffer>();
  const downloads = createDownloads(baseUrl);
  let allowsCards = true;
  let isMember = true;

  /** The account asks for its chats only once what it read before is stored. */
  function noteChatsRead(chat: string | null): void {
    for (const [id, state] of unstored) {
      const conversation = conversations.find(id)?.conversation ?? '';
      if (conversations.hasChannel(conversation)) continue;
      if (chat === null && state.isRead) unstored.delete(id);
      if (chat === conversation) state.isRead = true;
    }
  }

  function dropStored(): void {
    for (const id of unstored.keys()) {
      const post = conversations.find(id);
      if (post === null || !conversations.hasChannel(post.conversation)) continue;
      if (post.change > delta.storedUpTo(post.conversation)) continue;
      const times = again.get(id) ?? 0;
      if (times === 0) unstored.delete(id);
      else {
        again.set(id, times - 1);
        conversations.touch(id);
      }
    }
  }

  const graph = createGraphStandIn({
    signIn,
    handleOpenly: downloads.handle,
    routes: teamsRoutes({
      conversations,
      delta,
      allowsCards: () => allowsCards,
      onChatsRead: noteChatsRead,
      isMember: () => isMember,
      fileAt(url) {
        const content = files.get(url);
        return content === undefined ? null : downloads.redirectTo(() => content);
      },
      changed,
    }),
  });

  function tellAgain(id: string): void {
    conversations.touch(id);
    unstored.set(id, { isRead: false });
    changed();
  }

  /** Teams puts a message's files into SharePoint and sends their address. */
  function upload({ name, content }: { name: string; content: string }) {
    const id = randomUUID();
    const contentUrl = new URL(`https://sandbox.sharepoint.com/sites/Sandbox/Shared Documents/${id}/${name}`)
      .href;
    files.set(contentUrl, Buffer.from(content));
    return { id, contentType: 'reference', contentUrl, content: null, name };
  }

  function conversationOf(channel: string): { isChannel: boolean } {
    if (conversations.hasChannel(channel)) return { isChannel: true };
    const user = directUserOf(channel);
    if (user !== null) conversations.directChat(user);
    if (conversations.chat(channel) !== null) return { isChannel: false };
    throw new AppError('not_found', `Teams has no channel or chat ${channel}.`);
  }

  return {
    ...graph,
    async handle(request) {
      const reply = await graph.handle(request);
      dropStored();
      return reply;
    },
    accountId: ownAccount.id,
    signIn,
    sendMessage({ user, channel, text, thread = null, subject = null, eventId, deliveries = 1, ...rest }) {
      const known = eventId === undefined ? undefined : events.get(eventId);
      if (eventId !== undefined && known !== undefined) {
        tellAgain(known);
        return { id: known, eventId };
      }
      const { isChannel } = conversationOf(channel);
      const { html, mentions } = written(text, (id) => conversations.user(id)?.name ?? id);
      const quoted = isChannel ? null : thread;
      const post = conversations.add({
        conversation: channel,
        thread: isChannel ? thread : null,
        user,
        subject,
        html: quoted === null ? html : `<attachment id="${quoted}"></attachment>${html}`,
        attachments: [...(quoted === null ? [] : [quotation(quoted)]), ...(rest.files ?? []).map(upload)],
        mentions,
      });
      unstored.set(post.id, { isRead: false });
      if (deliveries > 1) again.set(post.id, deliveries - 1);
      events.set(eventId ?? post.id, post.id);
      changed();
      return { id: post.id, eventId: eventId ?? post.id };
    },
    touch(id, change) {
      const isReaction = change === undefined;
      if (isReaction) conversations.touch(id);
      else if ('text' in change) conversations.touch(id, { html: written(change.text, (user) => user).html });
      else conversations.touch(id, change);
      const isInChannel = conversations.hasChannel(conversations.find(id)?.conversation ?? '');
      // A change in a chat is seen with the chat's next message, if not at once.
      if (!isReaction && isInChannel) unstored.set(id, { isRead: false });
      changed();
    },
    directChat: (user) => conversations.directChat(user).id,
    messages: () => conversations.posts().map(shown),
    expireDelta: delta.expire,
    refuseCards() {
      allowsCards = false;
    },
    setMember(isIn) {
      isMember = isIn;
    },
    isQuiet: () => unstored.size === 0,
  };
}

function shown({ conversation, id, thread, user, html, attachments }: TeamsPost): TeamsMessage {
  return {
    channel: conversation,
    id,
    thread,
    user,
    isOurs: user === ownAccount.id,
    html,
    quoted: attachments.find(({ contentType }) => contentType === quotationType)?.id ?? null,
    card: attachments.find(({ contentType }) => contentType.endsWith('card.adaptive'))?.content ?? null,
    directTo: directUserOf(conversation),
  };
}

const quotationType = 'messageReference';

function quotation(id: string) {
  const content = JSON.stringify({ messageId: id });
  return { id, contentType: quotationType, contentUrl: null, content, name: null };
}

/** What somebody types, as Teams keeps it. */
function written(text: string, nameOf: (user: string) => string): { html: string; mentions: Mention[] } {
  const mentions: Mention[] = [];
  const html = text
    .split(/<at>([^<]+)<\/at>/)
    .map((piece, index) => {
      if (index % 2 === 0) return escaped(piece).replaceAll('\n', '<br>');
      const mention = { id: mentions.length, user: piece, name: nameOf(piece) };
      mentions.push(mention);
      return `<at id="${mention.id}">${escaped(mention.name)}</at>`;
    })
    .join('');
  return { html: `<p>${html}</p>`, mentions };
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
