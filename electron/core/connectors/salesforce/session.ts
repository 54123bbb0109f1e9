import { Connection, OAuth2 } from 'jsforce/lib/core.js';
import { z } from 'zod';
import { AppError } from '../../../../shared/model/errors.ts';
import type { Clock, Log, TokenStore } from '../../ports.ts';
import type { CallOptions, ConnectorParts } from '../connector.ts';
import { garbled } from '../vendor-fetch.ts';
import { vendor } from './errors.ts';
import { SalesforceTransport } from './transport.ts';

/** The SDK's own default is years old. Winter '25; every field and header that is used here is in it. */
const apiVersion = '62.0';

/** How the program signs in. */
export type SalesforceAuth =
  | { kind: 'client-credentials'; clientId: string; clientSecret: string }
  /** The key is a PEM text. */
  | { kind: 'jwt'; clientId: string; username: string; privateKey: string }
  /** The secret only where the app demands one; the refresh token where somebody signed in elsewhere. */
  | { kind: 'web'; clientId: string; clientSecret: string | null; refreshToken: string | null };

export interface SalesforceOptions extends ConnectorParts {
  /** Where tokens are asked for: the organisation's My Domain, e.g. `https://acme.my.salesforce.com`. */
  loginUrl: string;
  /** Where the data is, if that is known before the first token says it. */
  instanceUrl?: string | undefined;
  auth: SalesforceAuth;
  /** Where a web sign-in is kept. */
  tokens: TokenStore;
  clock: Clock;
  /** A token that is there already saves the first request for one. */
  accessToken?: string | undefined;
  /** For one answer, head and body together. */
  timeoutMs: number;
  log: Log;
}

export interface SalesforceCall {
  method: 'GET' | 'PATCH';
  /** From the API version on (`/query?q=…`), or from `/services/` on. */
  path: string;
  headers?: Record<string, string>;
  body?: object;
}

export interface SalesforceSession {
  /** Where people open records; known for certain after the first call. */
  instanceUrl(): string;
  /**
   * The answer's JSON, undefined for 204. A session that ran out is renewed once; everything else is tried once.
   * Errors as `refusalError` and `vendorFetch` say.
   */
  call(call: SalesforceCall, options?: CallOptions): Promise<unknown>;
}

const Token = z.object({ access_token: z.string().min(1), instance_url: z.url() });

/** The client credentials flow gives no refresh token: a session is renewed by asking for the next one. */
export function createSession(options: SalesforceOptions): SalesforceSession {
  const { auth, timeoutMs, log } = options;
  if (auth.kind !== 'client-credentials') throw new Error('not yet');
  const { clientId, clientSecret } = auth;
  const loginUrl = apiOrigin(options.loginUrl);
  const connection = new Connection({
    loginUrl,
    instanceUrl: apiOrigin(options.instanceUrl ?? loginUrl),
    version: apiVersion,
    ...(options.accessToken === undefined ? {} : { accessToken: options.accessToken }),
  });
  const oauth = new OAuth2({ loginUrl, clientId, clientSecret });
  // Callers share one request for a token, so none of them can cancel it.
  oauth._transport = new SalesforceTransport({ timeoutMs, signal: undefined, log });
  let renewal: Promise<void> | null = null;

  async function requestToken(): Promise<void> {
    const token = Token.safeParse(await oauth.requestToken({ grant_type: 'client_credentials' }));
    if (!token.success) throw garbled(vendor, 'something that is no token');
    connection.instanceUrl = apiOrigin(token.data.instance_url);
    connection.accessToken = token.data.access_token;
  }

  /** Does nothing where another call has replaced the stale token meanwhile. */
  async function renew(stale: string | null): Promise<void> {
    if ((connection.accessToken ?? null) !== stale) return;
    renewal ??= requestToken().finally(() => {
      renewal = null;
    });
    await renewal;
  }

  function send({ method, path, headers = {}, body }: SalesforceCall, { signal }: CallOptions) {
    const transport = new SalesforceTransport({ timeoutMs, signal, log });
    const request =
      body === undefined
        ? { method, url: path, headers }
        : {
            method,
            url: path,
            headers: { ...headers, 'content-type': 'application/json' },
            body: JSON.stringify(body),
          };
    return connection.request<unknown>(request, { transport });
  }

  return {
    instanceUrl: () => connection.instanceUrl,
    async call(call, callOptions = {}) {
      if (!connection.accessToken) await renew(null);
      const token = connection.accessToken ?? null;
      try {
        return await send(call, callOptions);
      } catch (thrown) {
        if (!(thrown instanceof AppError) || thrown.code !== 'vendor_auth') throw thrown;
        await renew(token);
        return await send(call, callOptions);
      }
    },
  };
}

/** The origin of the API. People copy the address of the Lightning pages, which do not serve it. */
function apiOrigin(url: string): string {
  return url.replace(/\/+$/, '').replace(/\.lightning\.force\.com$/, '.my.salesforce.com');
}
