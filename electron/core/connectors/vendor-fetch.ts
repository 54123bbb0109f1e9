import { AppError } from '../../../shared/model/errors.ts';
import type { Log } from '../ports.ts';

/**
 * One HTTP exchange with a vendor, tried once: no retry, no redirect, one deadline for head and body together. The
 * vendors' SDKs build the requests and read the answers, but each of them lacks one of these on the wire.
 */
export interface VendorRequest {
  /** As people know it, for messages: `Salesforce`. */
  vendor: string;
  method: string;
  url: string;
  headers: Record<string, string>;
  body?: string | undefined;
  timeoutMs: number;
  signal?: AbortSignal | undefined;
  log: Log;
}

export interface VendorReply {
  status: number;
  headers: Headers;
  /** The whole body; empty for 204. */
  text: string;
}

export interface VendorFile {
  status: number;
  headers: Headers;
  bytes: Buffer;
}

/**
 * Sends and reads to the end, whatever the status. Throws `cancelled` when the caller's signal fired, else
 * `vendor_unreachable` for a time-out, a reset, a truncated body or a name that does not resolve. Neither the error
 * nor the log holds headers, bodies or the query, where tokens and people's data travel.
 */
export function vendorFetch(request: VendorRequest): Promise<VendorReply> {
  return exchange(request, async (response) => ({
    status: response.status,
    headers: response.headers,
    text: await response.text(),
  }));
}

/** As `vendorFetch`, for a file. Throws `vendor_refused` as soon as it proves longer than `maximumBytes`. */
export function vendorDownload(request: VendorRequest & { maximumBytes: number }): Promise<VendorFile> {
  const { vendor, maximumBytes } = request;
  return exchange(request, async ({ status, headers, body }) => ({
    status,
    headers,
    bytes: await readAtMost(body, { vendor, maximumBytes }),
  }));
}

async function readAtMost(
  body: ReadableStream<Uint8Array> | null,
  { vendor, maximumBytes }: { vendor: string; maximumBytes: number },
): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of body ?? []) {
    sizeBytes += chunk.length;
    if (sizeBytes > maximumBytes) {
      throw new AppError(
        'vendor_refused',
        `${vendor} holds a file of more than ${Math.floor(maximumBytes / 2 ** 20)} MB. Make it smaller.`,
        { details: { vendor, maximumBytes } },
      );
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function exchange<Answer extends { status: number }>(
  request: VendorRequest,
  read: (response: Response) => Promise<Answer>,
): Promise<Answer> {
  const { vendor, method, timeoutMs, signal, log } = request;
  const url = new URL(request.url);
  const deadline = AbortSignal.timeout(timeoutMs);
  const startedAt = performance.now();
  try {
    const response = await fetch(url, {
      method,
      headers: request.headers,
      body: request.body ?? null,
      redirect: 'manual',
      signal: signal === undefined ? deadline : AbortSignal.any([signal, deadline]),
    });
    const answer = await read(response);
    const durationMs = Math.round(performance.now() - startedAt);
    log.debug({ method, path: url.pathname, status: answer.status, durationMs }, `${vendor} answered`);
    return answer;
  } catch (thrown) {
    if (thrown instanceof AppError) throw thrown;
    const durationMs = Math.round(performance.now() - startedAt);
    log.debug({ method, path: url.pathname, durationMs, failure: networkCode(thrown) }, `${vendor} failed`);
    throw networkError({ vendor, host: url.host, thrown, signal, deadline, timeoutMs });
  }
}

function networkError(failure: {
  vendor: string;
  host: string;
  thrown: unknown;
  signal: AbortSignal | undefined;
  deadline: AbortSignal;
  timeoutMs: number;
}): AppError {
  const { vendor, host, thrown, signal, deadline, timeoutMs } = failure;
  if (signal?.aborted) return cancelled(vendor, signal);
  if (deadline.aborted) {
    return new AppError(
      'vendor_unreachable',
      `${vendor} did not answer within ${timeoutMs / 1000} s. Check ${vendor}'s status page if this goes on.`,
      { details: { vendor, failure: 'timeout' } },
    );
  }
  const code = networkCode(thrown);
  const happened =
    code === 'ENOTFOUND' || code === 'EAI_AGAIN'
      ? `The name ${host} could not be resolved. Check the network and the address of ${vendor}.`
      : code === 'ECONNREFUSED'
        ? `${host} refuses the connection. Check the network and the address of ${vendor}.`
        : `The connection to ${vendor} broke off. Check the network if this goes on.`;
  return new AppError('vendor_unreachable', happened, { cause: thrown, details: { vendor, failure: code } });
}

/** The system's code of what fetch threw (it wraps its cause), or `network`. */
function networkCode(thrown: unknown): string {
  let error: unknown = thrown;
  for (let depth = 0; depth < 5 && error instanceof Error; depth += 1) {
    if ('code' in error && typeof error.code === 'string') return error.code;
    error = error.cause;
  }
  return 'network';
}

export function cancelled(vendor: string, signal: AbortSignal): AppError {
  return new AppError('cancelled', `The call to ${vendor} was cancelled.`, { cause: signal.reason });
}

/**
 * What the call gives, unless the caller gives up first: then `cancelled`, and the call goes on unheard, for others who
 * wait for it or because nothing can stop it.
 */
export async function unlessCancelled<Result>(
  vendor: string,
  call: Promise<Result>,
  signal: AbortSignal | undefined,
): Promise<Result> {
  if (signal === undefined) return call;
  const gaveUp = Promise.withResolvers<never>();
  const giveUp = () => gaveUp.reject(cancelled(vendor, signal));
  if (signal.aborted) giveUp();
  signal.addEventListener('abort', giveUp, { once: true });
  try {
    return await Promise.race([call, gaveUp.promise]);
  } finally {
    signal.removeEventListener('abort', giveUp);
    call.catch(() => undefined);
  }
}

/** The answer's body as JSON; `vendor_garbled` for HTML, an empty body or a truncated one. */
export function parseJson(vendor: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's message quotes the body, which may hold people's data: it is not kept as the cause.
    throw garbled(vendor, text.trimStart().startsWith('<') ? 'a web page' : 'something that is not JSON');
  }
}

export function garbled(vendor: string, what: string): AppError {
  return new AppError(
    'vendor_garbled',
    `${vendor} answered with ${what} where data was expected. Check the address of ${vendor}, and for a proxy or a sign-in page in between.`,
    { details: { vendor } },
  );
}

/**
 * What Retry-After asks for, in milliseconds: seconds (fractions allowed) or an HTTP date, which is read by the clock
 * that the answer's own `Date` shows, because ours may differ.
 */
export function retryAfterMs(headers: Headers): number | undefined {
  const value = headers.get('retry-after');
  if (value === null || value.trim() === '') return undefined;
  const seconds = Number(value);
  if (Number.isFinite(seconds)) return Math.max(0, Math.round(seconds * 1000));
  const at = Date.parse(value);
  const sentAt = Date.parse(headers.get('date') ?? '');
  return Number.isNaN(at) ? undefined : Math.max(0, at - (Number.isNaN(sentAt) ? Date.now() : sentAt));
}
