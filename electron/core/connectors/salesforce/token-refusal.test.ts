import { describe, expect, it } from 'vitest';
import { tokenRefusal } from './token-refusal.ts';

const now = new Date('2026-05-18T09:00:00Z');
const refusedWith = (status: number, body: object | string, headers: Record<string, string> = {}) =>
  tokenRefusal(
    {
      status,
      headers: new Headers(headers),
      text: typeof body === 'string' ? body : JSON.stringify(body),
    },
    now,
  );

describe('a sign-in that Salesforce does not accept, in plain words', () => {
  it.each([
    ['invalid_grant', 'no client credentials user enabled', 'no user to run as'],
    ['invalid_grant', 'request not supported on this domain', 'enter the My Domain'],
    ['invalid_grant', "user hasn't approved this consumer", 'admin approved users are pre-authorized'],
    ['invalid_app_access', 'user is not admin approved to access this app', 'may not use the app'],
    ['invalid_grant', 'expired access/refresh token', 'Sign in again'],
    ['invalid_grant', 'audience is invalid', 'whether it is a sandbox'],
    ['invalid_client_id', 'client identifier invalid', 'knows no app with this consumer key'],
    ['invalid_client', 'invalid client credentials', "The consumer secret is not the app's"],
    ['redirect_uri_mismatch', 'redirect_uri must match configuration', 'http://localhost:8717/salesforce'],
    ['unsupported_grant_type', 'grant type not supported', 'switched off in the app'],
    ['inactive_user', 'user is inactive', 'was deactivated'],
    ['invalid_grant', 'inactive organization', 'The organisation is closed'],
    ['invalid_grant', 'user is locked', 'locked out'],
    ['invalid_grant', 'ip restricted', 'login IP ranges'],
    ['invalid_grant', 'invalid login hours', 'only at other hours'],
    ['invalid_grant', 'expired authorization code', 'took too long'],
    ['invalid_grant', 'authentication failure', 'Login History'],
    ['something_new', 'said nowhere before', 'Login History'],
  ])('%s: %s', (error, description, words) => {
    const { code, message } = refusedWith(400, { error, error_description: description });
    expect([code, message]).toEqual(['vendor_auth', expect.stringContaining(words)]);
    expect(message).toContain(`"${description}" (${error})`);
  });

  it('puts a wrong clock before everything else, and a small difference nowhere', () => {
    const body = { error: 'invalid_grant', error_description: 'invalid assertion' };
    const [far, near] = ['Mon, 18 May 2026 08:00:00 GMT', 'Mon, 18 May 2026 08:59:30 GMT'].map(
      (date) => refusedWith(400, body, { date }).message,
    );
    expect(far).toContain("60 minutes ahead of Salesforce's");
    expect(near).not.toContain('clock');
  });

  it.each([
    [429, { error: 'rate_limit_exceeded' }, 'vendor_busy'],
    [400, { error: 'server_error' }, 'vendor_unreachable'],
    [503, '<html>', 'vendor_unreachable'],
    [404, '<html>', 'vendor_garbled'],
  ])('HTTP %i is told apart', (status, body, code) => {
    expect(refusedWith(status, body).code).toBe(code);
  });
});
