import type { Clock } from '../../ports.ts';
import { ownAccount } from '../graph/sign-in.ts';
import type { World } from '../world.ts';

/** The team that all channels of the sandbox belong to. */
export const sandboxTeam = 'sandbox-team';

export interface Attachment {
  id: string;
  contentType: string;
  contentUrl: string | null;
  content: string | null;
  name: string | null;
}

export interface Mention {
  id: number;
  user: string;
  name: string;
}

export interface TeamsPost {
  /** Milliseconds since 1970 as text, unique and never going back, as in Teams. */
  id: string;
  /** A channel's or a chat's id. */
  conversation: string;
  /** The message that opened the thread; null where this one did, and in chats. */
  thread: string | null;
  user: string;
  subject: string | null;
  html: string;
  attachments: readonly Attachment[];
  mentions: readonly Mention[];
  isDeleted: boolean;
  /** When it was changed last, counted over all conversations. */
  change: number;
}

export interface Chat {
  id: string;
  kind: 'oneOnOne' | 'group';
  users: readonly string[];
}

export interface TeamsUser {
  id: string;
  name: string;
  email: string;
  isActive: boolean;
}

/** What people and the account have written, and where. */
export interface Conversations {
  user(id: string): TeamsUser | null;
  users(): readonly TeamsUser[];
  hasChannel(id: string): boolean;
  chats(): readonly Chat[];
  chat(id: string): Chat | null;
  /** The chat between the account and a user, which comes to be by this. */
  directChat(user: string): Chat;
  add(post: Omit<TeamsPost, 'id' | 'isDeleted' | 'change'>): TeamsPost;
  /** Changes a message, or only counts it as changed, as by a reaction. Throws `RangeError` where there is none. */
  touch(id: string, change?: Partial<Pick<TeamsPost, 'html' | 'isDeleted'>>): TeamsPost;
  find(id: string): TeamsPost | null;
  /** In the order in which they were written. */
  posts(): readonly TeamsPost[];
  /** The number of the last change. */
  lastChange(): number;
}

export function createConversations(world: World, clock: Clock): Conversations {
  const people = world.people.flatMap(({ teams, name, email, active }): TeamsUser[] =>
    teams === null ? [] : [{ id: teams, name, email, isActive: active }],
  );
  const users = new Map([{ ...ownAccount, isActive: true }, ...people].map((user) => [user.id, user]));
  const channels = new Set(world.channels.teams);
  const chats = new Map<string, Chat>();
  const posts = new Map<string, TeamsPost>();
  let lastId = 0;
  let changes = 0;

  return {
    user: (id) => users.get(id) ?? null,
    users: () => [...users.values()],
    hasChannel: (id) => channels.has(id),
    chats: () => [...chats.values()],
    chat: (id) => chats.get(id) ?? null,
    directChat(user) {
      const id = directChatId(user);
      const chat = chats.get(id) ?? { id, kind: 'oneOnOne', users: [ownAccount.id, user] };
      chats.set(id, chat);
      return chat;
    },
    add(post) {
      lastId = Math.max(clock.now().getTime(), lastId + 1);
      changes += 1;
      const added = { ...post, id: String(lastId), isDeleted: false, change: changes };
      posts.set(added.id, added);
      return added;
    },
    touch(id, change = {}) {
      const post = posts.get(id);
      if (post === undefined) throw new RangeError(`Teams has no message ${id}`);
      changes += 1;
      const touched = { ...post, ...change, change: changes };
      posts.set(id, touched);
      return touched;
    },
    find: (id) => posts.get(id) ?? null,
    posts: () => [...posts.values()],
    lastChange: () => changes,
  };
}

/** As Teams builds the id of a chat between two. */
export function directChatId(user: string): string {
  return `19:${user}_${ownAccount.id}@unq.gbl.spaces`;
}

/** Whom a chat between two is with, by its id; null for any other id. */
export function directUserOf(chat: string): string | null {
  const end = `_${ownAccount.id}@unq.gbl.spaces`;
  return chat.startsWith('19:') && chat.endsWith(end) ? chat.slice('19:'.length, -end.length) : null;
}
