import type { z } from 'zod';
import { AppError } from '../../../../shared/model/errors.ts';
import type { CallOptions } from '../connector.ts';
import { garbled } from '../vendor-fetch.ts';
import {
  AccountDetails,
  AssociationsPage,
  Contact,
  History,
  IdsPage,
  Objects,
  Owner,
  OwnersPage,
  TokenDetails,
} from './answers.ts';
import type { CompanyFilterGroup, ContactFilterGroup } from './filters.ts';
import {
  companyProperties,
  contactProperties,
  formerIdsOf,
  type HubspotObject,
  type HubspotOwner,
  type PastValue,
} from './map.ts';
import { createSdk, type HubspotOptions } from './sdk.ts';

/** The calls that the connector makes, each page of a list one exchange. All throw as `connector.ts` says. */
export interface HubspotApi {
  findContactIds(groups: ContactFilterGroup[], call: CallOptions): Promise<string[]>;
  findCompanyIds(groups: CompanyFilterGroup[], call: CallOptions): Promise<string[]>;
  /**
   * In the order of the ids; those that are gone are left out. The id of a record that was merged into another gives
   * that other one, whose id differs.
   */
  readContacts(ids: readonly string[], call: CallOptions): Promise<HubspotObject[]>;
  readCompanies(ids: readonly string[], call: CallOptions): Promise<HubspotObject[]>;
  /** The surviving record, with an id of its own, where the one asked for was merged into another. */
  readContact(id: string, call: CallOptions): Promise<HubspotObject | null>;
  /** By contact the companies that it is associated with, the primary one first; those without any are left out. */
  readCompanyIds(contactIds: readonly string[], call: CallOptions): Promise<Map<string, string[]>>;
  /** Every owner that the contact has had, in no order; null where there is no such contact. */
  readOwnerHistory(id: string, call: CallOptions): Promise<PastValue[] | null>;
  setOwner(id: string, ownerId: string, call: CallOptions): Promise<void>;
  /** By the owner's id (never the user's), deactivated or not. */
  readOwner(id: string, call: CallOptions): Promise<HubspotOwner | null>;
  listOwners(query: { email?: string; archived: boolean }, call: CallOptions): Promise<HubspotOwner[]>;
  /** The account that the token belongs to; needs no permission. */
  readAccount(call: CallOptions): Promise<{ portalId: string; uiDomain: string }>;
  /** The scopes that the token carries; needs no permission. HubSpot wants the token itself in the question. */
  readScopes(call: CallOptions): Promise<string[]>;
  /** One call for each of what the connector reads, as small as HubSpot makes it. Gives a contact's id, if there is one. */
  tryContacts(call: CallOptions): Promise<string | null>;
  tryContactSearch(call: CallOptions): Promise<void>;
  tryCompanies(call: CallOptions): Promise<void>;
  tryOwners(call: CallOptions): Promise<void>;
}

const pageSize = 100;
/** HubSpot refuses to page a search further than this. */
const searchReach = 10_000;
const smallestSearch = { filterGroups: [], properties: ['hs_object_id'], limit: 1 };

