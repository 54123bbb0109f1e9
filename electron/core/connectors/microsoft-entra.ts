import { AuthError, type Configuration } from '@azure/msal-node';
import { z } from 'zod';
import { AppError } from '../../../shared/model/errors.ts';
import type { Log } from '../ports.ts';
import { type RefusalWords, signInRefusal } from './microsoft-refusals.ts';
import { garbled, parseJson, retryAfterMs, type VendorReply, vendorFetch } from './vendor-fetch.ts';

export const loginUrl = 'https://login.microsoftonline.com';

export interface MicrosoftSignInOptions {
  /** As people know it, for messages: `Microsoft Teams`. */
  vendor: string;
  /** Without a slash at the end. */
  loginUrl: string;
  tenantId: string;
  clientId: string;
  timeoutMs: number;
  log: Log;
}

/** Carries our own error through MSAL, which passes errors of its own kind on as they are. */
class FailedExchange extends AuthError {
  readonly failure: AppError;

  constructor(failure: AppError) {
    super('failed_exchange', failure.message);
    // MSAL's constructor makes every heir a plain AuthError.
    Object.setPrototypeOf(this, FailedExchange.prototype);
    this.failure = failure;
  }
}

export interface Transport {
  configuration: Configuration;
  /** What the call gives; else an `AppError`, `vendor_auth` with the given words where Microsoft refuses the sign-in. */
  failing<Result>(call: Promise<Result>, refused: RefusalWords): Promise<Result>;
}

/**
 * MSAL over our own transport, tried once. MSAL takes https addresses only, so it is given one, and a stand-in's own
 * scheme is put back on the wire; and it is told where Entra's addresses are instead of asking for them first.
 */
export function createTransport(options: MicrosoftSignInOptions): Transport {
  const { vendor, tenantId, clientId, timeoutMs, log } = options;
  const { host, origin } = new URL(options.loginUrl);
  const authority = `https://${host}/${encodeURIComponent(tenantId)}`;

  async function send(
    method: 'GET' | 'POST',
    url: string,
    { headers = {}, body }: { headers?: Record<string, string>; body?: string } = {},
  ) {
    try {
      const reply = await vendorFetch({
        vendor,
        method,
        url: url.replace(`https://${host}`, origin),
        headers,
        body,
        timeoutMs,
        log,
      });
      return {
        status: reply.status,
        headers: Object.fromEntries(reply.headers),
        body: bodyOf(vendor, reply),
      };
    } catch (thrown) {
      throw thrown instanceof AppError ? new FailedExchange(thrown) : thrown;
    }
  }

  return {
    configuration: {
      auth: {
        clientId,
        authority,
        knownAuthorities: [host],
        authorityMetadata: JSON.stringify({
          authorization_endpoint: `${authority}/oauth2/v2.0/authorize`,
          token_endpoint: `${authority}/oauth2/v2.0/token`,
          end_session_endpoint: `${authority}/oauth2/v2.0/logout`,
          jwks_uri: `${authority}/discovery/v2.0/keys`,
          issuer: `${authority}/v2.0`,
        }),
      },
      system: {
        disableInternalRetries: true,
        // MSAL's types promise a caller's own form of the body, which nobody can know here.
        networkClient: {
          sendGetRequestAsync: <Body>(url: string, request?: object) =>
            send('GET', url, request) as Promise<{
              status: number;
              headers: Record<string, string>;
              body: Body;
            }>,
          sendPostRequestAsync: <Body>(url: string, request?: object) =>
            send('POST', url, request) as Promise<{
              status: number;
              headers: Record<string, string>;
              body: Body;
            }>,
        },
      },
    },
    async failing(call, refused) {
      try {
        return await call;
      } catch (thrown) {
        if (thrown instanceof FailedExchange) throw thrown.failure;
        throw thrown instanceof AppError ? thrown : refusal(vendor, refused, thrown);
      }
    },
  };
}

const Answer = z.looseObject({});

/** The answer's JSON; what is none of Entra's is thrown. */
function bodyOf(vendor: string, reply: VendorReply): object {
  const { status } = reply;
  const waitMs = retryAfterMs(reply.headers);
  const wait = waitMs === undefined ? {} : { retryAfterMs: waitMs };
  if (status === 429) {
    throw new AppError('vendor_busy', `Microsoft's sign-in asks to wait (429).`, {
      ...wait,
      details: { vendor, status },
    });
  }
  if (status >= 500) {
    throw new AppError(
      'vendor_unreachable',
      `Microsoft's sign-in failed to answer (${status}). Check Microsoft 365's service health if this goes on.`,
      { ...wait, details: { vendor, status } },
    );
  }
  const parsed = Answer.safeParse(parseJson(vendor, reply.text));
  if (!parsed.success) throw garbled(vendor, 'an answer of another form');
  return parsed.data;
}

function refusal(vendor: string, refused: RefusalWords, thrown: unknown): AppError {
  const error = thrown instanceof AuthError ? thrown : null;
  return signInRefusal(vendor, refused, { code: error?.errorCode ?? null, words: error?.errorMessage ?? '' });
}
