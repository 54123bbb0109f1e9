import { Client, type Context, type Middleware, ResponseType } from '@microsoft/microsoft-graph-client';
import { z } from 'zod';
import type { RateBudget } from '../../../shared/model/connection.ts';
import { AppError } from '../../../shared/model/errors.ts';
import type { Log } from '../ports.ts';
import type { CallOptions, ConnectorParts } from './connector.ts';
import {
  garbled,
  parseJson,
  retryAfterMs,
  type VendorFile,
  type VendorReply,
  type VendorRequest,
  vendorDownload,
  vendorFetch,
} from './vendor-fetch.ts';

export const graphUrl = 'https://graph.microsoft.com';
const version = 'v1.0';

export interface GraphOptions extends ConnectorParts {
  /** As people know it, for messages: `Microsoft Teams`. */
  vendor: string;
  /** Without a slash at the end and without the version. */
  baseUrl: string;
  /** An access token; `isRefused` where Graph did not accept the last one, so that it has to be a new one. */
  token(wish: { isRefused: boolean; signal?: AbortSignal | undefined }): Promise<string>;
  /** For each call, in milliseconds. */
  timeoutMs: number;
  log: Log;
}

export interface GraphCall extends CallOptions {
  /** By OData's names, e.g. `$top`; the values are encoded here. */
  query?: Readonly<Record<string, string>>;
  headers?: Readonly<Record<string, string>>;
}

export interface GraphPage<Item> {
  items: Item[];
  /** Where the next round of a delta query begins, as a path; null but on the last page of one. */
  deltaPath: string | null;
  /** Whether further pages follow. */
  hasMore: boolean;
}

/**
 * Microsoft Graph through its SDK, each call tried once. Everything throws an `AppError`: `vendor_auth` for 401,
 * `vendor_busy` for 429, `vendor_unreachable` for 5xx and a broken network (both with `retryAfterMs` where Graph said
 * it), `vendor_garbled` for what is not Graph's, else `vendor_refused` with Graph's words; `details` holds `status` and
 * Graph's own `error` code. Paths are those after the version, see `graphPath`.
 */
export interface Graph {
  get<Schema extends z.ZodType>(schema: Schema, path: string, call?: GraphCall): Promise<z.output<Schema>>;
  post<Schema extends z.ZodType>(
    schema: Schema,
    path: string,
    body: object,
    call?: GraphCall,
  ): Promise<z.output<Schema>>;
  /** The pages of a list or of a delta query, to its end. A page may be empty and not the last. */
  pages<Schema extends z.ZodType>(
    item: Schema,
    path: string,
    call?: GraphCall,
  ): AsyncGenerator<GraphPage<z.output<Schema>>>;
  /**
   * A file's content; where Graph answers with an address to fetch it from, that is fetched without our token. Throws
   * `vendor_refused` where the file is longer than `maximumBytes`.
   */
  download(path: string, call: GraphCall & { maximumBytes: number }): Promise<Buffer>;
  /** The path of a link in an answer; throws `vendor_garbled` where it leads to another host. */
  pathOfLink(link: string): string;
  /** The time by Graph's clock, as its last answer showed it; by ours as long as there was none. */
  now(): Date;
}

/** A path with its parts encoded: graphPath`/users/${id}`. */
export function graphPath(texts: TemplateStringsArray, ...values: readonly string[]): string {
  return String.raw({ raw: texts }, ...values.map(encodeURIComponent));
}

/** Whether Graph answered so. */
export function hasStatus(thrown: unknown, ...statuses: readonly number[]): boolean {
  return thrown instanceof AppError && statuses.some((status) => thrown.details.status === status);
}

/** Whether Graph answered with the status, or with one of its own error codes, letter case aside. */
export function hasError(
  thrown: unknown,
  { status, codes }: { status: number; codes: readonly string[] },
): boolean {
  if (hasStatus(thrown, status)) return true;
  const code = thrown instanceof AppError ? String(thrown.details.error).toLowerCase() : '';
  return codes.some((known) => known.toLowerCase() === code);
}

interface GraphRequest {
  method: 'GET' | 'POST';
  path: string;
  body?: object;
  call: GraphCall;
}

/** As the SDK built it. */
interface BuiltRequest {
  method: string;
  url: string;
  headers: Record<string, string>;
  body: string | undefined;
}

