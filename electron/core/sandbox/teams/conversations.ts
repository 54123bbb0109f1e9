import type { Clock } from '../../ports.ts';
import { ownAccount } from '../graph/own-account.ts';
import type { World } from '../world.ts';

/** The team that all channels of the sandbox belong to. */
export const sandboxTeam = 'sandbox-team';
export const sandboxTeamName = 'Sandbox';

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
  /** Milliseconds since 1970; null where it never was. */
  editedAtMs: number | null;
  deletedAtMs: number | null;
  /** A reaction counts too. */
  modifiedAtMs: number;
  /** When it was changed last, counted over all conversations. */
  change: number;
}

export interface TeamsChannel {
  id: string;
  name: string;
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
  channels(): readonly TeamsChannel[];
  chats(): readonly Chat[];
  chat(id: string): Chat | null;
  /** The chat between the account and a user, which comes to be by this. */
  directChat(user: string): Chat;
  add(post: Omit<TeamsPost, 'id' | 'editedAtMs' | 'deletedAtMs' | 'modifiedAtMs' | 'change'>): TeamsPost;
  /** Changes or deletes a message, or only counts it as changed, as by a reaction. Throws `RangeError` where there is none. */
  touch(id: string, change?: { html: string } | { isDeleted: true }): TeamsPost;
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
  const channels = new Map(world.channels.teams.map((id) => [id, { id, name: channelName(id) }]));
  const chats = new Map<string, Chat>();
  const posts = new Map<string, TeamsPost>();
  let lastMs = 0;
  let changes = 0;

  /** The time, later than the last one: it serves as a message's id. */
  const tick = () => {
    lastMs = Math.max(clock.now().getTime(), lastMs + 1);
    return lastMs;
  };

  return {
    user: (id) => users.get(id) ?? null,
    users: () => [...users.values()],
    hasChannel: (id) => channels.has(id),
    channels: () => [...channels.values()],
    chats: () => [...chats.values()],
    chat: (id) => chats.get(id) ?? null,
    directChat(user) {
      const id = directChatId(user);
      const chat = chats.get(id) ?? { id, kind: 'oneOnOne', users: [ownAccount.id, user] };
      chats.set(id, chat);
      return chat;
    },
    add(post) {
      const atMs = tick();
      changes += 1;
      const never = { editedAtMs: null, deletedAtMs: null };
      const added = { ...post, id: String(atMs), ...never, modifiedAtMs: atMs, change: changes };
      posts.set(added.id, added);
      return added;
    },
    touch(id, change) {
      const post = posts.get(id);
      if (post === undefined) throw new RangeError(`Teams has no message ${id}`);
      changes += 1;
      const atMs = tick();
      const touched = { ...post, ...changed(change, atMs), modifiedAtMs: atMs, change: changes };
      posts.set(id, touched);
      return touched;
    },
    find: (id) => posts.get(id) ?? null,
    posts: () => [...posts.values()],
    lastChange: () => changes,
  };
}

function changed(
  change: { html: string } | { isDeleted: true } | undefined,
  atMs: number,
): Partial<TeamsPost> {
  if (change === undefined) return {};
  return 'html' in change ? { html: change.html, editedAtMs: atMs } : { html: '', deletedAtMs: atMs };
}

/** What people call a channel of the world, which knows its id only: `routing` for `19:routing@thread.tacv2`. */
export function channelName(id: string): string {
  return id.replace(/^19:/, '').replace(/@.*$/, '');
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
