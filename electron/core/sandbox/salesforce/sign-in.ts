import { createHash, createPublicKey, randomBytes, verify } from 'node:crypto';
import { z } from 'zod';
import { salesforceCallbackUrl } from '../../../../shared/model/salesforce-sign-in.ts';
import type { StandInContext, StandInReply, StandInRequest } from '../stand-in.ts';
import { actingUser } from './acting-user.ts';

/** The sign-in server of one organisation, with one app in it. */
export interface SalesforceSignInServer {
  /** Null for what is no matter of signing in. */
  handle(request: StandInRequest): StandInReply | null;
  /** Whether the request needs no token. */
  isOpen(request: StandInRequest): boolean;
  isAccepted(accessToken: string): boolean;
  /** The app takes assertions that are signed with this certificate's key (PEM, or the public key alone). */
  trustCertificate(pem: string): void;
  /** Sessions end, as they do after some hours. */
  expireTokens(): void;
  /** Somebody revokes the sign-in in Setup: it is not renewed any more. */
  revokeSignIn(): void;
}

const organisationId = '00D000000000001EAA';

const paths = {
  token: '/services/oauth2/token',
  authorize: '/services/oauth2/authorize',
} as const;
const codeLifetimeMs = 10 * 60_000;
/** The vendor's own limit for an assertion. */
const assertionLifetimeMs = 3 * 60_000;

const Claims = z.object({ iss: z.string(), sub: z.string(), aud: z.string(), exp: z.number() });

interface Code {
  challenge: string;
  redirectUri: string;
  expiresAt: number;
}

