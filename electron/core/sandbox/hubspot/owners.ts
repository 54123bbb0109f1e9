import type { CrmOwner } from '../../../../shared/model/lead.ts';
import { toCrmOwner } from '../../connectors/hubspot/map.ts';
import type { StandInReply } from '../stand-in.ts';
import type { World } from '../world.ts';
import { invalid, notFound } from './refusals.ts';

type Owner = World['hubspot']['owners'][number];

/** The users that may own records, and those that were deactivated: these are listed apart, as archived. */
export interface Owners {
  find(id: string): CrmOwner | null;
  findByEmail(email: string): CrmOwner | null;
  /** Whether records can be given to this owner. */
  isActive(id: string): boolean;
  /** False where there is no such owner. */
  patch(id: string, fields: Record<string, unknown>): boolean;
  read(id: string, query: URLSearchParams): StandInReply;
  list(query: URLSearchParams): StandInReply;
}

export function createOwners(records: readonly Owner[], createdAt: string): Owners {
  const owners = new Map<string, Owner>(records.map((owner) => [owner.id, { ...owner }]));
  const isArchived = (owner: Owner) => owner.archived === true;
  const hasEmail = (owner: Owner, email: string) => owner.email?.toLowerCase() === email.toLowerCase();
  const toOwner = (owner: Owner | undefined) => (owner === undefined ? null : toCrmOwner(replyOf(owner)));

  function replyOf(owner: Owner) {
    // A user's id is another number than its owner's, and a deactivated user has none.
    const userId = 40_000_000 + [...owners.keys()].indexOf(owner.id);
    return {
      id: owner.id,
      type: 'PERSON',
      ...(owner.email ? { email: owner.email } : {}),
      firstName: owner.firstName ?? '',
      lastName: owner.lastName ?? '',
      ...(isArchived(owner) ? {} : { userId }),
      userIdIncludingInactive: userId,
      createdAt,
      updatedAt: createdAt,
      archived: isArchived(owner),
      ...(owner.teams === undefined ? {} : { teams: owner.teams }),
    };
  }

  return {
    find: (id) => toOwner(owners.get(id)),
    findByEmail: (email) => toOwner([...owners.values()].find((owner) => hasEmail(owner, email))),
    isActive(id) {
      const owner = owners.get(id);
      return owner !== undefined && !isArchived(owner);
    },
    patch(id, fields) {
      const owner = owners.get(id);
      if (owner === undefined) return false;
      Object.assign(owner, fields);
      return true;
    },
    read(id, query) {
      const owner = owners.get(id);
      if (owner === undefined || isArchived(owner) !== isArchivedAsked(query)) return notFound();
      return { status: 200, body: replyOf(owner) };
    },
    list(query) {
      const limit = Number(query.get('limit') ?? '100');
      const after = Number(query.get('after') ?? '0');
      if (!Number.isInteger(limit) || limit < 1 || limit > 500) {
        return invalid('limit must be between 1 and 500');
      }
      if (!Number.isInteger(after)) return invalid('after is not a paging cursor');
      const email = query.get('email');
      const found = [...owners.values()].filter(
        (owner) => isArchived(owner) === isArchivedAsked(query) && (email === null || hasEmail(owner, email)),
      );
      const results = found.slice(after, after + limit).map(replyOf);
      return { status: 200, body: { results, ...pagingOf(after + limit, found.length) } };
    },
  };
}

/** HubSpot answers either what is archived or what is not, never both. */
export function isArchivedAsked(query: URLSearchParams): boolean {
  return query.get('archived') === 'true';
}

export function pagingOf(next: number, total: number): { paging?: object } {
  return next < total ? { paging: { next: { after: String(next), link: `?after=${next}` } } } : {};
}
