import { z } from 'zod';
import type { StandInReply, StandInRequest } from '../stand-in.ts';
import { SalesforceRefusal } from './errors.ts';
import type { Organisation, Row } from './organisation.ts';
import { createCursors } from './query-pages.ts';
import { changeRecord } from './record-change.ts';
import { childRelationships, type ObjectName, objectNamed } from './schema.ts';
import { projectRow, runQuery } from './soql-evaluator.ts';

const apiPathPattern = /^(\/services\/data\/v\d{2,3}\.0)\/(.+)$/;
/** The vendor's own: parts of one composite request, and how many of them may be queries. */
const maximumParts = 25;
const maximumQueries = 5;

const CompositeRequest = z.object({
  allOrNone: z.boolean().optional(),
  compositeRequest: z
    .array(
      z.object({
        method: z.enum(['GET', 'PATCH', 'POST', 'PUT', 'DELETE']),
        url: z.string(),
        referenceId: z.string(),
        body: z.looseObject({}).optional(),
        httpHeaders: z.record(z.string(), z.string()).optional(),
      }),
    )
    .min(1)
    .max(maximumParts),
});
type Part = z.output<typeof CompositeRequest>['compositeRequest'][number];

/** The REST API of one organisation. `onChange` is told of every record that was changed, with the fields. */
export function createRestApi(
  organisation: Organisation,
  onChange: (object: ObjectName, row: Row, fields: Row) => void,
): (request: StandInRequest) => StandInReply {
  const cursors = createCursors();

  function answer(request: StandInRequest): StandInReply {
    const { pathname, searchParams } = request.url;
    const [, apiPath = '', resource = ''] = apiPathPattern.exec(pathname) ?? [];
    const [kind, name = '', id = '', ...rest] = resource.split('/');
    if (kind === 'composite' && name === '') {
      allowMethods(request, ['POST']);
      return composite(request);
    }
    if (kind === 'query' && id === '') {
      allowMethods(request, ['GET']);
      if (name !== '') return cursors.page(apiPath, cursors.read(name));
      return cursors.page(apiPath, runQuery(organisation, apiPath, searchParams.get('q') ?? ''));
    }
    if (kind !== 'sobjects' || id === '' || rest.length > 0) throw noResource();
    const object = objectNamed(name);
    if (!organisation.shows(object)) throw noResource();
    if (id === 'describe') {
      allowMethods(request, ['GET']);
      return { status: 200, body: describe(object) };
    }
    allowMethods(request, ['GET', 'PATCH']);
    const row = organisation.find(object, id);
    if (row === null) throw noResource();
    if (row.IsDeleted === true) throw new SalesforceRefusal(404, 'ENTITY_IS_DELETED', 'entity is deleted');
    if (request.method === 'GET') return readRecord(request, { apiPath, object, row });
    onChange(object, row, changeRecord(organisation, request, { object, row }));
    return { status: 204 };
  }

  /** Each part has its own status; the whole is 200 wherever it could be read. */
  function composite(request: StandInRequest): StandInReply {
    const { compositeRequest: parts } = parseComposite(request.body);
    if (parts.filter(isQuery).length > maximumQueries) {
      throw new SalesforceRefusal(
        400,
        'LIMIT_EXCEEDED',
        `You've exceeded the limit of ${maximumQueries} query operations in a composite request`,
      );
    }
    return {
      status: 200,
      body: {
        compositeResponse: parts.map((part) => {
          const { status, headers = {}, body = null } = partReply(request, part);
          return { body, httpHeaders: headers, httpStatusCode: status, referenceId: part.referenceId };
        }),
      },
    };
  }

  function partReply(request: StandInRequest, part: Part): StandInReply {
    const lowered = Object.entries(part.httpHeaders ?? {}).map(([name, value]) => [
      name.toLowerCase(),
      value,
    ]);
    try {
      return answer({
        method: part.method,
        url: new URL(part.url, request.url),
        headers: Object.fromEntries(lowered),
        body: part.body === undefined ? '' : JSON.stringify(part.body),
      });
    } catch (thrown) {
      if (thrown instanceof SalesforceRefusal) return thrown.reply;
      throw thrown;
    }
  }

  function describe(object: ObjectName): object {
    const isEditable = object !== 'LeadHistory' && (object !== 'Lead' || organisation.access.mayEditLeads);
    return {
      name: object,
      updateable: isEditable,
      fields: organisation.fields(object).map(({ name, type, isUpdateable, referenceTo }) => ({
        name,
        type,
        updateable: isEditable && isUpdateable,
        nillable: isUpdateable,
        referenceTo,
      })),
      childRelationships: Object.entries(childRelationships[object] ?? {})
        .filter(([, child]) => organisation.shows(child.object))
        .map(([relationshipName, child]) => ({
          childSObject: child.object,
          field: child.field,
          relationshipName,
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

  return answer;
}

/** Whether a request would change a record, by itself or as a part of a composite one. */
export function changesRecords({ method, url, body }: StandInRequest): boolean {
  if (method === 'PATCH') return true;
  return method === 'POST' && url.pathname.endsWith('/composite') && /"method"\s*:\s*"PATCH"/.test(body);
}

function isQuery({ url }: Part): boolean {
  return /\/query[/?]/.test(url);
}

function parseComposite(body: string): z.output<typeof CompositeRequest> {
  try {
    return CompositeRequest.parse(JSON.parse(body));
  } catch {
    throw new SalesforceRefusal(400, 'JSON_PARSER_ERROR', 'The composite request cannot be read');
  }
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
