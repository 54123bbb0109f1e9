import {
  type AccountInfo,
  type AuthenticationResult,
  ConfidentialClientApplication,
  type DeviceCodeRequest,
  PublicClientApplication,
} from '@azure/msal-node';
import { z } from 'zod';
import { AppError } from '../../../shared/model/errors.ts';
import type { TokenStore } from '../ports.ts';
import type { CallOptions } from './connector.ts';
import { createTransport, type MicrosoftSignInOptions } from './microsoft-entra.ts';
import { garbled, unlessCancelled } from './vendor-fetch.ts';

/** Everything that was granted to the app itself in Entra. */
const appScopes = ['https://graph.microsoft.com/.default'];

export interface TokenWish {
  /** Whether Graph refused the last token, so that a kept one will not do. */
  isRefused: boolean;
  signal?: AbortSignal | undefined;
}

/** A function that gives access tokens, from memory while they hold. Throws `vendor_auth` with what to do. */
export type TokenSource = (wish: TokenWish) => Promise<string>;

export interface MicrosoftAccount {
  /** Entra's object id, which messages name their sender by. */
  id: string;
  email: string;
}

/** What somebody enters elsewhere to sign in here. */
export interface DeviceCode {
  url: string;
  code: string;
  /** In Microsoft's words, with the address and the code. */
  message: string;
}

/** An account that the program acts for: it posts, which an app alone may not. */
export interface AccountSignIn {
  token: TokenSource;
  /** Who is signed in, also where the sign-in is not renewed any more. Throws `vendor_auth` where nobody is. */
  account(): Promise<MicrosoftAccount>;
  /** For a machine without a browser: shows a code, and waits until it was entered or has expired. */
  signInByCode(show: (code: DeviceCode) => void, options?: CallOptions): Promise<MicrosoftAccount>;
  /** In a browser on this machine: opens a page, and waits until it was answered; a quarter of an hour at most. */
  signInInBrowser(open: (url: string) => Promise<void>, options?: CallOptions): Promise<MicrosoftAccount>;
  /** What the account was allowed when it signed in, as Graph names it: `Chat.ReadWrite`. */
  grantedScopes(options?: CallOptions): Promise<string[]>;
}

/** Tokens for the app itself (client credentials): for reading, where an admin granted application permissions. */
export function createAppTokens(options: MicrosoftSignInOptions & { clientSecret: string }): TokenSource {
  const { clientSecret } = options;
  const { configuration, failing } = createTransport(options);
  const app = new ConfidentialClientApplication({
    ...configuration,
    auth: { ...configuration.auth, clientSecret },
  });
  return async ({ isRefused, signal }) => {
    const call = app.acquireTokenByClientCredential({ scopes: appScopes, skipCache: isRefused });
    const refused = {
      happened: `${options.vendor} does not accept the app.`,
      otherwise: 'Check its tenant, client id and client secret, and that the secret has not expired.',
      next: '',
    };
    return tokenOf(options, await unlessCancelled(options.vendor, failing(call, refused), signal));
  };
}

/**
 * The tokens of a signed-in account. They are renewed silently while Microsoft lets us; where it does not any more,
 * every call throws `vendor_auth`, which asks to sign in again. `refreshToken` is what a sign-in elsewhere gave; it is
 * used where nothing is kept yet.
 */
