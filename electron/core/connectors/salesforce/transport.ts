import { Duplex } from 'node:stream';
import type { HttpRequest, HttpResponse } from 'jsforce/lib/core.js';
import { Transport } from 'jsforce/lib/transport.js';
import { StreamPromise } from 'jsforce/lib/util/promise.js';
import type { AppError } from '../../../../shared/model/errors.ts';
import type { Log } from '../../ports.ts';
import { parseJson, type VendorReply, vendorFetch } from '../vendor-fetch.ts';
import { vendor } from './errors.ts';

export interface TransportOptions {
  timeoutMs: number;
  signal: AbortSignal | undefined;
  log: Log;
  /** The error for an answer that is no success. */
  refusal: (reply: VendorReply) => AppError;
  /** Sees the head of every answer. */
  onHeaders?: ((headers: Headers) => void) | undefined;
}

/**
 * The wire below the SDK, made for one call. The SDK's own tries five times, has no deadline for the body, cannot be
 * cancelled, follows redirects, and its renewal of a session repeats without end while Salesforce answers 401. So an
 * answer that is no success ends here, as an `AppError`, before the SDK sees it.
 */
export class SalesforceTransport extends Transport {
  readonly #options: TransportOptions;

  constructor(options: TransportOptions) {
    super();
    this.#options = options;
  }

  override httpRequest(request: HttpRequest): StreamPromise<HttpResponse> {
    // The SDK pipes its request through the stream; nothing reads it here.
    const stream = new Duplex({ read: () => undefined, write: (_chunk, _encoding, done) => done() });
    return StreamPromise.create(() => ({ stream, promise: this.#exchange(request) }));
  }

  async #exchange(request: HttpRequest): Promise<HttpResponse> {
    const { refusal, onHeaders, ...options } = this.#options;
    const reply = await vendorFetch({
      vendor,
      method: request.method,
      url: request.url,
      headers: request.headers ?? {},
      body: typeof request.body === 'string' ? request.body : undefined,
      ...options,
    });
    onHeaders?.(reply.headers);
    if (reply.status < 200 || reply.status >= 300) throw refusal(reply);
    // A change is answered with nothing; the SDK would take a proxy's web page for that.
    if (reply.text !== '') parseJson(vendor, reply.text);
    return { statusCode: reply.status, headers: Object.fromEntries(reply.headers), body: reply.text };
  }
}
