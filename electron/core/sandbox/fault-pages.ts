import type { PageFaultKind, VendorSystem } from './faults.ts';
import type { StandInReply, StandInRequest } from './stand-in.ts';

/** Lets faults befall the pages of the lists of one vendor. */
export interface FaultyPages {
  /** The request that is meant: one that follows a link of ours asks for the page that the link was sent with. */
  meant(request: StandInRequest): StandInRequest;
  /** Whether the answer is a page of a list, so that there might be a next one. */
  isPage(request: StandInRequest, reply: StandInReply): boolean;
  /** The page with a link that leads to the same request again; without anything on it for `empty_page`. */
  spoil(request: StandInRequest, reply: StandInReply, kind: PageFaultKind): StandInReply;
}

type Body = Readonly<Record<string, unknown>>;

/** Where a vendor's answers hold the things of a list, and how they name the next page. */
interface PageForm {
  itemsOf(body: Body, path: string): string | null;
  next(link: { body: Body; url: URL; mark: string }): Body;
}

const listKey = (body: Body, ...keys: readonly string[]): string | null =>
  keys.find((key) => Array.isArray(body[key])) ?? null;

const graphForm: PageForm = {
  itemsOf: (body) => listKey(body, 'value'),
  next({ body: { '@odata.deltaLink': _end, ...body }, url, mark }) {
    const link = new URL(url.pathname, url);
    link.searchParams.set('$skiptoken', mark);
    return { ...body, '@odata.nextLink': link.href };
  },
};

const forms: Readonly<Record<VendorSystem, PageForm>> = {
  slack: {
    itemsOf: (body) => listKey(body, 'messages', 'channels', 'members', 'usergroups'),
    next: ({ body, mark }) => ({ ...body, has_more: true, response_metadata: { next_cursor: mark } }),
  },
  teams: graphForm,
  sharepoint: graphForm,
  salesforce: {
    itemsOf: (body) => listKey(body, 'records'),
    next: ({ body, url, mark }) => ({
      ...body,
      done: false,
      nextRecordsUrl: `${url.pathname.replace(/\/query\b.*$/, '')}/query/${mark}`,
    }),
  },
  hubspot: {
    // A batch is read whole.
    itemsOf: (body, path) => (path.endsWith('/batch/read') ? null : listKey(body, 'results')),
    next: ({ body, mark }) => ({ ...body, paging: { next: { after: mark, link: `?after=${mark}` } } }),
  },
  confluence: {
    itemsOf: (body) => listKey(body, 'results'),
    next({ body, url, mark }) {
      const links = isBody(body._links) ? body._links : {};
      // Links are relative to `/wiki` in version 1 of the API, to the site in version 2.
      const path = url.pathname.replace(/^\/wiki(?=\/rest\/)/, '');
      return { ...body, _links: { ...links, next: `${path}?cursor=${mark}` } };
    },
  },
};

const markForm = /sandbox-page-\d+/;

export function createFaultyPages(system: VendorSystem): FaultyPages {
  const form = forms[system];
  const marks = new Map<string, string>();
  const requests = new Map<string, StandInRequest>();

  /** The same mark for the same request, so that a loop is one. */
  function markOf(request: StandInRequest): string {
    const { method, url, body } = request;
    const name = `${method} ${url.href} ${body}`;
    const known = marks.get(name);
    if (known !== undefined) return known;
    const mark = `sandbox-page-${marks.size + 1}`;
    marks.set(name, mark);
    requests.set(mark, request);
    return mark;
  }

  const itemsOf = ({ url }: StandInRequest, { status, body }: StandInReply): string | null =>
    status === 200 && isBody(body) ? form.itemsOf(body, url.pathname) : null;

  return {
    meant(request) {
      const mark = markForm.exec(`${request.url.search} ${request.url.pathname} ${request.body}`)?.[0];
      const first = mark === undefined ? undefined : requests.get(mark);
      return first === undefined ? request : { ...first, headers: request.headers };
    },
    isPage: (request, reply) => itemsOf(request, reply) !== null,
    spoil(request, reply, kind) {
      const key = itemsOf(request, reply);
      if (key === null || !isBody(reply.body)) return reply;
      const body = kind === 'empty_page' ? { ...reply.body, [key]: [] } : reply.body;
      return { ...reply, body: form.next({ body, url: request.url, mark: markOf(request) }) };
    },
  };
}

function isBody(value: unknown): value is Body {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !Buffer.isBuffer(value);
}