export function createHubspotApi(options: HubspotOptions): HubspotApi {
  const { log, accessToken } = options;
  const sdk = createSdk(options);

  async function findIds(
    search: (after: string | undefined) => Promise<unknown>,
    what: string,
  ): Promise<string[]> {
    const ids: string[] = [];
    let after: string | undefined;
    const follow = createFollower();
    do {
      const page = parse(IdsPage, await search(after));
      ids.push(...page.results.map(({ id }) => id));
      after = follow(page.paging?.next?.after);
      if (after !== undefined && Number(after) >= searchReach) {
        log.warn({ found: ids.length }, `HubSpot finds more ${what} than it lists; the rest is left out`);
        after = undefined;
      }
    } while (after !== undefined);
    return [...new Set(ids)];
  }

  async function readObjects(
    ids: readonly string[],
    readBatch: (inputs: { id: string }[]) => Promise<unknown>,
  ): Promise<HubspotObject[]> {
    const objects = new Map<string, HubspotObject>();
    for (let start = 0; start < ids.length; start += pageSize) {
      const inputs = ids.slice(start, start + pageSize).map((id) => ({ id }));
      const { results } = parse(Objects, await readBatch(inputs));
      for (const object of results) {
        for (const id of [object.id, ...formerIdsOf(object)]) objects.set(id, object);
      }
    }
    return [...new Set(ids.flatMap((id) => objects.get(id) ?? []))];
  }

  return {
    findContactIds: (filterGroups, { signal }) =>
      findIds(
        (after) =>
          sdk.contacts(signal).search.doSearch({
            filterGroups,
            // The index lags behind: only ids are taken from it, and the records read afterwards.
            properties: ['hs_object_id'],
            limit: pageSize,
            ...(after === undefined ? {} : { after }),
          }),
        'contacts',
      ),

    findCompanyIds: (filterGroups, { signal }) =>
      findIds(
        (after) =>
          sdk.companies(signal).search.doSearch({
            filterGroups,
            properties: ['hs_object_id'],
            limit: pageSize,
            ...(after === undefined ? {} : { after }),
          }),
        'companies',
      ),

    readContacts: (ids, { signal }) =>
      readObjects(ids, (inputs) =>
        sdk
          .contacts(signal)
          .batch.read({ inputs, properties: [...contactProperties], propertiesWithHistory: [] }, false),
      ),

    readCompanies: (ids, { signal }) =>
      readObjects(ids, (inputs) =>
        sdk
          .companies(signal)
          .batch.read({ inputs, properties: [...companyProperties], propertiesWithHistory: [] }, false),
      ),

    async readContact(id, { signal }) {
      const contact = await orNull(sdk.contacts(signal).basic.getById(id, [...contactProperties]));
      return contact === null ? null : parse(Contact, contact);
    },

    async readCompanyIds(contactIds, { signal }) {
      const companies = new Map<string, string[]>();
      for (let start = 0; start < contactIds.length; start += pageSize) {
        const inputs = contactIds.slice(start, start + pageSize).map((id) => ({ id }));
        const page = parse(
          AssociationsPage,
          await sdk.associations(signal).getPage('contacts', 'companies', { inputs }),
        );
        for (const { _from, to } of page.results) companies.set(_from.id, primaryFirst(to));
      }
      return companies;
    },

    async readOwnerHistory(id, { signal }) {
      const contact = await orNull(sdk.contacts(signal).basic.getById(id, undefined, ['hubspot_owner_id']));
      return contact === null ? null : parse(History, contact).propertiesWithHistory.hubspot_owner_id;
    },

    async setOwner(id, ownerId, { signal }) {
      await sdk.contacts(signal).basic.update(id, { properties: { hubspot_owner_id: ownerId } });
    },

    async readOwner(id, { signal }) {
      if (!/^\d+$/.test(id)) return null;
      const read = (archived: boolean) => orNull(sdk.owners(signal).getById(Number(id), 'id', archived));
      const owner = (await read(false)) ?? (await read(true));
      return owner === null ? null : parse(Owner, owner);
    },

    async listOwners({ email, archived }, { signal }) {
      const owners: HubspotOwner[] = [];
      let after: string | undefined;
      const follow = createFollower();
      do {
        const page = parse(
          OwnersPage,
          await sdk.owners(signal).getPage(email?.toLowerCase(), after, pageSize, archived),
        );
        owners.push(...page.results);
        after = follow(page.paging?.next?.after);
      } while (after !== undefined);
      return owners;
    },

    async readAccount({ signal }) {
      return parse(
        AccountDetails,
        await sdk.raw({ method: 'GET', path: '/account-info/v3/details' }, signal),
      );
    },

    async readScopes({ signal }) {
      const path = '/oauth/v2/private-apps/get/access-token-info';
      const call = { method: 'POST', path, body: { tokenKey: accessToken } } as const;
      return parse(TokenDetails, await sdk.raw(call, signal)).scopes;
    },

    async tryContacts({ signal }) {
      const page = parse(IdsPage, await sdk.contacts(signal).basic.getPage(1));
      return page.results[0]?.id ?? null;
    },

    async tryContactSearch({ signal }) {
      parse(IdsPage, await sdk.contacts(signal).search.doSearch(smallestSearch));
    },

    async tryCompanies({ signal }) {
      parse(IdsPage, await sdk.companies(signal).search.doSearch(smallestSearch));
    },

    async tryOwners({ signal }) {
      parse(OwnersPage, await sdk.owners(signal).getPage(undefined, undefined, 1));
    },
  };
}

/** Where a list goes on; throws where it leads to a page that was read already, so that no list is followed for ever. */
function createFollower(): (after: string | undefined) => string | undefined {
  const seen = new Set<string>();
  return (after) => {
    if (after === undefined) return undefined;
    if (seen.has(after)) throw garbled('HubSpot', 'a list that leads back to a page that was read');
    seen.add(after);
    return after;
  };
}

type AssociatedCompany = z.infer<typeof AssociationsPage>['results'][number]['to'][number];

/** HubSpot's own type for the primary company of a contact, whatever the account's language calls it. */
const primaryTypeId = 1;

function primaryFirst(companies: readonly AssociatedCompany[]): string[] {
  const isPrimary = ({ associationTypes }: AssociatedCompany) =>
    associationTypes.some(
      ({ category, typeId }) => category === 'HUBSPOT_DEFINED' && typeId === primaryTypeId,
    );
  return companies
    .toSorted((first, second) => Number(isPrimary(second)) - Number(isPrimary(first)))
    .map(({ toObjectId }) => toObjectId);
}

/** The SDK types an answer without looking at it. */
function parse<Schema extends z.ZodType>(schema: Schema, answer: unknown): z.output<Schema> {
  const parsed = schema.safeParse(answer);
  if (!parsed.success) throw garbled('HubSpot', 'an answer of another form');
  return parsed.data;
}

/** Null for HubSpot's own "not found". */
async function orNull<Answer>(answer: Promise<Answer>): Promise<Answer | null> {
  try {
    return await answer;
  } catch (thrown) {
    if (thrown instanceof AppError && thrown.details.status === 404) return null;
    throw thrown;
  }
}
