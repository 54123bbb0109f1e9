import { AppError } from '../../../shared/model/errors.ts';
import { type Content, contentOf, fits, spaceOf, webuiOf } from './confluence/content.ts';
import { parseCql } from './confluence/cql.ts';
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
const userPath = '/wiki/rest/api/user/current';
const pagesPath = '/wiki/api/v2/pages';
const spacesPath = '/wiki/api/v2/spaces';
const pagePath = /^\/wiki\/api\/v2\/pages\/([^/]+)$/;
const defaultLimit = 25;
const maximumLimit = 250;

/**
 * Confluence's search by CQL (version 1 of the API), its pages and spaces (version 2). A restricted page is found by nobody
 * and answers 404, as Confluence hides what the account may not see. One that was taken away lies in the bin.
 */
export function createConfluenceStandIn(context: StandInContext): ConfluenceStandIn {
  const { world, clock, credentials, baseUrl, changed } = context;
  const startedAt = clock.now().toISOString();
  const bin = new Map<string, WorldPage>();
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
    const found = contentOf(pages.values()).filter((content) =>
      clauses.every((clause) => fits(content, clause)),
    );
    const expand = (query.get('expand') ?? '').split(',');
    const results = found.slice(start, start + limit).map((content) => foundReply(content, expand));
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

  function foundReply(content: Content, expand: readonly string[]): object {
    const { id, type, title, page } = content;
    const version = { number: page.version, when: startedAt, minorEdit: false };
    return {
      id,
      type,
      status: 'current',
      title,
      ...(expand.includes('version') ? { version } : {}),
      ...(expand.includes('container') && type === 'attachment'
        ? { container: { id: page.id, type: 'page', title: page.title } }
        : {}),
      _links: { webui: webuiOf(content), self: `${baseUrl()}/wiki/rest/api/content/${id}` },
    };
  }

  /** Of the pages with these ids those with one of these statuses; the bin shows what the account could view before. */
  function list(query: URLSearchParams): StandInReply {
    const ids = listIn(query, 'id');
    const statuses = listIn(query, 'status') ?? ['current', 'archived'];
    const all = [
      ...[...pages.values()].map((page) => ({ page, status: 'current' })),
      ...[...bin.values()].map((page) => ({ page, status: 'trashed' })),
    ];
    const results = all
      .filter(
        ({ page, status }) =>
          !page.restricted && statuses.includes(status) && (ids?.includes(page.id) ?? true),
      )
      .map(({ page, status }) => ({
        id: page.id,
        status,
        title: page.title,
        version: { number: page.version, createdAt: startedAt, message: '', minorEdit: false },
        _links: { webui: webuiOf({ id: page.id, type: 'page', title: page.title, page }) },
      }));
    return { status: 200, body: { results, _links: { base: `${baseUrl()}/wiki` } } };
  }

  function listSpaces(query: URLSearchParams): StandInReply {
    const keys = listIn(query, 'keys');
    const known = [...new Set([...pages.values()].map(spaceOf))];
    const results = known
      .map((key, index) => ({
        id: String(65_001 + index),
        key,
        name: `${key} space`,
        type: 'global',
        status: 'current',
      }))
      .filter(({ key }) => keys?.includes(key) ?? true);
    return { status: 200, body: { results, _links: { base: `${baseUrl()}/wiki` } } };
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
        _links: {
          webui: webuiOf({ id, type: 'page', title: page.title, page }),
          base: `${baseUrl()}/wiki`,
        },
      },
    };
  }

  function handle({ method, url }: StandInRequest): StandInReply {
    const id = pagePath.exec(url.pathname)?.[1];
    if (method === 'GET' && url.pathname === searchPath) return search(url.searchParams);
    if (method === 'GET' && id !== undefined) return read(id, url.searchParams);
    if (method === 'GET' && url.pathname === pagesPath) return list(url.searchParams);
    if (method === 'GET' && url.pathname === spacesPath) return listSpaces(url.searchParams);
    if (method === 'GET' && url.pathname === userPath) return { status: 200, body: user };
    return { status: 404, headers: { 'content-type': 'text/html' }, body: '<h1>Page not found</h1>' };
  }

  const user = {
    type: 'known',
    accountId: '5b10ac8d82e05b22cc7d4ef5',
    accountType: 'atlassian',
    email: credentials.confluence.email,
    publicName: 'Switchyard',
    displayName: 'Switchyard',
  };

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
      bin.delete(page.id);
      pages.set(page.id, page);
      changed();
    },
    removePage(id) {
      const page = pages.get(id);
      if (page === undefined) throw new AppError('not_found', `Confluence has no page ${id}.`);
      pages.delete(id);
      bin.set(id, page);
      changed();
    },
  };
}

/** A list, as a parameter that is repeated or with commas between; null where it is not given. */
function listIn(query: URLSearchParams, name: string): string[] | null {
  const values = query.getAll(name).flatMap((value) => value.split(','));
  return values.length === 0 ? null : values;
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
