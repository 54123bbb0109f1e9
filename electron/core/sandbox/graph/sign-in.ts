import { createHash, randomUUID } from 'node:crypto';
import type { SandboxCredentials, StandInReply, StandInRequest } from '../stand-in.ts';
import { ownAccount } from './own-account.ts';
import { codePage, consentPage, donePage, sendOnPage } from './sign-in-pages.ts';

/** Whom an access token stands for. */
export type Caller = 'app' | 'account';

/** What an administrator has allowed the app, and what the account was allowed. Everything, at first. */
export interface Permissions {
  has(caller: Caller, permission: string): boolean;
  revoke(caller: Caller, permission: string): void;
  grant(caller: Caller, permission: string): void;
}

/** Entra's sign-in: tokens for the app, and for the one account that may sign in to it. */
export interface SignIn {
  readonly permissions: Permissions;
  /** The answer to a request for tokens or for a page of the sign-in; null where it is none. */
  handle(request: StandInRequest): StandInReply | null;
  /** Whom the Authorization header's token stands for; null where it is none of ours, or no longer. */
  callerOf(request: StandInRequest): Caller | null;
  /** No access token that was given out is good any more; new ones can be had. */
  expireTokens(): void;
  /** The account has to sign in again: neither its access tokens nor its refresh tokens are good any more. */
  revokeAccount(): void;
  /** The account's owner enters the code that the program shows, or refuses what it asks for. */
  enterCode(code: string, answer?: 'accept' | 'refuse'): void;
  /** Codes that were not entered yet are too old. */
  expireCodes(): void;
}

const entraPath = /^\/([^/]+)\/oauth2\/v2\.0\/(token|devicecode|authorize)$/;
const devicePath = '/device';
const tokenLifeSeconds = 3_600;

