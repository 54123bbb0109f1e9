import { createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { AppError } from '../../../../shared/model/errors.ts';
import { salesforceCallbackUrl } from '../../../../shared/model/salesforce-sign-in.ts';
import type { Clock, Log, TokenStore } from '../../ports.ts';
import type { CallOptions } from '../connector.ts';
import { garbled, parseJson, vendorFetch } from '../vendor-fetch.ts';
import { apiPath, salesforceAddress } from './address.ts';
import { refusalError, vendor } from './errors.ts';
import { listenForCallback } from './loopback.ts';
import { quote } from './soql.ts';
import { requestToken, type SalesforceGrant } from './token-endpoint.ts';

export interface SalesforceSignInOptions {
  /** The organisation's My Domain, or a login page. */
  loginUrl: string;
  clientId: string;
  /** Only where the app demands one. */
  clientSecret: string | null;
  /** Of a sign-in that was made elsewhere; used where none is kept. */
  refreshToken: string | null;
  /** Where the sign-in is kept. */
  tokens: TokenStore;
  timeoutMs: number;
  clock: Pick<Clock, 'now'>;
  log: Log;
}

export interface SalesforceAccount {
  /** The user's id in Salesforce, 005…. */
  id: string;
  /** The user name, which looks like an e-mail and is unique in all of Salesforce. */
  username: string;
  email: string;
}

/** An account that the program acts as since somebody signed it in in a browser. */
export interface SalesforceSignIn {
  /** Opens Salesforce's page and waits until somebody has signed in there; throws `cancelled` when the signal fires. */
  signInInBrowser(open: (url: string) => Promise<void>, options?: CallOptions): Promise<SalesforceAccount>;
  /** The next access token. Throws `vendor_auth` where somebody has to sign in again. */
  renew(options?: CallOptions): Promise<SalesforceGrant>;
}

/** What the app has to be granted, and nothing more. */
const scopes = 'api refresh_token';
/** How long somebody may take, with a second factor. */
const patienceMs = 10 * 60_000;
const signInFirst = 'An admin signs in: Connectors → Salesforce → Sign in.';

const Account = z.object({ id: z.string(), username: z.string(), email: z.string() });
/** With the app and the address, as a sign-in is good for just these. */
const Kept = z.object({
  clientId: z.string(),
  loginUrl: z.string(),
  refreshToken: z.string(),
  account: Account.nullable(),
});
type Kept = z.output<typeof Kept>;
const Users = z.object({ records: z.tuple([z.object({ Username: z.string(), Email: z.string() })]) });

/** The web server flow with PKCE (RFC 7636, S256), for an account whose sign-in is renewed from then on. */
export function salesforceSignIn(options: SalesforceSignInOptions): SalesforceSignIn {
  const { clientId, clientSecret, tokens, timeoutMs, clock, log } = options;
  const address = salesforceAddress(options.loginUrl);
  const endpoint = { address, timeoutMs, clock, log };
  const app = { client_id: clientId, ...(clientSecret === null ? {} : { client_secret: clientSecret }) };

  async function readKept(): Promise<Kept | null> {
    const kept = keptIn((await tokens.read()) ?? '');
    return kept?.clientId === clientId && kept.loginUrl === address.origin ? kept : null;
  }

  function keep(refreshToken: string, account: SalesforceAccount | null): Promise<void> {
    const kept: Kept = { clientId, loginUrl: address.origin, refreshToken, account };
    return tokens.write(JSON.stringify(kept));
  }

  async function renewWith(
    refreshToken: string,
    account: SalesforceAccount | null,
    callOptions: CallOptions,
  ): Promise<SalesforceGrant> {
    const form = { grant_type: 'refresh_token', refresh_token: refreshToken, ...app };
    const grant = await requestToken(endpoint, form, callOptions);
    // The old one is dead from here on, whatever becomes of this run.
    if (grant.refreshToken !== null && grant.refreshToken !== refreshToken) {
      await keep(grant.refreshToken, account);
    }
    return grant;
  }

  /** What was given from elsewhere counts where nothing is kept, or what is kept has ended. */
  async function renewGiven(callOptions: CallOptions): Promise<SalesforceGrant> {
    if (options.refreshToken !== null) return renewWith(options.refreshToken, null, callOptions);
    throw new AppError('vendor_auth', `Nobody is signed in to Salesforce. ${signInFirst}`, {
      details: { vendor },
    });
  }

  async function renew(callOptions: CallOptions = {}): Promise<SalesforceGrant> {
    const kept = await readKept();
    if (kept === null) return renewGiven(callOptions);
    try {
      return await renewWith(kept.refreshToken, kept.account, callOptions);
    } catch (thrown) {
      if (!(thrown instanceof AppError) || thrown.code !== 'vendor_auth') throw thrown;
      const newer = await readKept();
      // A connector beside this one has renewed the sign-in meanwhile, and the old token died of it.
      if (newer !== null && newer.refreshToken !== kept.refreshToken) {
        return renewWith(newer.refreshToken, newer.account, callOptions);
      }
      if (options.refreshToken !== null && options.refreshToken !== kept.refreshToken) {
        return renewGiven(callOptions);
      }
      throw signedOut(kept.account, thrown);
    }
  }

  /** By the data itself: the services that tell a token's user need scopes that nothing else does. */
  async function readAccount(grant: SalesforceGrant, { signal }: CallOptions): Promise<SalesforceAccount> {
    const id = grant.userId ?? '';
    const soql = `SELECT Username, Email FROM User WHERE Id = ${quote(id)}`;
    const reply = await vendorFetch({
      vendor,
      method: 'GET',
      url: `${grant.instanceUrl}${apiPath}/query?q=${encodeURIComponent(soql)}`,
      headers: { authorization: `Bearer ${grant.accessToken}` },
      timeoutMs,
      signal,
      log,
    });
    if (reply.status !== 200) throw refusalError(reply);
    const { success, data } = Users.safeParse(parseJson(vendor, reply.text));
    if (!success) throw garbled(vendor, 'something that names no user');
    const [user] = data.records;
    return { id, username: user.Username, email: user.Email.toLowerCase() };
  }

  return {
    renew,
    async signInInBrowser(open, callOptions = {}) {
      const { signal } = callOptions;
      const state = secret();
      const verifier = secret();
      const callback = await listenForCallback({
        url: salesforceCallbackUrl,
        state,
        timeoutMs: patienceMs,
        signal,
      });
      try {
        await open(authorizeUrl(address.origin, { clientId, state, verifier }));
        const grant = await requestToken(
          endpoint,
          {
            grant_type: 'authorization_code',
            code: await callback.code,
            redirect_uri: salesforceCallbackUrl,
            code_verifier: verifier,
            ...app,
          },
          callOptions,
        );
        if (grant.refreshToken === null) throw noRefreshToken();
        const account = await readAccount(grant, callOptions);
        await keep(grant.refreshToken, account);
        return account;
      } finally {
        await callback.close();
      }
    },
  };
}

/** The refresh token in what a sign-in kept, for the environment of a machine that keeps no secrets; null without. */
export function salesforceRefreshTokenIn(tokens: string): string | null {
  return keptIn(tokens)?.refreshToken ?? null;
}

function keptIn(text: string): Kept | null {
  try {
    return Kept.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

function authorizeUrl(
  origin: string,
  { clientId, state, verifier }: { clientId: string; state: string; verifier: string },
): string {
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: salesforceCallbackUrl,
    scope: scopes,
    state,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    // The admin is signed in to Salesforce already, but seldom as the account that the program is to act as.
    prompt: 'login',
  });
  return `${origin}/services/oauth2/authorize?${query}`;
}

function secret(): string {
  return randomBytes(48).toString('base64url');
}

function signedOut(account: SalesforceAccount | null, cause: AppError): AppError {
  const who = account === null ? 'The account' : account.username;
  return new AppError(
    'vendor_auth',
    `${who} has to sign in to Salesforce again: Connectors → Salesforce → Sign in. ${cause.message}`,
    { cause, details: { ...cause.details } },
  );
}

function noRefreshToken(): AppError {
  return new AppError(
    'vendor_auth',
    'Salesforce gave no token that outlasts this sign-in. Add the scope “Perform requests at any time (refresh_token, offline_access)” to the app, see that its refresh token policy does not expire tokens immediately, and sign in again.',
    { details: { vendor } },
  );
}
