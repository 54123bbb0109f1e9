import { Connection } from 'jsforce/lib/core.js';
import type { RateBudget } from '../../../../shared/model/connection.ts';
import { AppError } from '../../../../shared/model/errors.ts';
import type { Clock, Log, TokenStore } from '../../ports.ts';
import type { CallOptions, ConnectorParts } from '../connector.ts';
import { unlessCancelled } from '../vendor-fetch.ts';
import { apiVersion, assertionAudience, type SalesforceAddress, salesforceAddress } from './address.ts';
import { signAssertion } from './assertion.ts';
import { budgetIn, isScarce } from './budget.ts';
import { refusalError, vendor } from './errors.ts';
import { requestToken, type SalesforceGrant } from './token-endpoint.ts';
import { SalesforceTransport } from './transport.ts';
import { salesforceSignIn } from './web-sign-in.ts';

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
  method: 'GET' | 'PATCH' | 'POST';
  /** From the API version on (`/query?q=…`), or from `/services/` on. */
  path: string;
  headers?: Record<string, string>;
  body?: object;
}

export interface SalesforceSession {
  readonly address: SalesforceAddress;
  /** Where people open records; known for certain after the first call. */
  instanceUrl(): string;
  /** What the last answer said of the organisation's allowance of calls. */
  budget(): RateBudget | null;
  /** Gets a new token whether one is needed or not; gives the id of the user that it is for, as far as that is told. */
  signIn(): Promise<string | null>;
  /**
   * The answer's JSON, undefined for 204. A session that ran out is renewed once; everything else is tried once.
   * Errors as `refusalError`, `tokenRefusal` and `vendorFetch` say.
   */
  call(call: SalesforceCall, options?: CallOptions): Promise<unknown>;
}

export function createSession(options: SalesforceOptions): SalesforceSession {
  const { timeoutMs, log } = options;
  const address = salesforceAddress(options.loginUrl);
  const requestGrant = grantsOf(options, address);
  const connection = new Connection({
    loginUrl: address.origin,
    instanceUrl: salesforceAddress(options.instanceUrl ?? address.origin).origin,
    version: apiVersion,
    ...(options.accessToken === undefined ? {} : { accessToken: options.accessToken }),
  });
  let renewal: Promise<string | null> | null = null;
  let lastBudget: RateBudget | null = null;

  function onHeaders(headers: Headers): void {
    const told = budgetIn(headers);
    if (told === null) return;
    if (isScarce(told) && !(lastBudget && isScarce(lastBudget))) {
      log.warn(
        told,
        "Salesforce's API calls of the last 24 hours are nearly used up, by all programs together",
      );
    }
    lastBudget = told;
    options.onBudget?.(told);
  }

  async function takeGrant(): Promise<string | null> {
    const { accessToken, instanceUrl, userId } = await requestGrant();
    connection.instanceUrl = instanceUrl;
    connection.accessToken = accessToken;
    return userId;
  }

  /** Callers share one request for a token: one that gives up leaves it to the others. */
  function renew(): Promise<string | null> {
    renewal ??= takeGrant().finally(() => {
      renewal = null;
    });
    return renewal;
  }

  /** Does nothing where another call has replaced the stale token meanwhile. */
  async function replace(stale: string | null, { signal }: CallOptions): Promise<void> {
    if ((connection.accessToken ?? null) === stale) await unlessCancelled(vendor, renew(), signal);
  }

  function send({ method, path, headers = {}, body }: SalesforceCall, { signal }: CallOptions) {
    const transport = new SalesforceTransport({ timeoutMs, signal, log, refusal: refusalError, onHeaders });
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
    address,
    instanceUrl: () => connection.instanceUrl,
    budget: () => lastBudget,
    signIn: renew,
    async call(call, callOptions = {}) {
      if (!connection.accessToken) await replace(null, callOptions);
      const token = connection.accessToken ?? null;
      try {
        return await send(call, callOptions);
      } catch (thrown) {
        if (!isEndedSession(thrown)) throw thrown;
        await replace(token, callOptions);
        return await send(call, callOptions);
      }
    },
  };
}

function isEndedSession(thrown: unknown): boolean {
  return thrown instanceof AppError && thrown.code === 'vendor_auth' && thrown.details.status === 401;
}

/** How the next access token is got. Only a person's sign-in has a refresh token; the others ask for the next one. */
function grantsOf(options: SalesforceOptions, address: SalesforceAddress): () => Promise<SalesforceGrant> {
  const { auth, timeoutMs, clock, log, tokens, loginUrl } = options;
  const endpoint = { address, timeoutMs, clock, log };
  switch (auth.kind) {
    case 'client-credentials':
      return () =>
        requestToken(endpoint, {
          grant_type: 'client_credentials',
          client_id: auth.clientId,
          client_secret: auth.clientSecret,
        });
    case 'jwt': {
      const audience = assertionAudience(address);
      const { clientId, username, privateKey } = auth;
      return async () =>
        requestToken(endpoint, {
          grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
          assertion: signAssertion({ clientId, username, audience, now: clock.now() }, privateKey),
        });
    }
    case 'web': {
      const { clientId, clientSecret, refreshToken } = auth;
      const app = { loginUrl, clientId, clientSecret, refreshToken };
      const signIn = salesforceSignIn({ ...app, tokens, timeoutMs, clock, log });
      return () => signIn.renew();
    }
  }
}