export function createAccountSignIn(
  options: MicrosoftSignInOptions & {
    scopes: readonly string[];
    tokens: TokenStore;
    refreshToken: string | null;
  },
): AccountSignIn {
  const { vendor, tokens, refreshToken } = options;
  const scopes = [...options.scopes];
  const { configuration, failing } = createTransport(options);
  // MSAL is given https addresses only, see `createTransport`.
  const { host, origin } = new URL(options.loginUrl);
  const app = new PublicClientApplication({
    ...configuration,
    cache: {
      cachePlugin: {
        async beforeCacheAccess({ tokenCache }) {
          const kept = await tokens.read();
          if (kept !== null) tokenCache.deserialize(kept);
        },
        async afterCacheAccess({ cacheHasChanged, tokenCache }) {
          if (cacheHasChanged) await tokens.write(tokenCache.serialize());
        },
      },
    },
  });
  const where = `Connectors → ${vendor}, or switchyard sign-in`;
  const notRenewed = {
    happened: `${vendor} does not renew the account's sign-in.`,
    otherwise: '',
    next: `Sign in again: ${where}.`,
  };

  let takingOver: Promise<AuthenticationResult> | null = null;

  /** Who signs in takes the place of whoever did before. */
  async function takeThePlace(result: AuthenticationResult | null): Promise<MicrosoftAccount> {
    const account = given(vendor, given(vendor, result).account);
    const cache = app.getTokenCache();
    for (const known of await cache.getAllAccounts())
      if (known.homeAccountId !== account.homeAccountId) await cache.removeAccount(known);
    return toAccount(account);
  }

  async function keptAccount(): Promise<AccountInfo | null> {
    const [kept] = await app.getTokenCache().getAllAccounts();
    return kept ?? null;
  }

  /** One at a time: a refresh token that is used twice side by side may be taken for stolen. */
  function takeOver(): Promise<AuthenticationResult> {
    takingOver ??= takeOverOnce().finally(() => {
      takingOver = null;
    });
    return takingOver;
  }

  async function takeOverOnce(): Promise<AuthenticationResult> {
    if (refreshToken === null) {
      throw new AppError(
        'vendor_auth',
        `No account is signed in to ${vendor}, and an app alone may not write there. Sign in: ${where}.`,
        { details: { vendor } },
      );
    }
    const request = { refreshToken, scopes, forceCache: true };
    return given(vendor, await failing(app.acquireTokenByRefreshToken(request), notRenewed));
  }

  async function renewed(isRefused: boolean): Promise<AuthenticationResult> {
    const account = await keptAccount();
    if (account === null) return takeOver();
    const request = { account, scopes, forceRefresh: isRefused };
    try {
      return await failing(app.acquireTokenSilent(request), notRenewed);
    } catch (thrown) {
      const isSignedOut = thrown instanceof AppError && thrown.code === 'vendor_auth';
      if (isSignedOut && refreshToken !== null) return takeOver();
      throw thrown;
    }
  }

  return {
    token: async ({ isRefused, signal }) =>
      tokenOf(options, await unlessCancelled(vendor, renewed(isRefused), signal)),
    async account() {
      const kept = await keptAccount();
      return kept === null ? accountOf(vendor, await takeOver()) : toAccount(kept);
    },
    async grantedScopes({ signal } = {}) {
      const { scopes: granted } = await unlessCancelled(vendor, renewed(false), signal);
      return granted.map((scope) => scope.split('/').at(-1) ?? scope);
    },
    async signInByCode(show, { signal } = {}) {
      const request: DeviceCodeRequest = {
        scopes,
        deviceCodeCallback: ({ verificationUri, userCode, message }) =>
          show({ url: verificationUri, code: userCode, message }),
      };
      const cancel = () => {
        request.cancel = true;
      };
      signal?.addEventListener('abort', cancel, { once: true });
      const signedIn = failing(app.acquireTokenByDeviceCode(request), {
        ...notSignedIn(vendor),
        otherwise: 'Nobody has entered the code in time.',
      }).finally(() => signal?.removeEventListener('abort', cancel));
      return takeThePlace(await unlessCancelled(vendor, signedIn, signal));
    },
    async signInInBrowser(open, { signal } = {}) {
      const deadline = AbortSignal.timeout(browserWaitMs);
      const givenUp = signal === undefined ? deadline : AbortSignal.any([signal, deadline]);
      const finished = new AbortController();
      const signedIn = failing(
        app.acquireTokenInteractive({
          scopes,
          successTemplate: closingPage('You are signed in', 'Close this page and go back to Switchyard.'),
          errorTemplate: closingPage('The sign-in did not succeed', 'Switchyard says why. Close this page.'),
          async openBrowser(url) {
            endWhen(givenUp, new URL(url), finished.signal);
            if (!givenUp.aborted) await open(url.replace(`https://${host}`, origin));
          },
        }),
        { ...notSignedIn(vendor), otherwise: 'It was not completed in the browser.' },
      ).finally(() => finished.abort());
      return takeThePlace(await unlessCancelled(vendor, signedIn, signal));
    },
  };
}

const browserWaitMs = 15 * 60_000;

const notSignedIn = (vendor: string) => ({
  happened: `The account is not signed in to ${vendor}.`,
  next: 'Sign in again.',
});

/** What the browser shows when it comes back to this machine. */
function closingPage(title: string, text: string): string {
  return `<!DOCTYPE html><meta charset="utf-8"><title>${title}</title><body style="font: 16px system-ui; margin: 15vh auto; max-width: 30em"><h1 style="font-size: 20px">${title}</h1><p>${text}</p></body>`;
}

/**
 * MSAL closes the server that waits for the browser only when an answer came. So where the caller gives up, it is given
 * one, in the form in which Microsoft would send it.
 */
function endWhen(givenUp: AbortSignal, page: URL, finished: AbortSignal): void {
  const end = () => {
    const state = page.searchParams.get('state') ?? '';
    const body = new URLSearchParams({ error: 'timed_out', error_description: '', state });
    // Where it was answered meanwhile, nobody listens there any more.
    fetch(page.searchParams.get('redirect_uri') ?? '', { method: 'POST', body }).catch(() => undefined);
  };
  if (givenUp.aborted) end();
  else givenUp.addEventListener('abort', end, { once: true, signal: finished });
}

const KeptTokens = z.object({
  RefreshToken: z.record(z.string(), z.object({ secret: z.string() })).default({}),
});

/** The refresh token among what a sign-in kept, for the environment of a machine that keeps no secrets; null without. */
export function refreshTokenIn(tokens: string): string | null {
  const [first] = Object.values(KeptTokens.parse(JSON.parse(tokens)).RefreshToken);
  return first?.secret ?? null;
}

function given<Result>(vendor: string, result: Result | null): Result {
  if (result === null) throw garbled(vendor, 'no token');
  return result;
}

function tokenOf({ vendor }: MicrosoftSignInOptions, result: AuthenticationResult | null): string {
  return given(vendor, result).accessToken;
}

function accountOf(vendor: string, { account }: AuthenticationResult): MicrosoftAccount {
  return toAccount(given(vendor, account));
}

function toAccount({ localAccountId, username }: AccountInfo): MicrosoftAccount {
  return { id: localAccountId, email: username.toLowerCase() };
}
