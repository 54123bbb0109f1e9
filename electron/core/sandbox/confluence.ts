import { AppError } from '../../../shared/model/errors.ts';
import { type Clause, parseCql } from './confluence/cql.ts';
import type { StandIn, StandInContext, StandInReply, StandInRequest } from './stand-in.ts';
import type { WorldPage } from './world.ts';

/** What the scenario runner and the sandbox panel do in the stand-in. */
export interface ConfluenceStandIn extends StandIn {
  /** Adds a page or replaces the one with this id. Give a changed page a higher version, as Confluence would. */
  setPage(page: WorldPage): void;
  /** Throws `not_found` for an unknown id. */
  removePage(id: string): void;
}

const searchPath = '/wiki/rest/api/content/search';
const pagePath = /^\/wiki\/api\/v2\/pages\/([^/]+)$/;
const defaultLimit = 25;
const maximumLimit = 250;

/**
 * Confluence's search by CQL (version 1 of the API) and its pages (version 2). A restricted page is found by nobody
 * and answers 404, as Confluence hides what the account may not see.
 */
export function createConfluenceStandIn(context: StandInContext): ConfluenceStandIn {
  const { world, clock, credentials, baseUrl, changed } = context;
  const startedAt = clock.now().toISOString();
  const pages = new Map<string, WorldPage>(world.confluence.pages.map((page) => [page.id, page]));
  const basic = Buffer.from(`${credentials.confluence.email}:${credentials.confluence.apiToken}`);
  const accepted = new Set([
    `Basic ${basic.toString('base64')}`,
    `Bearer ${credentials.confluence.bearerToken}`,
  ]);

  function search(query: URLSearchParams): StandInReply {
    const cql = query.get('cql') ?? '';
    const clauses = parseCql(cql);
    if (clauses === null) return refusalOfVersion1(400, `Could not parse cql : ${cql}`);
    const limit = Math.min(Number(query.get('limit') ?? defaultLimit), maximumLimit);
    const start = Number(query.get('cursor') ?? '0');
    if (!Number.isInteger(limit) || limit < 1 || !Number.isInteger(start)) {
      return refusalOfVersion1(400, 'limit or cursor is not valid');
    }
    const found = [...pages.values()].filter(
      (page) => !page.restricted && clauses.every((clause) => fits(page, clause)),
    );
    const results = found.slice(start, start + limit).map(({ id, title }) => ({
      id,
      type: 'page',
      status: 'current',
      title,
      _links: { webui: webuiOf(id), self: `${baseUrl()}/wiki/rest/api/content/${id}` },
    }));
    const next = new URLSearchParams({ cql, limit: String(limit), cursor: String(start + limit) });
    const hasNext = start + limit < found.length;
    return {
      status: 200,
      body: {
        results,
        start,
        limit,
        size: results.length,
        _links: {
          base: `${baseUrl()}/wiki`,
          context: '/wiki',
          ...(hasNext ? { next: `/rest/api/content/search?${next}` } : {}),
        },
      },
    };
  }

  function read(id: string, query: URLSearchParams): StandInReply {
    if (!/^\d+$/.test(id)) {
      return refusalOfVersion2(
        400,
        'INVALID_REQUEST_PARAMETER',
        `Provided value {${id}} for 'id' is not valid`,
      );
    }
    const page = pages.get(id);
    if (page === undefined || page.restricted) return refusalOfVersion2(404, 'NOT_FOUND', 'Not Found');
    const form = query.get('body-format');
    if (form !== null && form !== 'storage' && form !== 'view') {
      return refusalOfVersion2(400, 'INVALID_REQUEST_PARAMETER', `Unsupported body-format '${form}'`);
    }
    return {
      status: 200,
      body: {
        id,
        status: 'current',
        title: page.title,
        version: { number: page.version, createdAt: startedAt, message: '', minorEdit: false },
        createdAt: startedAt,
        body: form === null ? {} : { [form]: { representation: form, value: page.body } },
        ...(query.get('include-labels') === 'true' ? { labels: { results: labelsOf(page) } } : {}),
        _links: { webui: webuiOf(id), base: `${baseUrl()}/wiki` },
      },
    };
  }

  function handle({ method, url }: StandInRequest): StandInReply {
    const id = pagePath.exec(url.pathname)?.[1];
    if (method === 'GET' && url.pathname === searchPath) return search(url.searchParams);
    if (method === 'GET' && id !== undefined) return read(id, url.searchParams);
    return { status: 404, headers: { 'content-type': 'text/html' }, body: '<h1>Page not found</h1>' };
  }

  const webuiOf = (id: string) => `/spaces/${pages.get(id)?.space ?? 'TEAM'}/pages/${id}`;

  return {
    handle: async (request) => handle(request),
    refuse: ({ headers }) =>
      accepted.has(headers.authorization ?? '')
        ? null
        : { status: 401, body: { code: 401, message: 'Unauthorized' } },
    busy: (_request, retryAfterSeconds) => ({
      status: 429,
      body: { code: 429, message: 'Rate limit exceeded' },
      ...(retryAfterSeconds === null ? {} : { headers: { 'retry-after': String(retryAfterSeconds) } }),
    }),
    unavailable: () => ({ status: 503, body: { code: 503, message: 'Service Unavailable' } }),
    isWrite: () => false,
    // Atlassian counts points of no published number.
    limits: () => [],
    setPage(page) {
      pages.set(page.id, page);
      changed();
    },
    removePage(id) {
      if (!pages.delete(id)) throw new AppError('not_found', `Confluence has no page ${id}.`);
      changed();
    },
  };
}

function fits(page: WorldPage, { field, value }: Clause): boolean {
  switch (field) {
    case 'label':
      return page.labels.includes(value);
    case 'type':
      return value === 'page';
    case 'space':
      return page.space === value;
  }
}

function labelsOf(page: WorldPage): object[] {
  return page.labels.map((name, index) => ({ id: `${page.id}${index}`, name, prefix: 'global' }));
}

function refusalOfVersion1(statusCode: number, message: string): StandInReply {
  return { status: statusCode, body: { statusCode, data: { authorized: true, valid: false }, message } };
}

function refusalOfVersion2(status: number, code: string, title: string): StandInReply {
  return { status, body: { errors: [{ status, code, title, detail: null }] } };
}