export function createGraph(options: GraphOptions): Graph {
  const { vendor, baseUrl, timeoutMs, log } = options;
  let aheadMs = 0;

  function noteClock(headers: Headers): void {
    const at = Date.parse(headers.get('date') ?? '');
    if (!Number.isNaN(at)) aheadMs = at - Date.now();
  }

  /** Sends once; where Graph does not take the token, nothing came of it, and it is sent again with a new one. */
  async function exchange<Reply extends { status: number; headers: Headers }>(
    request: GraphRequest,
    send: (request: VendorRequest) => Promise<Reply>,
  ): Promise<Reply> {
    const { signal } = request.call;
    const sendWith = (token: string) =>
      sendWithSdk(request, baseUrl, ({ headers, ...built }) =>
        // The SDK itself sends no token to an address that is not https.
        send({
          vendor,
          ...built,
          headers: { ...headers, authorization: `Bearer ${token}` },
          timeoutMs,
          signal,
          log,
        }),
      );
    const reply = await sendWith(await options.token({ isRefused: false, signal }));
    if (reply.status === 401) return sendWith(await options.token({ isRefused: true, signal }));
    noteClock(reply.headers);
    const budget = budgetOf(reply.headers);
    if (budget !== null) options.onBudget?.(budget);
    return reply;
  }

  /**
   * Only the path of a link is used, so that the token goes to no other host; one that leads elsewhere is none of
   * Graph's, and what it lists would be missed.
   */
  function pathOfLink(link: string): string {
    const { host, pathname, search } = new URL(link, baseUrl);
    const isGraphs = host === new URL(baseUrl).host || host === new URL(graphUrl).host;
    if (!isGraphs) throw garbled(vendor, 'a link to another address');
    return `${pathname.replace(new RegExp(`^/${version}(?=/)`), '')}${search}`;
  }

  async function json<Schema extends z.ZodType>(
    schema: Schema,
    request: GraphRequest,
  ): Promise<z.output<Schema>> {
    const reply = await exchange(request, vendorFetch);
    if (!isSuccess(reply.status)) throw refusalOf(vendor, reply);
    const parsed = schema.safeParse(parseJson(vendor, reply.text));
    if (!parsed.success) throw garbled(vendor, 'an answer of another form');
    return parsed.data;
  }

  return {
    get: (schema, path, call = {}) => json(schema, { method: 'GET', path, call }),
    post: (schema, path, body, call = {}) => json(schema, { method: 'POST', path, body, call }),
    async *pages(item, path, call = {}) {
      const Page = z.object({
        value: z.array(item),
        '@odata.nextLink': z.string().nullish(),
        '@odata.deltaLink': z.string().nullish(),
      });
      const seen = new Set<string>();
      let next: { path: string; call: GraphCall } | null = { path, call };
      while (next !== null) {
        const request: { path: string; call: GraphCall } = next;
        if (seen.has(request.path)) throw garbled(vendor, 'the same page of a list twice');
        seen.add(request.path);
        const page = await json(Page, { method: 'GET', ...request });
        const nextLink = page['@odata.nextLink'] ?? null;
        const deltaLink = page['@odata.deltaLink'] ?? null;
        // What the query asks for is in the link already.
        next = nextLink === null ? null : { path: pathOfLink(nextLink), call: { ...call, query: {} } };
        yield {
          items: page.value,
          deltaPath: deltaLink === null ? null : pathOfLink(deltaLink),
          hasMore: next !== null,
        };
      }
    },
    async download(path, call) {
      const { maximumBytes, signal } = call;
      const read = (request: VendorRequest) => vendorDownload({ ...request, maximumBytes });
      const reply = await exchange({ method: 'GET', path, call }, read);
      if (isSuccess(reply.status)) return reply.bytes;
      const location = reply.headers.get('location');
      if (reply.status !== 302 || location === null) throw refusalOf(vendor, textOf(reply));
      const url = new URL(location, baseUrl).href;
      const file = await read({ vendor, method: 'GET', url, headers: {}, timeoutMs, signal, log });
      if (!isSuccess(file.status)) throw refusalOf(vendor, textOf(file));
      return file.bytes;
    },
    pathOfLink,
    now: () => new Date(Date.now() + aheadMs),
  };
}

