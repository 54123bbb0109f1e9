import { randomInt } from 'node:crypto';
import type { z } from 'zod';
import { isLockField, LeadRow, leadFields, ownerFields, toRecord } from '../connectors/salesforce/map.ts';
import { isQueueId, toLongRecordId } from '../connectors/salesforce/record-id.ts';
import { SalesforceRefusal } from './salesforce/errors.ts';
import { createOrganisation, type Organisation, type Row } from './salesforce/organisation.ts';
import { type ObjectName, objectNamed } from './salesforce/schema.ts';
import { projectRow, runQuery } from './salesforce/soql-evaluator.ts';
import type { CrmStandIn, StandInContext, StandInReply, StandInRequest } from './stand-in.ts';

const tokenPath = '/services/oauth2/token';
const apiPathPattern = /^(\/services\/data\/v\d{2,3}\.0)\/(.+)$/;
/** The vendor's own: rows in one answer, and answers that a user may have half read. */
const rowsPerPage = 2000;
const maximumCursors = 10;

/**
 * A Salesforce organisation by its REST API: the client credentials flow, queries in SOQL with their pages, reading,
 * describing and changing records, and a history of the leads' owners. Errors are spelled as the vendor's.
 */
export function createSalesforceStandIn(context: StandInContext): CrmStandIn {
  const { credentials } = context;
  const organisation = createOrganisation(context.world.salesforce, context.clock);
  const cursors = createCursors();
  const writes = new Map(organisation.rows('Lead').map((lead) => [String(lead.Id), 0]));

  function answer(request: StandInRequest): StandInReply {
    const { pathname, searchParams } = request.url;
    if (pathname === tokenPath) return giveToken(request);
    const [, apiPath = '', resource = ''] = apiPathPattern.exec(pathname) ?? [];
    const [kind, name = '', id = '', ...rest] = resource.split('/');
    if (kind === 'query' && id === '') {
      allowMethods(request, ['GET']);
      if (name !== '') return cursors.page(apiPath, cursors.read(name));
      return cursors.page(apiPath, runQuery(organisation, apiPath, searchParams.get('q') ?? ''));
    }
    if (kind !== 'sobjects' || id === '' || rest.length > 0) throw noResource();
    const object = objectNamed(name);
    if (id === 'describe') {
      allowMethods(request, ['GET']);
      return { status: 200, body: describe(object) };
    }
    allowMethods(request, ['GET', 'PATCH']);
    const row = organisation.find(object, id);
    if (row === null) throw noResource();
    if (row.IsDeleted === true) throw new SalesforceRefusal(404, 'ENTITY_IS_DELETED', 'entity is deleted');
    return request.method === 'GET'
      ? readRecord(request, { apiPath, object, row })
      : changeRecord(request, object, row);
  }

  function giveToken({ method, body }: StandInRequest): StandInReply {
    const form = new URLSearchParams(body);
    const refused = (error: string, description: string): StandInReply => ({
      status: 400,
      body: { error, error_description: description },
    });
    if (method !== 'POST' || form.get('grant_type') !== 'client_credentials') {
      return refused('unsupported_grant_type', 'grant type not supported');
    }
    if (form.get('client_id') !== credentials.salesforce.clientId) {
      return refused('invalid_client_id', 'client identifier invalid');
    }
    if (form.get('client_secret') !== credentials.salesforce.clientSecret) {
      return refused('invalid_client', 'invalid client credentials');
    }
    return {
      status: 200,
      body: {
        access_token: credentials.salesforce.accessToken,
        instance_url: context.baseUrl(),
        id: `${context.baseUrl()}/id/00D000000000001EAA/005000000000001AAA`,
        token_type: 'Bearer',
        scope: 'api',
        issued_at: String(context.clock.now().getTime()),
      },
    };
  }

  function describe(object: ObjectName): object {
    return {
      name: object,
      updateable: object !== 'LeadHistory',
      fields: organisation.fields(object).map(({ name, type, isUpdateable, referenceTo }) => ({
        name,
        type,
        updateable: isUpdateable,
        nillable: isUpdateable,
        referenceTo,
      })),
    };
  }

  function readRecord(
    { url, headers }: StandInRequest,
    { apiPath, object, row }: { apiPath: string; object: ObjectName; row: Row },
  ): StandInReply {
    const modifiedAt = Date.parse(String(row.LastModifiedDate));
    const lastModified = { 'last-modified': new Date(modifiedAt).toUTCString() };
    if (modifiedAt <= Date.parse(headers['if-modified-since'] ?? '')) {
      return { status: 304, headers: lastModified };
    }
    const paths =
      url.searchParams.get('fields')?.split(',') ?? organisation.fields(object).map(({ name }) => name);
    const body = projectRow({ organisation, object, apiPath }, row, paths);
    return { status: 200, headers: lastModified, body };
  }

  function changeRecord({ headers, body }: StandInRequest, object: ObjectName, row: Row): StandInReply {
    const unmodifiedSince = Date.parse(headers['if-unmodified-since'] ?? '');
    // Stamps are compared by the second, as HTTP writes them.
    if (Math.floor(Date.parse(String(row.LastModifiedDate)) / 1000) * 1000 > unmodifiedSince) {
      throw new SalesforceRefusal(412, 'PRECONDITION_FAILED', 'The record was modified since the given time');
    }
    const fields = parseFields(body);
    checkFields(organisation, object, fields);
    checkEditable(object, row);
    if ('OwnerId' in fields) checkOwner(organisation, object, fields.OwnerId);
    organisation.change(object, row, fields);
    const id = String(row.Id);
    if (object === 'Lead' && 'OwnerId' in fields) writes.set(id, (writes.get(id) ?? 0) + 1);
    context.changed();
    return { status: 204 };
  }

  function ownerEmail(lead: Row): string | null {
    const owner = organisation.find('User', String(lead.OwnerId ?? ''));
    return typeof owner?.Email === 'string' ? owner.Email : null;
  }

  return {
    async handle(request) {
      try {
        return answer(request);
      } catch (thrown) {
        if (thrown instanceof SalesforceRefusal) return thrown.reply;
        throw thrown;
      }
    },
    refuse({ url, headers }) {
      const isOpen = url.pathname === tokenPath;
      if (isOpen || headers.authorization === `Bearer ${credentials.salesforce.accessToken}`) return null;
      return new SalesforceRefusal(401, 'INVALID_SESSION_ID', 'Session expired or invalid').reply;
    },
    busy(_request, retryAfterSeconds) {
      const { reply } = new SalesforceRefusal(429, 'TOO_MANY_REQUESTS', 'Too many requests, try again later');
      return retryAfterSeconds === null
        ? reply
        : { ...reply, headers: { 'retry-after': String(retryAfterSeconds) } };
    },
    unavailable: () =>
      new SalesforceRefusal(503, 'SERVER_UNAVAILABLE', 'The server is temporarily unavailable').reply,
    isWrite: ({ method }) => method === 'PATCH',
    // Salesforce counts calls by the day and long calls at a time, never calls by the second.
    limits: () => [],
    owners: () =>
      Object.fromEntries(organisation.rows('Lead').map((lead) => [String(lead.Id), ownerEmail(lead)])),
    writes: () => Object.fromEntries(writes),
    patch(id, fields) {
      organisation.changeAny(id, fields);
      context.changed();
    },
    ownerIdOf(email) {
      const users = organisation.rows('User');
      const user = users.find((one) => String(one.Email ?? '').toLowerCase() === email.toLowerCase());
      return user === undefined ? null : String(user.Id);
    },
    records() {
      const locks = organisation.fields('Lead').filter(isLockField);
      const paths = [...leadFields, ...locks.map(({ name }) => name), ...ownerFields];
      const source = { organisation, object: 'Lead' as const, apiPath: '' };
      return organisation
        .rows('Lead')
        .filter((lead) => lead.IsDeleted !== true)
        .map((lead): z.output<typeof LeadRow> => LeadRow.parse(projectRow(source, lead, paths)))
        .map((lead) => toRecord(lead, context.baseUrl()));
    },
  };
}

