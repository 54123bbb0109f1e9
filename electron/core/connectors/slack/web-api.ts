import { type FetchFunction, WebClient, type WebClientOptions } from '@slack/web-api';
import { AppError } from '../../../../shared/model/errors.ts';
import type { Log } from '../../ports.ts';
import { parseJson, retryAfterMs, vendorFetch } from '../vendor-fetch.ts';
import { toSlackError } from './failures.ts';
import { createSdkLogger } from './sdk-logger.ts';

export interface WebApiOptions {
  /** Of the bot, or the app-level one. */
  token: string;
  slackApiUrl: string;
  timeoutMs: number;
  log: Log;
}

export interface WebApi {
  /** Makes one call with the SDK; whatever it throws is an `AppError`, `cancelled` once the signal has fired. */
  call<Result>(method: (client: WebClient) => Promise<Result>, signal?: AbortSignal): Promise<Result>;
}

export function createWebApi(options: WebApiOptions): WebApi {
  return {
    async call(method, signal) {
      // The SDK knows no signal for a call, only for a client; to build one takes less than a tenth of a millisecond.
      const client = new WebClient(options.token, {
        ...webClientOptions(options, signal),
        logger: createSdkLogger(options.log),
      });
      return method(client).catch((thrown: unknown) => {
        throw toSlackError(thrown);
      });
    },
  };
}

/** Every call is tried once: the SDK's own ten retries would post a message that did arrive again. */
export function webClientOptions(
  options: Omit<WebApiOptions, 'token'>,
  signal: AbortSignal | undefined,
): Omit<WebClientOptions, 'logger' | 'logLevel'> {
  return {
    slackApiUrl: options.slackApiUrl,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    fetch: fetchOnce(options, signal),
  };
}

function fetchOnce(
  { timeoutMs, log }: Pick<WebApiOptions, 'timeoutMs' | 'log'>,
  signal: AbortSignal | undefined,
): FetchFunction {
  return async (url, init) => {
    const reply = await vendorFetch({
      vendor: 'Slack',
      method: init?.method ?? 'POST',
      url: String(url),
      headers: Object.fromEntries(new Headers(init?.headers)),
      body: typeof init?.body === 'string' ? init.body : undefined,
      timeoutMs,
      signal,
      log,
    });
    if (reply.status === 429) throw busy(reply.headers);
    if (reply.status !== 200) throw outOfOrder(reply.status);
    // The SDK would take a web page for Slack's own word of refusal.
    parseJson('Slack', reply.text);
    return new Response(reply.text, { status: reply.status, headers: reply.headers });
  };
}

function busy(headers: Headers): AppError {
  const waitMs = retryAfterMs(headers);
  return new AppError('vendor_busy', 'Slack asks for fewer calls. It is tried again later.', {
    details: { vendor: 'Slack', status: 429 },
    ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }),
  });
}

/** Slack's own API answers with 200 and 429 alone; anything else is its front door or a proxy. */
function outOfOrder(status: number): AppError {
  const details = { vendor: 'Slack', status };
  return status >= 500
    ? new AppError(
        'vendor_unreachable',
        `Slack answered with HTTP ${status}. Check Slack's status page if this goes on.`,
        { details },
      )
    : new AppError(
        'vendor_refused',
        `Slack answered with HTTP ${status}. Check the address of Slack, and for a proxy in between.`,
        { details },
      );
}
