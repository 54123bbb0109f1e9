import type { Json, Workspace } from './workspace.ts';

/** Scopes as Slack's reference of each method names them. The app in the sandbox has all of them until one is taken. */
const allScopes = [
  'app_mentions:read',
  'channels:history',
  'channels:read',
  'chat:write',
  'commands',
  'files:read',
  'groups:history',
  'groups:read',
  'im:history',
  'im:read',
  'im:write',
  'usergroups:read',
  'users:read',
  'users:read.email',
] as const;
export type Scope = (typeof allScopes)[number];

export interface Scopes {
  /** As the header `x-oauth-scopes` lists them. */
  granted(): readonly Scope[];
  has(scope: Scope): boolean;
  /** Takes a scope from the app, as an admin does, or gives it back. */
  set(scope: Scope, isGranted: boolean): void;
  /** The scope that a call lacks, or null. */
  lackingFor(method: string, sent: Json): Scope | null;
}

export function createScopes(workspace: Pick<Workspace, 'directUser'>): Scopes {
  const taken = new Set<Scope>();

  function neededBy(method: string, sent: Json): Scope | null {
    const isDirect = typeof sent.channel === 'string' && workspace.directUser(sent.channel) !== null;
    switch (method) {
      case 'chat.postMessage':
      case 'chat.update':
        return 'chat:write';
      case 'conversations.history':
      case 'conversations.replies':
        return isDirect ? 'im:history' : 'channels:history';
      case 'conversations.info':
        return isDirect ? 'im:read' : 'channels:read';
      case 'conversations.open':
        return 'im:write';
      case 'files.info':
        return 'files:read';
      case 'usergroups.list':
        return 'usergroups:read';
      case 'users.conversations':
        return 'im:read';
      case 'users.info':
        return 'users:read';
      case 'users.lookupByEmail':
        return 'users:read.email';
      default:
        return null;
    }
  }

  const has = (scope: Scope) => !taken.has(scope);
  return {
    granted: () => allScopes.filter(has),
    has,
    set(scope, isGranted) {
      if (isGranted) taken.delete(scope);
      else taken.add(scope);
    },
    lackingFor(method, sent) {
      const scope = neededBy(method, sent);
      return scope === null || has(scope) ? null : scope;
    },
  };
}