/** Results that did not fit into one answer, by the locator under which the rest is asked for. */
function createCursors() {
  const rests = new Map<string, object[]>();
  return {
    page(apiPath: string, records: object[]): StandInReply {
      const sent = records.slice(0, rowsPerPage);
      if (sent.length === records.length) {
        return { status: 200, body: { totalSize: records.length, done: true, records: sent } };
      }
      const locator = `01g${randomInt(1e9, 1e10)}-${rowsPerPage}`;
      rests.set(locator, records.slice(rowsPerPage));
      const [oldest] = rests.keys();
      if (rests.size > maximumCursors && oldest !== undefined) rests.delete(oldest);
      return {
        status: 200,
        body: {
          totalSize: records.length,
          done: false,
          nextRecordsUrl: `${apiPath}/query/${locator}`,
          records: sent,
        },
      };
    },
    read(locator: string): object[] {
      const rest = rests.get(locator);
      if (rest === undefined) {
        throw new SalesforceRefusal(400, 'INVALID_QUERY_LOCATOR', 'invalid query locator');
      }
      return rest;
    },
  };
}

function allowMethods({ method }: StandInRequest, allowed: readonly string[]): void {
  if (allowed.includes(method)) return;
  throw new SalesforceRefusal(
    405,
    'METHOD_NOT_ALLOWED',
    `HTTP Method '${method}' not allowed. Allowed are ${allowed.join(',')}`,
  );
}