const isSuccess = (status: number): boolean => status >= 200 && status <= 299;

function textOf({ status, headers, bytes }: VendorFile): VendorReply {
  return { status, headers, text: bytes.toString('utf8') };
}

/**
 * The SDK builds the request; the only middleware sends it. So the SDK repeats nothing (a message that arrived would
 * be posted again) and follows no redirect. It wraps what is thrown inside, so that is kept beside and thrown as it was.
 */
async function sendWithSdk<Reply>(
  { method, path, body, call }: GraphRequest,
  baseUrl: string,
  send: (built: BuiltRequest) => Promise<Reply>,
): Promise<Reply> {
  let outcome: { reply: Reply } | { failure: unknown } | undefined;
  const middleware: Middleware = {
    async execute(context: Context) {
      try {
        const reply = await send({
          method: context.options?.method ?? method,
          url: String(context.request),
          headers: Object.fromEntries(new Headers(context.options?.headers)),
          body: typeof context.options?.body === 'string' ? context.options.body : undefined,
        });
        outcome = { reply };
      } catch (failure) {
        outcome = { failure };
      }
      context.response = new Response(null, { status: 204 });
    },
  };
  const client = Client.initWithMiddleware({ baseUrl: `${baseUrl}/`, defaultVersion: version, middleware });
  const request = client
    .api(withQuery(path, call.query ?? {}))
    .headers({ accept: 'application/json', ...call.headers })
    .responseType(ResponseType.RAW);
  await (body === undefined ? request.get() : request.post(body));
  if (outcome === undefined) throw new Error('The Graph SDK sent nothing');
  if ('failure' in outcome) throw outcome.failure;
  return outcome.reply;
}

/** The SDK puts values into the address as they are. */
function withQuery(path: string, query: Readonly<Record<string, string>>): string {
  const parts = Object.entries(query).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  if (parts.length === 0) return path;
  return `${path}${path.includes('?') ? '&' : '?'}${parts.join('&')}`;
}

/** What Graph tells of its allowance, where it does: a preview that only some of its services take part in. */
function budgetOf(headers: Headers): RateBudget | null {
  const [limit, left] = ['ratelimit-limit', 'ratelimit-remaining'].map((name) =>
    Number(headers.get(name) ?? NaN),
  );
  const isTold = limit !== undefined && left !== undefined && limit > 0 && left >= 0;
  return isTold ? { used: Math.max(0, limit - left), limit, window: 'its present window' } : null;
}

const ErrorBody = z.object({ error: z.object({ code: z.string(), message: z.string() }) });

/** Graph's own error code and words; null for an answer that is none of Graph's. */
function errorOf(text: string): { code: string; message: string } | null {
  try {
    return ErrorBody.safeParse(JSON.parse(text)).data?.error ?? null;
  } catch {
    return null;
  }
}

function refusalOf(vendor: string, reply: VendorReply): AppError {
  const { status } = reply;
  const error = errorOf(reply.text);
  const said = error === null || error.message === '' ? '' : ` It says: ${error.message.slice(0, 600)}`;
  const waitMs = retryAfterMs(reply.headers);
  const options = {
    details: { vendor, status, error: error?.code ?? null },
    ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }),
  };
  if (status === 401) {
    return new AppError(
      'vendor_auth',
      `${vendor} does not accept the sign-in. Check the app's registration in Entra, or sign in again.${said}`,
      options,
    );
  }
  if (status === 429)
    return new AppError(
      'vendor_busy',
      `${vendor} asks to wait (429). It is tried again by itself.${said}`,
      options,
    );
  if (status >= 500) {
    return new AppError(
      'vendor_unreachable',
      `${vendor} failed to answer (${status}). Check Microsoft 365's service health if this goes on.${said}`,
      options,
    );
  }
  if (error === null) return garbled(vendor, `status ${status} and no reason`);
  if (status === 403) {
    return new AppError(
      'vendor_refused',
      `${vendor} does not let us do this. Grant the app the missing permission in Entra, with admin consent, and check that the account belongs there.${said}`,
      options,
    );
  }
  return new AppError(
    'vendor_refused',
    `${vendor} refused the call (${status}). Look at Connectors → ${vendor} → Test connection.${said}`,
    options,
  );
}
