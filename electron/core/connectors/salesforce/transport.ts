import { Duplex } from 'node:stream';
import type { HttpRequest, HttpResponse } from 'jsforce/lib/core.js';
import { Transport } from 'jsforce/lib/transport.js';
import { StreamPromise } from 'jsforce/lib/util/promise.js';
import type { Log } from '../../ports.ts';
import { vendorFetch } from '../vendor-fetch.ts';
import { refusalError, vendor } from './errors.ts';

interface TransportOptions {
  timeoutMs: number;
  signal: AbortSignal | undefined;
  log: Log;
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
    const reply = await vendorFetch({
      vendor,
      method: request.method,
      url: request.url,
      headers: request.headers ?? {},
      body: typeof request.body === 'string' ? request.body : undefined,
      ...this.#options,
    });
    if (reply.status < 200 || reply.status >= 300) throw refusalError(reply);
    return { statusCode: reply.status, headers: Object.fromEntries(reply.headers), body: reply.text };
  }
}