export function createSignInServer({
  credentials,
  clock,
  baseUrl,
}: Pick<StandInContext, 'credentials' | 'clock' | 'baseUrl'>): SalesforceSignInServer {
  const { clientId, clientSecret, accessToken } = credentials.salesforce;
  const certificates: string[] = [];
  const codes = new Map<string, Code>();
  const refreshTokens = new Set<string>();
  /** The first is the one that everybody knows; each end of the sessions makes another. */
  let current = accessToken;

  /** Salesforce's own time, which a client with a wrong clock can tell by. */
  const dated = (reply: StandInReply): StandInReply => ({
    ...reply,
    headers: { date: clock.now().toUTCString(), ...reply.headers },
  });
  const refused = (error: string, description: string): StandInReply =>
    dated({ status: 400, body: { error, error_description: description } });

  function granted(refreshToken: string | null): StandInReply {
    return dated({
      status: 200,
      body: {
        access_token: current,
        instance_url: baseUrl(),
        id: `${baseUrl()}/id/${organisationId}/${actingUser.Id}`,
        token_type: 'Bearer',
        scope: refreshToken === null ? 'api' : 'api refresh_token',
        issued_at: String(clock.now().getTime()),
        ...(refreshToken === null ? {} : { refresh_token: refreshToken }),
      },
    });
  }

  function newRefreshToken(): string {
    const token = `5Aep${randomBytes(18).toString('hex')}`;
    refreshTokens.add(token);
    return token;
  }

  function giveToken(form: URLSearchParams): StandInReply {
    const grant = form.get('grant_type');
    if (grant === 'urn:ietf:params:oauth:grant-type:jwt-bearer') return byAssertion(form);
    if (form.get('client_id') !== clientId) return refused('invalid_client_id', 'client identifier invalid');
    const secret = form.get('client_secret');
    if (secret === null ? grant === 'client_credentials' : secret !== clientSecret) {
      return refused('invalid_client', 'invalid client credentials');
    }
    switch (grant) {
      case 'client_credentials':
        return granted(null);
      case 'authorization_code':
        return byCode(form);
      case 'refresh_token':
        return byRefreshToken(form);
      default:
        return refused('unsupported_grant_type', 'grant type not supported');
    }
  }

  function byAssertion(form: URLSearchParams): StandInReply {
    const [head = '', payload = '', signature = ''] = (form.get('assertion') ?? '').split('.');
    const claims = claimsIn(payload);
    if (claims === null) return refused('invalid_grant', 'invalid assertion');
    if (claims.iss !== clientId) return refused('invalid_client_id', 'client identifier invalid');
    const signed = Buffer.from(`${head}.${payload}`);
    const isSigned = certificates.some((pem) =>
      verify('RSA-SHA256', signed, createPublicKey(pem), Buffer.from(signature, 'base64url')),
    );
    if (!isSigned) return refused('invalid_grant', 'invalid assertion');
    if (claims.aud !== baseUrl()) return refused('invalid_grant', 'audience is invalid');
    const leftMs = claims.exp * 1000 - clock.now().getTime();
    if (leftMs <= 0) return refused('invalid_grant', 'expired authorization code');
    if (leftMs > assertionLifetimeMs) return refused('invalid_grant', 'invalid assertion');
    if (claims.sub !== actingUser.Username) {
      return refused('invalid_grant', "user hasn't approved this consumer");
    }
    return granted(null);
  }

  function byCode(form: URLSearchParams): StandInReply {
    const name = form.get('code') ?? '';
    const code = codes.get(name);
    codes.delete(name);
    if (code === undefined || code.expiresAt < clock.now().getTime()) {
      return refused('invalid_grant', 'expired authorization code');
    }
    if (code.redirectUri !== form.get('redirect_uri')) {
      return refused('redirect_uri_mismatch', 'redirect_uri must match configuration');
    }
    if (challengeOf(form.get('code_verifier') ?? '') !== code.challenge) {
      return refused('invalid_grant', 'invalid code verifier');
    }
    return granted(newRefreshToken());
  }

  /** The app rotates: a refresh token is good once. */
  function byRefreshToken(form: URLSearchParams): StandInReply {
    if (!refreshTokens.delete(form.get('refresh_token') ?? '')) {
      return refused('invalid_grant', 'expired access/refresh token');
    }
    return granted(newRefreshToken());
  }

  function authorize({ method, url, body }: StandInRequest): StandInReply {
    const asked = method === 'POST' ? new URLSearchParams(body) : url.searchParams;
    if (asked.get('client_id') !== clientId)
      return page(400, 'error=invalid_client_id&error_description=client identifier invalid');
    const redirectUri = asked.get('redirect_uri') ?? '';
    if (redirectUri !== salesforceCallbackUrl) {
      return page(400, 'error=redirect_uri_mismatch&error_description=redirect_uri must match configuration');
    }
    const challenge = asked.get('code_challenge') ?? '';
    if (challenge === '' || asked.get('code_challenge_method') !== 'S256') {
      return page(400, 'error=invalid_request&error_description=missing required code challenge');
    }
    if (method === 'GET') return page(200, consentForm(asked));
    const answer = new URL(redirectUri);
    if (asked.get('answer') === 'allow') {
      const code = randomBytes(24).toString('base64url');
      codes.set(code, { challenge, redirectUri, expiresAt: clock.now().getTime() + codeLifetimeMs });
      answer.searchParams.set('code', code);
    } else {
      answer.searchParams.set('error', 'access_denied');
      answer.searchParams.set('error_description', 'end-user denied authorization');
    }
    answer.searchParams.set('state', asked.get('state') ?? '');
    return { status: 302, headers: { location: answer.href } };
  }

  return {
    handle(request) {
      const { method, url, body } = request;
      if (url.pathname === paths.token) {
        return method === 'POST'
          ? giveToken(new URLSearchParams(body))
          : refused('invalid_request', 'must use HTTP POST');
      }
      if (url.pathname === paths.authorize) return authorize(request);
      return null;
    },
    isOpen: ({ url }) => url.pathname === paths.token || url.pathname === paths.authorize,
    isAccepted: (token) => token === current,
    trustCertificate: (pem) => certificates.push(pem),
    expireTokens() {
      current = `${accessToken}.${randomBytes(8).toString('hex')}`;
    },
    revokeSignIn: () => refreshTokens.clear(),
  };
}

function claimsIn(payload: string): z.output<typeof Claims> | null {
  try {
    return Claims.safeParse(JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'))).data ?? null;
  } catch {
    return null;
  }
}

function challengeOf(verifier: string): string {
  return createHash('sha256').update(verifier).digest('base64url');
}

/** Everything that was asked goes with the answer, as the page keeps nothing. */
function consentForm(asked: URLSearchParams): string {
  const hidden = [...asked].map(
    ([name, value]) => `<input type="hidden" name="${escaped(name)}" value="${escaped(value)}">`,
  );
  return `<p>Signed in as <strong>${actingUser.Username}</strong>.</p>
<p>Switchyard asks to: manage user data via APIs (api), perform requests at any time (refresh_token).</p>
<form method="post" action="${paths.authorize}">${hidden.join('')}
<button name="answer" value="allow">Allow</button> <button name="answer" value="deny">Deny</button></form>`;
}

function page(status: number, content: string): StandInReply {
  return {
    status,
    headers: { 'content-type': 'text/html; charset=utf-8' },
    body: `<!doctype html><html lang="en"><title>Allow Access? (stand-in for Salesforce)</title><body style="font: 1rem/1.6 system-ui; max-width: 32rem; margin: 15vh auto">${content}</body></html>`,
  };
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`);
}
