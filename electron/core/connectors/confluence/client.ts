import type { z } from 'zod';
import { AppError } from '../../../../shared/model/errors.ts';
import type { PolicyPage } from '../../../../shared/model/policy.ts';
import type { Clock, Log } from '../../ports.ts';
import type { CallOptions, KnowledgeConnector } from '../connector.ts';
import { garbled, parseJson, vendorFetch } from '../vendor-fetch.ts';
import { FoundPages, Page, toPolicyPage } from './map.ts';
import { refusalOf } from './refusal.ts';

export interface ConfluenceOptions {
  /** The site, `https://example.atlassian.net`, without `/wiki` and without a slash at the end. */
  baseUrl: string;
  /** An Atlassian account with an API token, or an OAuth access token. */
  auth: { email: string; apiToken: string } | { bearerToken: string };
  timeoutMs: number;
  clock: Pick<Clock, 'now'>;
  log: Log;
}

const searchPageSize = 100;
const readsAtOnce = 8;

export function createConfluenceConnector(options: ConfluenceOptions): KnowledgeConnector {
  const { baseUrl, timeoutMs, clock, log } = options;
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

  async function findPageIds(label: string, call: CallOptions): Promise<string[]> {
    const query = new URLSearchParams({
      cql: `label = ${quoted(label)} and type = page`,
      limit: String(searchPageSize),
    });
    const ids: string[] = [];
    let path: string | undefined = `/wiki/rest/api/content/search?${query}`;
    while (path !== undefined) {
      const found: z.infer<typeof FoundPages> = await get(FoundPages, path, call);
      ids.push(...found.results.map(({ id }) => id));
      path = found._links.next === undefined ? undefined : pathOf(found._links.next);
    }
    return [...new Set(ids)];
  }

  /** Null for a page that is archived, deleted or hidden from the account: Confluence does not tell these apart. */
  async function readPage(id: string, call: CallOptions): Promise<PolicyPage | null> {
    try {
      const path = `/wiki/api/v2/pages/${encodeURIComponent(id)}?body-format=storage&include-labels=true`;
      const page = await get(Page, path, call);
      return page.status === 'current' ? toPolicyPage(page, clock.now()) : null;
    } catch (thrown) {
      if (hasStatus(thrown, 404)) return null;
      throw thrown;
    }
  }

  /** As `readPage`, with a page that the account is expressly refused counted as hidden. */
  async function readIfAllowed(id: string, call: CallOptions): Promise<PolicyPage | null> {
    try {
      return await readPage(id, call);
    } catch (thrown) {
      if (hasStatus(thrown, 403)) return null;
      throw thrown;
    }
  }

  return {
    system: 'confluence',

    /**
     * Throws `vendor_refused` where there are pages with the label and the account may read none of them; where it
     * may read some, the others are left out and logged. Any other failure of one page fails the whole: half a policy
     * must not pass for all of it.
     */
    async findPolicyPages({ label }, call = {}) {
      const ids = await findPageIds(label, call);
      const pages: PolicyPage[] = [];
      for (let start = 0; start < ids.length; start += readsAtOnce) {
        const batch = ids.slice(start, start + readsAtOnce);
        const read = await Promise.all(batch.map((id) => readIfAllowed(id, call)));
        pages.push(...read.filter((page) => page !== null));
      }
      const hidden = ids.filter((id) => !pages.some((page) => page.id === id));
      if (hidden.length > 0 && pages.length === 0) throw allHidden(label, hidden);
      if (hidden.length > 0) {
        log.warn({ pages: hidden, label }, 'Confluence lists policy pages that the account may not read');
      }
      return pages;
    },

    async readPage(id, call = {}) {
      return /^\d+$/.test(id) ? readPage(id, call) : null;
    },
  };
}

function hasStatus(thrown: unknown, status: number): boolean {
  return thrown instanceof AppError && thrown.details.status === status;
}

function authorizationOf(auth: ConfluenceOptions['auth']): string {
  return 'bearerToken' in auth
    ? `Bearer ${auth.bearerToken}`
    : `Basic ${Buffer.from(`${auth.email}:${auth.apiToken}`).toString('base64')}`;
}

/** A string literal of CQL. */
function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

/**
 * The path of a link to the next page of results. Links are relative, to the site in version 2 and to `/wiki` in
 * version 1; of an absolute one only the path counts, so that the credentials go to no other host.
 */
function pathOf(link: string): string {
  const { pathname, search } = new URL(link, 'https://site.invalid');
  return `${pathname.startsWith('/wiki/') ? '' : '/wiki'}${pathname}${search}`;
}

function allHidden(label: string, pages: readonly string[]): AppError {
  return new AppError(
    'vendor_refused',
    `Confluence has ${pages.length} pages with the label "${label}", but the account may read none of them. Give it the right to view them.`,
    { details: { vendor: 'Confluence', pages } },
  );
}
