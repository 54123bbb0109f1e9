import type { shortcutIds } from './interactions.ts';

/**
 * What the app must be allowed, from what the code does. The manifest in the set-up guide asks for these and no more;
 * a test holds the two together. Sources: the "scopes" of each method and event in Slack's reference.
 */

/** Methods that are called with the bot's token, and the scopes that each needs. */
export const methodScopes = {
  'auth.test': [],
  'chat.postMessage': ['chat:write'],
  'chat.update': ['chat:write'],
  'conversations.history': ['channels:history', 'groups:history', 'im:history'],
  'conversations.info': ['channels:read', 'groups:read'],
  'conversations.open': ['im:write'],
  'conversations.replies': ['channels:history', 'groups:history', 'im:history'],
  'files.info': ['files:read'],
  'usergroups.list': ['usergroups:read'],
  'users.conversations': ['im:read'],
  'users.info': ['users:read', 'users:read.email'],
  'users.lookupByEmail': ['users:read.email'],
  'views.open': [],
  'views.publish': [],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** Methods that are called with the app-level token. */
export const appMethodScopes = {
  'apps.connections.open': ['connections:write'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** The events that the app subscribes to; what arrives as `message` is subscribed to by the kind of channel. */
export const eventScopes = {
  app_home_opened: [],
  app_mention: ['app_mentions:read'],
  'message.channels': ['channels:history'],
  'message.groups': ['groups:history'],
  'message.im': ['im:history'],
  subteam_members_changed: ['usergroups:read'],
  subteam_updated: ['usergroups:read'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** Shortcuts of any kind need it. */
const shortcutScopes: Readonly<Record<keyof typeof shortcutIds, string>> = {
  message: 'commands',
  global: 'commands',
};

/** All scopes of the bot's token, in the order of the alphabet. */
export const botScopes: readonly string[] = [
  ...new Set([
    ...Object.values(methodScopes).flat(),
    ...Object.values(eventScopes).flat(),
    ...Object.values(shortcutScopes),
  ]),
].toSorted();