export function createSignIn(microsoft: SandboxCredentials['microsoft'], baseUrl: () => string): SignIn {
  const { tenantId, clientId, clientSecret } = microsoft;
  const permissions = createPermissions();
  const accessTokens = new Map<string, Caller>();
  const refreshTokens = new Set([microsoft.refreshToken]);
  /** Device code to its user code and what became of it. */
  const codes = new Map<string, { userCode: string; state: 'waiting' | 'accept' | 'refuse' | 'expired' }>();
  /** Authorization code to what it was asked for with. */
  const grants = new Map<string, { redirectUri: string; challenge: string; scope: string }>();
  let count = 0;

  function issue(caller: Caller): string {
    count += 1;
    const token = `sandbox-${caller}-${count}`;
    accessTokens.set(token, caller);
    return token;
  }

  function appToken(form: URLSearchParams): StandInReply {
    if (form.get('client_secret') !== clientSecret) {
      return refused(401, 'invalid_client', 'AADSTS7000215: Invalid client secret provided.');
    }
    const body = { token_type: 'Bearer', expires_in: tokenLifeSeconds, access_token: issue('app') };
    return { status: 200, body };
  }

  function accountTokens(scope: string | null): StandInReply {
    const accessToken = issue('account');
    const refreshToken = `sandbox-refresh-${count}`;
    refreshTokens.add(refreshToken);
    const nowSeconds = Math.floor(Date.now() / 1000);
    const claims = {
      aud: clientId,
      iss: `${baseUrl()}/${tenantId}/v2.0`,
      iat: nowSeconds,
      exp: nowSeconds + tokenLifeSeconds,
      oid: ownAccount.id,
      tid: tenantId,
      name: ownAccount.name,
      preferred_username: ownAccount.email,
    };
    const granted = (scope ?? '').split(' ').filter((name) => permissions.has('account', name));
    return {
      status: 200,
      body: {
        token_type: 'Bearer',
        scope: granted.join(' '),
        expires_in: tokenLifeSeconds,
        access_token: accessToken,
        refresh_token: refreshToken,
        id_token: [{ typ: 'JWT', alg: 'none' }, claims, {}].map(encoded).join('.'),
        client_info: encoded({ uid: ownAccount.id, utid: tenantId }),
      },
    };
  }

  function byRefreshToken(form: URLSearchParams): StandInReply {
    return refreshTokens.has(form.get('refresh_token') ?? '')
      ? accountTokens(form.get('scope'))
      : refused(400, 'invalid_grant', 'AADSTS700082: The refresh token has expired due to inactivity.');
  }

  function byDeviceCode(form: URLSearchParams): StandInReply {
    const code = codes.get(form.get('device_code') ?? '');
    switch (code?.state) {
      case undefined:
        return refused(400, 'bad_verification_code', 'AADSTS70018: Bad verification code.');
      case 'waiting':
        return refused(400, 'authorization_pending', 'AADSTS70016: Authorization is pending.');
      case 'refuse':
        return refused(400, 'authorization_declined', 'AADSTS70017: The end user denied the request.');
      case 'expired':
        return refused(400, 'expired_token', 'AADSTS70020: The code has expired.');
      case 'accept':
        return accountTokens(form.get('scope'));
    }
  }

  /** A code works once, and only for whom knows what its challenge was made of (PKCE). */
  function byAuthorizationCode(form: URLSearchParams): StandInReply {
    const code = form.get('code') ?? '';
    const grant = grants.get(code);
    grants.delete(code);
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    if (grant === undefined || grant.redirectUri !== form.get('redirect_uri'))
      return refused(400, 'invalid_grant', 'AADSTS70008: The provided authorization code has expired.');
    if (grant.challenge !== challenge)
      return refused(400, 'invalid_grant', 'AADSTS501481: The Code_Verifier does not match.');
    return accountTokens(grant.scope);
  }

  function newCode(): StandInReply {
    count += 1;
    const userCode = `CODE${count}`;
    codes.set(`device-${count}`, { userCode, state: 'waiting' });
    const verificationUri = baseUrl() + devicePath;
    return {
      status: 200,
      body: {
        user_code: userCode,
        device_code: `device-${count}`,
        verification_uri: verificationUri,
        expires_in: 900,
        interval: 1,
        message: `To sign in, open ${verificationUri} and enter the code ${userCode}.`,
      },
    };
  }

  function enterCode(userCode: string, answer: 'accept' | 'refuse' = 'accept'): boolean {
    const wanted = userCode.trim().toUpperCase();
    const code = [...codes.values()].find((known) => known.userCode === wanted && known.state === 'waiting');
    if (code !== undefined) code.state = answer;
    return code !== undefined;
  }

  function handleDevicePage({ method, body }: StandInRequest): StandInReply {
    if (method !== 'POST') return codePage(devicePath, null);
    const form = new URLSearchParams(body);
    return enterCode(form.get('code') ?? '', answerIn(form))
      ? donePage('That is all. Close this page and go back to Switchyard.')
      : codePage(devicePath, 'That code does not work. Check it and try again.');
  }

  function handleAuthorize({ method, url, body }: StandInRequest): StandInReply {
    const asked = method === 'POST' ? new URLSearchParams(body) : url.searchParams;
    const redirectUri = asked.get('redirect_uri') ?? '';
    const problem = problemOf(asked, redirectUri);
    if (problem !== null) return donePage(problem);
    const fields = Object.fromEntries(asked);
    if (method !== 'POST') return consentPage(url.pathname, fields, asked.get('scope') ?? '');
    const state = asked.get('state') ?? '';
    if (answerIn(asked) === 'refuse') {
      const error_description = 'AADSTS65004: User declined to consent to access the app.';
      return sendOnPage(redirectUri, { error: 'access_denied', error_description, state });
    }
    const code = randomUUID();
    const [challenge, scope] = [asked.get('code_challenge') ?? '', asked.get('scope') ?? ''];
    grants.set(code, { redirectUri, challenge, scope });
    return sendOnPage(redirectUri, { code, state });
  }

  /** Why Entra shows a page of its own instead of going on. */
  function problemOf(asked: URLSearchParams, redirectUri: string): string | null {
    if (asked.get('client_id') !== clientId)
      return 'AADSTS700016: Application was not found in the directory.';
    if (!/^http:\/\/localhost(:\d+)?\/?$/.test(redirectUri))
      return 'AADSTS50011: The redirect URI does not match those of the application.';
    const isPkce = asked.get('code_challenge_method') === 'S256' && asked.has('code_challenge');
    return isPkce ? null : 'AADSTS9002325: Proof Key for Code Exchange is required.';
  }

  function handleEntra(request: StandInRequest, tenant: string, what: string): StandInReply | null {
    const form = new URLSearchParams(request.body);
    if (tenant !== tenantId) {
      return refused(400, 'invalid_request', `AADSTS90002: Tenant '${tenant}' not found.`);
    }
    if (what === 'authorize') return handleAuthorize(request);
    if (request.method !== 'POST') return null;
    if (form.get('client_id') !== clientId) {
      return refused(400, 'unauthorized_client', 'AADSTS700016: Application was not found in the directory.');
    }
    if (what === 'devicecode') return newCode();
    switch (form.get('grant_type')) {
      case 'client_credentials':
        return appToken(form);
      case 'refresh_token':
        return byRefreshToken(form);
      case 'authorization_code':
        return byAuthorizationCode(form);
      case 'device_code':
      case 'urn:ietf:params:oauth:grant-type:device_code':
        return byDeviceCode(form);
      default:
        return refused(400, 'unsupported_grant_type', 'AADSTS70003: The grant type is not supported.');
    }
  }

  return {
    permissions,
    handle(request) {
      const { pathname } = request.url;
      if (pathname === devicePath) return handleDevicePage(request);
      const [, tenant, what] = entraPath.exec(pathname) ?? [];
      return tenant === undefined || what === undefined ? null : handleEntra(request, tenant, what);
    },
    callerOf({ headers }) {
      const token = /^Bearer (.+)$/i.exec(headers.authorization ?? '')?.[1];
      return accessTokens.get(token ?? '') ?? null;
    },
    expireTokens: () => accessTokens.clear(),
    revokeAccount() {
      refreshTokens.clear();
      for (const [token, caller] of accessTokens) if (caller === 'account') accessTokens.delete(token);
    },
    enterCode: (code, answer) => void enterCode(code, answer),
    expireCodes() {
      for (const code of codes.values()) if (code.state === 'waiting') code.state = 'expired';
    },
  };
}

function createPermissions(): Permissions {
  const revoked = new Set<string>();
  const keyOf = (caller: Caller, permission: string) =>
    `${caller} ${(permission.split('/').at(-1) ?? permission).toLowerCase()}`;
  return {
    has: (caller, permission) => !revoked.has(keyOf(caller, permission)),
    revoke: (caller, permission) => void revoked.add(keyOf(caller, permission)),
    grant: (caller, permission) => void revoked.delete(keyOf(caller, permission)),
  };
}

const answerIn = (form: URLSearchParams): 'accept' | 'refuse' =>
  form.get('answer') === 'refuse' ? 'refuse' : 'accept';

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function refused(status: number, error: string, description: string): StandInReply {
  return { status, body: { error, error_description: description, error_codes: [], suberror: '' } };
}
