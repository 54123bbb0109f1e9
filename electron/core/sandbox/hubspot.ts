import { z } from 'zod';
import { AppError } from '../../../shared/model/errors.ts';
import { contactProperties, forgottenOwner, formerIdsOf, toCrmRecord } from '../connectors/hubspot/map.ts';
import { portalOf } from '../connectors/hubspot/portal.ts';
import { account, tokenDetails } from './hubspot/account.ts';
import { createAllowance } from './hubspot/allowance.ts';
import { AssociationsRequest, companyIdsOf, readAssociations } from './hubspot/associations.ts';
import { change, type ObjectType, type StoredObject, toReply, toStoredObject } from './hubspot/objects.ts';
import { createOwners, isArchivedAsked, pagingOf } from './hubspot/owners.ts';
import * as refusals from './hubspot/refusals.ts';
import { matches, SearchRequest } from './hubspot/search.ts';
import type { CrmStandIn, StandInContext, StandInReply, StandInRequest } from './stand-in.ts';

const objectPath = /^\/crm\/v3\/objects\/(contacts|companies)\/([^/]+)$/;
const searchPath = /^\/crm\/v3\/objects\/(contacts|companies)\/search$/;
const batchReadPath = /^\/crm\/v3\/objects\/(contacts|companies)\/batch\/read$/;
const listPath = '/crm/v3/objects/contacts';
const associationsPath = '/crm/v4/associations/contacts/companies/batch/read';
const accountPath = '/account-info/v3/details';
const tokenPath = '/oauth/v2/private-apps/get/access-token-info';
const ownersPath = /^\/crm\/v3\/owners\/?$/;
const ownerPath = /^\/crm\/v3\/owners\/([^/]+)$/;

const readOnlyProperties = new Set(['createdate', 'hs_object_id', 'hs_read_only', 'lastmodifieddate']);

const Update = z.strictObject({ properties: z.record(z.string(), z.string()) });
const BatchRead = z.strictObject({
  inputs: z.array(z.strictObject({ id: z.string() })).max(100),
  properties: z.array(z.string()),
  propertiesWithHistory: z.array(z.string()),
});

/**
 * HubSpot's contacts, companies and owners, as version 3 of its API has them. A contact with `hs_read_only` "true"
 * refuses every change; one that is `archived` is found only by who asks for archived ones. Where contacts or companies
 * were merged, the surviving one names the others in `hs_merged_object_ids`, and their ids lead to it.
 */
