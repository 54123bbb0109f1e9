import type { z } from 'zod';
import { AppError } from '../../../../shared/model/errors.ts';
import type { Log } from '../../ports.ts';
import type { CallOptions, ConnectorParts } from '../connector.ts';
import { garbled, parseJson, vendorFetch } from '../vendor-fetch.ts';
import { CurrentUser, FoundContent, ListedPages, ListedSpaces, Page } from './answers.ts';
import { refusalOf } from './refusal.ts';

export interface ConfluenceOptions extends ConnectorParts {
  /** The site, `https://example.atlassian.net`, without `/wiki` and without a slash at the end. */
  baseUrl: string;
  /** An Atlassian account with an API token, or an OAuth access token. */
  auth: { email: string; apiToken: string } | { bearerToken: string };
  /** Keys of the spaces that policy is read from; empty for every space that the account may see. */
  spaces: readonly string[];
  timeoutMs: number;
  log: Log;
}

/** A page, an attachment or whatever else the search finds, and where people open it. */
export type FoundItem = z.infer<typeof FoundContent>['results'][number] & { url: string | null };

/** The calls that the connector makes; lists are read to their end. All throw as `connector.ts` says. */
export interface ConfluenceApi {
  /** What a query in CQL finds, of what the account may see, each once. Throws `vendor_refused` past `atMost`. */
  search(query: { cql: string; expand?: string; atMost: number }, call: CallOptions): Promise<FoundItem[]>;
  /** Throws `vendor_refused` with the status 404 for a page that is deleted or hidden: Confluence tells no difference. */
  readPage(id: string, call: CallOptions): Promise<Page>;
  /** Of these ids those that are archived, in the bin or deleted and that the account may see; by id the status. */
  readRemoved(ids: readonly string[], call: CallOptions): Promise<Map<string, string>>;
  /** Of these keys those of the spaces that the account may see; all of its spaces, at most 250, where none are given. */
  listSpaces(keys: readonly string[], call: CallOptions): Promise<{ key: string; name: string }[]>;
  /** The account that is signed in; null for a visitor without one. */
  readUser(call: CallOptions): Promise<{ name: string } | null>;
}

const searchPageSize = 100;

export function createConfluenceApi(options: ConfluenceOptions): ConfluenceApi {
  const { baseUrl, timeoutMs, log } = options;
  const authorization = authorizationOf(options.auth);

  async function get<Schema extends z.ZodType>(
    schema: Schema,
    path: string,
    { signal }: CallOptions,
  ): Promise<z.output<Schema>> {
    const reply = await vendorFetch({
      vendor: 'Confluence',
      method: 'GET',
      url: `${baseUrl}${path}`,
      headers: { accept: 'application/json', authorization },
      timeoutMs,
      signal,
      log,
    });
    if (reply.status < 200 || reply.status > 299) throw refusalOf(reply);
    const parsed = schema.safeParse(parseJson('Confluence', reply.text));
    if (!parsed.success) throw garbled('Confluence', 'an answer of another form');
    return parsed.data;
  }

  return {
    async search({ cql, expand, atMost }, call) {
      const query = new URLSearchParams({
        cql,
        limit: String(searchPageSize),
        ...(expand === undefined ? {} : { expand }),
      });
      const found = new Map<string, FoundItem>();
      const read = new Set<string>();
      let path: string | undefined = `/wiki/rest/api/content/search?${query}`;
      while (path !== undefined) {
        if (read.has(path)) throw garbled('Confluence', 'a list that leads back to a page that was read');
        read.add(path);
        const page: z.infer<typeof FoundContent> = await get(FoundContent, path, call);
        for (const item of page.results)
          found.set(item.id, { ...item, url: urlOf(page._links, item._links) });
        if (found.size > atMost) throw tooMany(cql, atMost);
        path = page._links.next === undefined ? undefined : pathOf(page._links.next);
      }
      return [...found.values()];
    },

    readPage: (id, call) =>
      get(Page, `/wiki/api/v2/pages/${encodeURIComponent(id)}?body-format=storage&include-labels=true`, call),

    async readRemoved(ids, call) {
      const query = repeated({ id: ids, status: ['archived', 'trashed', 'deleted'], limit: ['250'] });
      const { results } = await get(ListedPages, `/wiki/api/v2/pages?${query}`, call);
      return new Map(results.map(({ id, status }) => [id, status]));
    },

    async listSpaces(keys, call) {
      const query = repeated({ keys, limit: ['250'] });
      const { results } = await get(ListedSpaces, `/wiki/api/v2/spaces?${query}`, call);
      return results;
    },

    async readUser(call) {
      const user = await get(CurrentUser, '/wiki/rest/api/user/current', call);
      if (user.type === 'anonymous') return null;
      return { name: user.displayName || user.publicName || user.email || 'an account without a name' };
    },
  };
}

/** A query in which each value of a list is a parameter of its own. */
function repeated(lists: Readonly<Record<string, readonly string[]>>): URLSearchParams {
  const query = new URLSearchParams();
  for (const [name, values] of Object.entries(lists)) for (const value of values) query.append(name, value);
  return query;
}

/** The address that a link of Confluence's leads to; null where the answer lacks a part of it. */
export function urlOf(
  { base }: { base?: string | undefined } = {},
  { webui }: { webui?: string | undefined } = {},
): string | null {
  return base !== undefined && webui !== undefined ? base + webui : null;
}

function authorizationOf(auth: ConfluenceOptions['auth']): string {
  return 'bearerToken' in auth
    ? `Bearer ${auth.bearerToken}`
    : `Basic ${Buffer.from(`${auth.email}:${auth.apiToken}`).toString('base64')}`;
}

/**
 * The path of a link to the next page of results. Links are relative, to the site in version 2 and to `/wiki` in
 * version 1; of an absolute one only the path counts, so that the credentials go to no other host.
 */
function pathOf(link: string): string {
  const { pathname, search } = new URL(link, 'https://site.invalid');
  return `${pathname.startsWith('/wiki/') ? '' : '/wiki'}${pathname}${search}`;
}

function tooMany(cql: string, atMost: number): AppError {
  return new AppError(
    'vendor_refused',
    `Confluence finds more than ${atMost} for ${cql}. Give the label to the policy pages alone, or choose the spaces that hold them.`,
    { details: { vendor: 'Confluence', atMost } },
  );
}
