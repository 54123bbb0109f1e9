import type { Clock } from '../../ports.ts';
import type { World } from '../world.ts';

/** The app as the sandbox's workspace has it installed. */
export const app = {
  teamId: 'T-SANDBOX',
  appId: 'A-SWITCHYARD',
  botId: 'B-SWITCHYARD',
  botUserId: 'U-SWITCHYARD',
  name: 'switchyard',
} as const;

export type Json = Readonly<Record<string, unknown>>;

export interface WorkspaceUser {
  id: string;
  name: string;
  email: string;
  isDeleted: boolean;
}

export interface WorkspaceMessage {
  channel: string;
  /** Seconds and microseconds, e.g. `1779094800.000001`; unique in the workspace and never going back. */
  ts: string;
  threadTs: string | null;
  user: string;
  isBot: boolean;
  text: string;
  blocks: readonly Json[];
  metadata: Json | null;
  files?: readonly WorkspaceFile[];
  /** When it was edited last. */
  editedTs?: string;
  /** What is left of a deleted message that had replies. */
  isTombstone?: boolean;
}

export interface WorkspaceFile {
  id: string;
  name: string;
  mediaType: string;
  content: Buffer;
}

/** A channel as far as an app notices: whether it is in there, and whether anybody still can write. */
export interface ChannelState {
  isMember: boolean;
  isArchived: boolean;
}

export interface UserGroup {
  id: string;
  handle: string;
  name: string;
  users: readonly string[];
}

export interface Workspace {
  user(id: string): WorkspaceUser | null;
  userByEmail(email: string): WorkspaceUser | null;
  hasChannel(id: string): boolean;
  /** The channel of the app's direct messages with the user. */
  directChannel(user: string): string;
  /** Whom a direct message's channel is with; null for any other channel. */
  directUser(channel: string): string | null;
  /** Keeps a message; a channel that the workspace lacks comes to be by it. */
  add(message: Omit<WorkspaceMessage, 'ts'>): WorkspaceMessage;
  /** Replaces the message with the same channel and `ts`. */
  replace(message: WorkspaceMessage): void;
  /** Takes a message away. */
  remove(message: WorkspaceMessage): void;
  /** The next time stamp, as an event gets it that is no message. */
  nextTs(): string;
  channelState(id: string): ChannelState;
  setChannelState(id: string, state: Partial<ChannelState>): void;
  /** The channels of all direct messages with the app. */
  directChannels(): string[];
  file(id: string): WorkspaceFile | null;
  groups(): readonly UserGroup[];
  /** Makes a group, or changes the one with the same id. */
  setGroup(group: UserGroup): void;
  find(channel: string, ts: string): WorkspaceMessage | null;
  /** In the order in which they were written. */
  messages(): readonly WorkspaceMessage[];
}

export function createWorkspace(world: World, clock: Clock): Workspace {
  const users = new Map(
    world.people.flatMap(({ slack, name, email, active }): [string, WorkspaceUser][] =>
      slack === null ? [] : [[slack, { id: slack, name, email, isDeleted: !active }]],
    ),
  );
  const channels = new Set(world.channels.slack);
  const states = new Map<string, ChannelState>();
  const groups = new Map<string, UserGroup>();
  const messages: WorkspaceMessage[] = [];
  const places = new Map<string, number>();
  let lastMicros = 0;

  function nextTs(): string {
    lastMicros = Math.max(clock.now().getTime() * 1000, lastMicros + 1);
    const seconds = Math.floor(lastMicros / 1_000_000);
    return `${seconds}.${String(lastMicros % 1_000_000).padStart(6, '0')}`;
  }

  return {
    user: (id) => users.get(id) ?? null,
    userByEmail: (email) =>
      [...users.values()].find((user) => user.email === email.toLowerCase() && !user.isDeleted) ?? null,
    hasChannel: (id) => channels.has(id),
    directChannel(user) {
      const channel = `${directPrefix}${user}`;
      channels.add(channel);
      return channel;
    },
    directUser: (channel) => (channel.startsWith(directPrefix) ? channel.slice(directPrefix.length) : null),
    add(message) {
      const added = { ...message, ts: nextTs() };
      channels.add(added.channel);
      places.set(placeOf(added), messages.length);
      messages.push(added);
      return added;
    },
    replace(message) {
      const index = places.get(placeOf(message));
      if (index !== undefined) messages[index] = message;
    },
    remove(message) {
      const index = places.get(placeOf(message));
      if (index === undefined) return;
      messages.splice(index, 1);
      places.clear();
      for (const [place, left] of messages.entries()) places.set(placeOf(left), place);
    },
    nextTs,
    channelState: (id) => states.get(id) ?? usualState,
    setChannelState(id, state) {
      states.set(id, { ...(states.get(id) ?? usualState), ...state });
    },
    directChannels: () => [...channels].filter((channel) => channel.startsWith(directPrefix)),
    file: (id) => messages.flatMap(({ files = [] }) => files).find((file) => file.id === id) ?? null,
    groups: () => [...groups.values()],
    setGroup: (group) => void groups.set(group.id, group),
    find: (channel, ts) => messages[places.get(placeOf({ channel, ts })) ?? -1] ?? null,
    messages: () => messages,
  };
}

const directPrefix = 'D-';
const usualState: ChannelState = { isMember: true, isArchived: false };

function placeOf({ channel, ts }: { channel: string; ts: string }): string {
  return `${channel}:${ts}`;
}