export function createHubspotStandIn(context: StandInContext): CrmStandIn {
  const { world, clock, credentials, changed } = context;
  const startedAt = clock.now();
  const load = (type: ObjectType) =>
    new Map(world.hubspot[type].map((record) => [record.id, toStoredObject(type, record, startedAt)]));
  const objects = { contacts: load('contacts'), companies: load('companies') };
  const owners = createOwners(world.hubspot.owners, startedAt.toISOString());
  const writes = new Map([...objects.contacts.keys()].map((id) => [id, 0]));
  const allowance = createAllowance();
  const portal = portalOf({ ...account, portalId: String(account.portalId) });
  const knownProperties = new Set<string>(contactProperties);
  for (const contact of world.hubspot.contacts) {
    for (const name of Object.keys(contact)) knownProperties.add(name);
  }

  /** By the object's own id, or by one that it had before a merge, which archived the one with that id. */
  function find(type: ObjectType, id: string): StoredObject | undefined {
    const own = objects[type].get(id);
    if (own?.archived === false) return own;
    return [...objects[type].values()].find((object) => formerIdsOf(object).includes(id)) ?? own;
  }

  function read(type: ObjectType, id: string, query: URLSearchParams): StandInReply {
    const object = find(type, id);
    if (object === undefined || object.archived !== isArchivedAsked(query)) return refusals.notFound();
    const body = toReply(object, {
      properties: query.getAll('properties'),
      propertiesWithHistory: query.getAll('propertiesWithHistory'),
    });
    return { status: 200, body };
  }

  function list(query: URLSearchParams): StandInReply {
    const limit = Number(query.get('limit') ?? '10');
    const after = Number(query.get('after') ?? '0');
    if (!Number.isInteger(limit) || limit < 1 || limit > 100 || !Number.isInteger(after)) {
      return refusals.invalid('limit must be between 1 and 100, and after a paging cursor');
    }
    const found = [...objects.contacts.values()]
      .filter(({ archived }) => archived === isArchivedAsked(query))
      .sort((a, b) => Number(a.id) - Number(b.id));
    const asked = { properties: query.getAll('properties'), propertiesWithHistory: [] };
    const results = found.slice(after, after + limit).map((object) => toReply(object, asked));
    return { status: 200, body: { results, ...pagingOf(after + limit, found.length) } };
  }

  function search(type: ObjectType, { body }: StandInRequest): StandInReply {
    const parsed = parseBody(SearchRequest, body);
    if (!parsed.isOk) return parsed.refusal;
    const { after, limit, properties } = parsed.value;
    const found = [...objects[type].values()]
      .filter((object) => !object.archived && matches(parsed.value, object.properties))
      .sort((a, b) => a.createdAt.localeCompare(b.createdAt) || Number(a.id) - Number(b.id));
    const results = found
      .slice(after, after + limit)
      .map((object) => toReply(object, { properties, propertiesWithHistory: [] }));
    return { status: 200, body: { total: found.length, results, ...pagingOf(after + limit, found.length) } };
  }

  function batchRead(type: ObjectType, { body, url }: StandInRequest): StandInReply {
    const parsed = parseBody(BatchRead, body);
    if (!parsed.isOk) return parsed.refusal;
    const archived = isArchivedAsked(url.searchParams);
    const asked = [...new Set(parsed.value.inputs.map(({ id }) => id))];
    const isThere = (id: string) => find(type, id)?.archived === archived;
    const found = [...new Set(asked.filter(isThere).flatMap((id) => find(type, id) ?? []))];
    const missing = asked.filter((id) => !isThere(id));
    const at = clock.now().toISOString();
    const answer = {
      status: 'COMPLETE',
      results: found.map((object) => toReply(object, parsed.value)),
      startedAt: at,
      completedAt: at,
    };
    return missing.length === 0
      ? { status: 200, body: answer }
      : { status: 207, body: { ...answer, numErrors: 1, errors: [missingObjects(missing)] } };
  }

  function update(id: string, { body }: StandInRequest): StandInReply {
    const contact = find('contacts', id);
    if (contact === undefined || contact.archived) return refusals.notFound();
    const parsed = parseBody(Update, body);
    if (!parsed.isOk) return parsed.refusal;
    const { properties } = parsed.value;
    const refusal = refusalOfUpdate(contact, properties);
    if (refusal !== null) return refusal;
    change(contact, properties, clock);
    // The same owner once more is a write too: HubSpot's own workflows may run again.
    if (properties.hubspot_owner_id !== undefined) writes.set(contact.id, (writes.get(contact.id) ?? 0) + 1);
    changed();
    const reply = toReply(contact, { properties: Object.keys(properties), propertiesWithHistory: [] });
    return { status: 200, body: reply };
  }

  function refusalOfUpdate(contact: StoredObject, properties: Record<string, string>): StandInReply | null {
    if (contact.properties.hs_read_only === 'true') {
      return refusals.refusal(403, 'FORBIDDEN', 'This record is read-only and cannot be edited.');
    }
    for (const name of Object.keys(properties)) {
      if (!knownProperties.has(name)) {
        const message = `Property "${name}" does not exist`;
        return refusals.invalidProperty({ name, error: 'PROPERTY_DOESNT_EXIST', message });
      }
      if (readOnlyProperties.has(name)) {
        const message = `"${name}" is a read only property; its value cannot be set.`;
        return refusals.invalidProperty({ name, error: 'READ_ONLY_VALUE', message });
      }
    }
    const ownerId = properties.hubspot_owner_id ?? '';
    if (ownerId === '' || owners.isActive(ownerId)) return null;
    const message = `${ownerId} was not a valid owner id`;
    return refusals.invalidProperty({ name: 'hubspot_owner_id', error: 'INVALID_OWNER_ID', message });
  }

  function associations({ body }: StandInRequest): StandInReply {
    const parsed = parseBody(AssociationsRequest, body);
    if (!parsed.isOk) return parsed.refusal;
    return readAssociations(parsed.value, (id) => find('contacts', id), clock.now().toISOString());
  }

  function handle(request: StandInRequest): StandInReply {
    const { method, url } = request;
    const path = url.pathname;
    if (method === 'GET' && path === accountPath) return { status: 200, body: account };
    if (method === 'POST' && path === tokenPath)
      return tokenDetails(request, credentials.hubspot.accessToken);
    if (method === 'POST' && path === associationsPath) return associations(request);
    if (method === 'GET' && path === listPath) return list(url.searchParams);
    const searched = typeIn(searchPath, path);
    if (method === 'POST' && searched !== null) return search(searched, request);
    const listed = typeIn(batchReadPath, path);
    if (method === 'POST' && listed !== null) return batchRead(listed, request);
    const type = typeIn(objectPath, path);
    const id = objectPath.exec(path)?.[2] ?? '';
    if (method === 'GET' && type !== null) return read(type, id, url.searchParams);
    if (method === 'PATCH' && type === 'contacts') return update(id, request);
    if (method === 'GET' && ownersPath.test(path)) return owners.list(url.searchParams);
    const ownerId = ownerPath.exec(path)?.[1];
    if (method === 'GET' && ownerId !== undefined) return owners.read(ownerId, url.searchParams);
    return { status: 404, headers: { 'content-type': 'text/html' }, body: '<h1>404 Not Found</h1>' };
  }

  const ownerOf = ({ properties: { hubspot_owner_id: id } }: StoredObject) =>
    id === undefined ? null : (owners.find(id) ?? forgottenOwner(id));

  const toRecord = (contact: StoredObject) =>
    toCrmRecord(contact, {
      owner: ownerOf(contact),
      url: portal.contactUrl(contact.id),
      companyIds: companyIdsOf(contact),
    });

  return {
    async handle(request) {
      const reply = handle(request);
      // HubSpot's search tells nothing of the allowance.
      const told = searchPath.test(request.url.pathname) ? {} : allowance();
      return { ...reply, headers: { ...told, ...reply.headers } };
    },
    refuse: ({ headers }) =>
      headers.authorization === `Bearer ${credentials.hubspot.accessToken}`
        ? null
        : refusals.unauthenticated(),
    busy: ({ url }, retryAfterSeconds) => refusals.busy(searchPath.test(url.pathname), retryAfterSeconds),
    unavailable: () => refusals.unavailable(),
    isWrite: ({ method }) => method === 'PATCH',
    limits: ({ url }) =>
      searchPath.test(url.pathname)
        ? [{ key: 'hubspot search', max: 4, perMs: 1_000 }]
        : [{ key: 'hubspot', max: 190, perMs: 10_000 }],
    owners: () =>
      Object.fromEntries([...objects.contacts].map(([id, contact]) => [id, ownerOf(contact)?.email ?? null])),
    writes: () => Object.fromEntries(writes),
    patch(id, fields) {
      const object = objects.contacts.get(id) ?? objects.companies.get(id);
      if (object !== undefined) {
        const { archived = object.archived, ...properties } = fields;
        object.archived = archived === true;
        change(object, properties, clock);
      } else if (!owners.patch(id, fields)) {
        throw new AppError('not_found', `HubSpot has no contact, company or owner ${id}.`);
      }
      changed();
    },
    ownerIdOf: (email) => owners.findByEmail(email)?.id ?? null,
    records: () => [...objects.contacts.values()].map(toRecord),
  };
}

function typeIn(pattern: RegExp, path: string): ObjectType | null {
  const type = pattern.exec(path)?.[1];
  return type === 'contacts' || type === 'companies' ? type : null;
}

function missingObjects(ids: string[]): object {
  return {
    status: 'error',
    category: 'OBJECT_NOT_FOUND',
    message: 'Could not get some objects, they may be deleted or not exist. Check that ids are valid.',
    context: { ids },
    links: {},
    errors: [],
  };
}

type Parsed<Value> = { isOk: true; value: Value } | { isOk: false; refusal: StandInReply };

function parseBody<Schema extends z.ZodType>(schema: Schema, body: string): Parsed<z.output<Schema>> {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return { isOk: false, refusal: refusals.invalid('Invalid input JSON: the body cannot be parsed') };
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return { isOk: true, value: parsed.data };
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  return { isOk: false, refusal: refusals.invalid(`Invalid input JSON: ${problems.join('; ')}`) };
}
