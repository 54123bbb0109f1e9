import * as companiesSdk from '@hubspot/api-client/lib/codegen/crm/companies/index.js';
import * as contactsSdk from '@hubspot/api-client/lib/codegen/crm/contacts/index.js';
import * as ownersSdk from '@hubspot/api-client/lib/codegen/crm/owners/index.js';
import { z } from 'zod';
import { AppError } from '../../../../shared/model/errors.ts';
import type { Log } from '../../ports.ts';
import type { CallOptions } from '../connector.ts';
import { garbled, parseJson, vendorFetch } from '../vendor-fetch.ts';
import type { CompanyFilterGroup, ContactFilterGroup } from './filters.ts';
import {
  companyProperties,
  contactProperties,
  type HubspotObject,
  type HubspotOwner,
  type PastValue,
} from './map.ts';
import { refusalOf } from './refusal.ts';

export interface HubspotOptions {
  /** `https://api.hubapi.com`, without a slash at the end. */
  baseUrl: string;
  /** Of a private app, or from OAuth. */
  accessToken: string;
  timeoutMs: number;
  log: Log;
}

/** The calls that the connector makes, each page of a list one exchange. All throw as `connector.ts` says. */
export interface HubspotApi {
  findContactIds(groups: ContactFilterGroup[], call: CallOptions): Promise<string[]>;
  findCompanyIds(groups: CompanyFilterGroup[], call: CallOptions): Promise<string[]>;
  /** In the order of the ids; those that are gone are left out. */
  readContacts(ids: readonly string[], call: CallOptions): Promise<HubspotObject[]>;
  readCompanies(ids: readonly string[], call: CallOptions): Promise<HubspotObject[]>;
  readContact(id: string, call: CallOptions): Promise<HubspotObject | null>;
  /** Every owner that the contact has had, in no order; null where there is no such contact. */
  readOwnerHistory(id: string, call: CallOptions): Promise<PastValue[] | null>;
  setOwner(id: string, ownerId: string, call: CallOptions): Promise<void>;
  /** By the owner's id (never the user's), deactivated or not. */
  readOwner(id: string, call: CallOptions): Promise<HubspotOwner | null>;
  listOwners(query: { email?: string; archived: boolean }, call: CallOptions): Promise<HubspotOwner[]>;
}

const pageSize = 100;
/** HubSpot refuses to page a search further than this. */
const searchReach = 10_000;

const Paging = z.object({ next: z.object({ after: z.string() }).optional() }).optional();
const IdsPage = z.object({ results: z.array(z.object({ id: z.string() })), paging: Paging });
const Contact = z.object({
  id: z.string(),
  archived: z.boolean().optional(),
  properties: z.record(z.string(), z.string().nullable()),
});
const Objects = z.object({ results: z.array(Contact) });
const History = z.object({
  propertiesWithHistory: z.object({
    hubspot_owner_id: z.array(z.object({ value: z.string(), timestamp: z.date() })).default([]),
  }),
});
const Owner = z.object({
  id: z.string(),
  type: z.string(),
  email: z.string().optional(),
  firstName: z.string().optional(),
  lastName: z.string().optional(),
  archived: z.boolean(),
});
const OwnersPage = z.object({ results: z.array(Owner), paging: Paging });

export function createHubspotApi(options: HubspotOptions): HubspotApi {
  const { log } = options;
  const sdk = createSdk(options);

  async function findIds(
    search: (after: string | undefined) => Promise<unknown>,
    what: string,
  ): Promise<string[]> {
    const ids: string[] = [];
    let after: string | undefined;
    do {
      const page = parse(IdsPage, await search(after));
      ids.push(...page.results.map(({ id }) => id));
      after = page.paging?.next?.after;
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
      for (const object of results) objects.set(object.id, object);
    }
    return ids.flatMap((id) => objects.get(id) ?? []);
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
      do {
        const page = parse(
          OwnersPage,
          await sdk.owners(signal).getPage(email?.toLowerCase(), after, pageSize, archived),
        );
        owners.push(...page.results);
        after = page.paging?.next?.after;
      } while (after !== undefined);
      return owners;
    },
  };
}

/** What the SDK's three packages, each with a class of its own, have in common. */
interface SdkRequest {
  getUrl(): string;
  getHttpMethod(): string;
  getHeaders(): Record<string, string>;
  getBody(): unknown;
}

/**
 * The SDK builds the requests and reads the answers. Its own transport has no deadline and no cancellation and hides
 * Retry-After, and a transport given with a call is ignored; so each call gets APIs whose transport knows its signal.
 */
function createSdk({ baseUrl, accessToken, timeoutMs, log }: HubspotOptions) {
  const authMethods = { oauth2: { accessToken } };
  const transport = (signal: AbortSignal | undefined) => ({
    async send(request: SdkRequest) {
      const body = request.getBody();
      const reply = await vendorFetch({
        vendor: 'HubSpot',
        method: request.getHttpMethod(),
        url: request.getUrl(),
        headers: request.getHeaders(),
        body: typeof body === 'string' ? body : undefined,
        timeoutMs,
        signal,
        log,
      });
      if (reply.status < 200 || reply.status > 299) throw refusalOf(reply);
      // The SDK would turn a web page into an empty answer.
      parseJson('HubSpot', reply.text);
      const read = {
        text: () => Promise.resolve(reply.text),
        binary: () => Promise.resolve(Buffer.from(reply.text)),
      };
      return new contactsSdk.ResponseContext(reply.status, { 'content-type': 'application/json' }, read);
    },
  });

  return {
    contacts(signal: AbortSignal | undefined) {
      const configuration = contactsSdk.createConfiguration({
        baseServer: new contactsSdk.ServerConfiguration(baseUrl, {}),
        httpApi: contactsSdk.wrapHttpLibrary(transport(signal)),
        authMethods,
      });
      return {
        basic: new contactsSdk.BasicApi(configuration),
        batch: new contactsSdk.BatchApi(configuration),
        search: new contactsSdk.SearchApi(configuration),
      };
    },
    companies(signal: AbortSignal | undefined) {
      const configuration = companiesSdk.createConfiguration({
        baseServer: new companiesSdk.ServerConfiguration(baseUrl, {}),
        httpApi: companiesSdk.wrapHttpLibrary(transport(signal)),
        authMethods,
      });
      return {
        batch: new companiesSdk.BatchApi(configuration),
        search: new companiesSdk.SearchApi(configuration),
      };
    },
    owners(signal: AbortSignal | undefined) {
      return new ownersSdk.OwnersApi(
        ownersSdk.createConfiguration({
          baseServer: new ownersSdk.ServerConfiguration(baseUrl, {}),
          httpApi: ownersSdk.wrapHttpLibrary(transport(signal)),
          authMethods,
        }),
      );
    },
  };
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
