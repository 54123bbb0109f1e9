import type { SetUpPermission } from './guide.ts';

/** A permission of Microsoft Graph; `app` ones an administrator gives to the app, `account` ones to who signs in. */
export interface GraphPermission {
  kind: 'app' | 'account';
  name: string;
  /** Microsoft's own id of it, the same in every directory. */
  id: string;
  why: string;
}

/** As the guide lists them. */
export function toSetUpPermission({ kind, name, why }: GraphPermission): SetUpPermission {
  return { name: `${name} (${kind === 'app' ? 'application' : 'delegated'})`, why };
}

const graphAppId = '00000003-0000-0000-c000-000000000000';

/** The part of an app's manifest in Entra that asks for the permissions. */
export function requiredResourceAccess(permissions: readonly GraphPermission[]): object[] {
  const resourceAccess = permissions.map(({ id, kind }) => ({ id, type: kind === 'app' ? 'Role' : 'Scope' }));
  return [{ resourceAppId: graphAppId, resourceAccess }];
}
