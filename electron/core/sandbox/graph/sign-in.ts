import type { SandboxCredentials, StandInReply, StandInRequest } from '../stand-in.ts';

/** The account that Switchyard posts with, as Entra knows it. */
export const ownAccount = {
  id: 't-switchyard',
  name: 'Switchyard',
  email: 'switchyard@sandbox.example',
} as const;

/** Whom an access token stands for. */
export type Caller = 'app' | 'account';

/** Entra's sign-in: tokens for the app, and for the one account that may sign in to it. */
export interface SignIn {
  /** The answer to a request for tokens; null where it is none. */
  handle(request: StandInRequest): StandInReply | null;
  /** Whom the Authorization header's token stands for; null where it is none of ours, or no longer. */
  callerOf(request: StandInRequest): Caller | null;
  /** No access token that was given out is good any more; new ones can be had. */
  expireTokens(): void;
  /** The account has to sign in again: neither its access tokens nor its refresh tokens are good any more. */
  revokeAccount(): void;
  /** The account's owner enters the code that the program shows. */
  enterCode(code: string): void;
}

const tokenPath = /^\/([^/]+)\/oauth2\/v2\.0\/(token|devicecode)$/;
const tokenLifeSeconds = 3_600;

export function createSignIn(microsoft: SandboxCredentials['microsoft'], baseUrl: () => string): SignIn {
  const { tenantId, clientId, clientSecret } = microsoft;
  const accessTokens = new Map<string, Caller>();
  const refreshTokens = new Set([microsoft.refreshToken]);
  /** Device code to whether its user code was entered. */
  const codes = new Map<string, { userCode: string; isEntered: boolean }>();
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
    return {
      status: 200,
      body: {
        token_type: 'Bearer',
        scope: scope ?? '',
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

  function byCode(form: URLSearchParams): StandInReply {
    const code = codes.get(form.get('device_code') ?? '');
    if (code === undefined)
      return refused(400, 'bad_verification_code', 'AADSTS70018: Bad verification code.');
    if (!code.isEntered)
      return refused(400, 'authorization_pending', 'AADSTS70016: Authorization is pending.');
    return accountTokens(form.get('scope'));
  }

  function newCode(): StandInReply {
    count += 1;
    const userCode = `CODE${count}`;
    codes.set(`device-${count}`, { userCode, isEntered: false });
    const verificationUri = `${baseUrl()}/device`;
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

  return {
    handle({ method, url, body }) {
      const [, tenant, what] = tokenPath.exec(url.pathname) ?? [];
      if (method !== 'POST' || tenant === undefined) return null;
      const form = new URLSearchParams(body);
      if (tenant !== tenantId) {
        return refused(400, 'invalid_request', `AADSTS90002: Tenant '${tenant}' not found.`);
      }
      if (form.get('client_id') !== clientId) {
        return refused(
          400,
          'unauthorized_client',
          'AADSTS700016: Application was not found in the directory.',
        );
      }
      if (what === 'devicecode') return newCode();
      switch (form.get('grant_type')) {
        case 'client_credentials':
          return appToken(form);
        case 'refresh_token':
          return byRefreshToken(form);
        case 'device_code':
        case 'urn:ietf:params:oauth:grant-type:device_code':
          return byCode(form);
        default:
          return refused(400, 'unsupported_grant_type', 'AADSTS70003: The grant type is not supported.');
      }
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
    enterCode(userCode) {
      for (const code of codes.values()) if (code.userCode === userCode) code.isEntered = true;
    },
  };
}

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function refused(status: number, error: string, description: string): StandInReply {
  return { status, body: { error, error_description: description, error_codes: [], suberror: '' } };
}