function noResource(): SalesforceRefusal {
  return new SalesforceRefusal(404, 'NOT_FOUND', 'The requested resource does not exist');
}

function parseFields(body: string): Row {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    json = null;
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new SalesforceRefusal(400, 'JSON_PARSER_ERROR', 'Unexpected character or end of the request body');
  }
  return { ...json };
}

function checkFields(organisation: Organisation, object: ObjectName, fields: Row): void {
  const known = new Map(organisation.fields(object).map((field) => [field.name, field]));
  for (const name of Object.keys(fields)) {
    const field = known.get(name);
    if (field === undefined) {
      throw new SalesforceRefusal(
        400,
        'INVALID_FIELD',
        `No such column '${name}' on sobject of type ${object}`,
      );
    }
    if (!field.isUpdateable) {
      throw new SalesforceRefusal(
        400,
        'INVALID_FIELD_FOR_INSERT_UPDATE',
        `Unable to create/update fields: ${name}. Please check the security settings of this field and verify that it is read/write for your profile or permission set.`,
        [name],
      );
    }
  }
}

function checkEditable(object: ObjectName, row: Row): void {
  if (object === 'Lead' && row.IsConverted === true) {
    throw new SalesforceRefusal(400, 'CANNOT_UPDATE_CONVERTED_LEAD', 'cannot reference converted lead', []);
  }
  if (row.IsLocked === true) {
    throw new SalesforceRefusal(400, 'ENTITY_IS_LOCKED', 'the entity is locked for editing', []);
  }
  if (row.IsReadOnly === true || row.MayEdit === false) {
    throw new SalesforceRefusal(
      403,
      'INSUFFICIENT_ACCESS_OR_READONLY',
      'insufficient access rights on object id',
      [],
    );
  }
}

function checkOwner(organisation: Organisation, object: ObjectName, ownerId: unknown): void {
  const id = typeof ownerId === 'string' ? toLongRecordId(ownerId) : null;
  if (id === null) {
    throw new SalesforceRefusal(
      400,
      'MALFORMED_ID',
      `Owner ID: id value of incorrect type: ${String(ownerId)}`,
      ['OwnerId'],
    );
  }
  const owner = organisation.find(isQueueId(id) ? 'Group' : 'User', id);
  if (owner === null || (isQueueId(id) && object !== 'Lead')) {
    throw new SalesforceRefusal(400, 'INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id', []);
  }
  if (owner.IsActive === false) {
    throw new SalesforceRefusal(
      400,
      'INACTIVE_OWNER_OR_USER',
      `operation performed with inactive user [${id}] as owner of ${object.toLowerCase()}`,
      ['OwnerId'],
    );
  }
}
