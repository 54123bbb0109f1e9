import { describe, expect, test } from 'vitest';
import { accountScopes } from '../../electron/core/connectors/teams/client.ts';
import type { StandInReply } from '../../electron/core/sandbox/stand-in.ts';
import { credentials } from './stand-in-server.ts';
import { channel, connect, isToken, ours, quiet, setUp, until } from './teams-connection.ts';

/** Answers the page as a person in a browser does, which then sends the outcome on to the program. */
async function answerPage(url: string, answer: 'accept' | 'refuse'): Promise<void> {
  const submit = async (action: string, html: string, more: Record<string, string> = {}) => {
    const fields = [...html.matchAll(/name="(\w+)" value="([^"]*)">/g)].map(([, name = '', value = '']) => [
      name,
      value.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code))),
    ]);
    const form = new URLSearchParams({ ...Object.fromEntries(fields), ...more });
    return (await fetch(action, { method: 'POST', body: form })).text();
  };
  const asked = new URL(url);
  const consent = await (await fetch(url)).text();
  const outcome = await submit(asked.origin + asked.pathname, consent, { answer });
  await submit(asked.searchParams.get('redirect_uri') ?? '', outcome);
}

/** What Entra gives for an account. */
function tokensOf(id: string, email: string): object {
  const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = { oid: id, tid: credentials.microsoft.tenantId, preferred_username: email };
  return {
    token_type: 'Bearer',
    scope: accountScopes.join(' '),
    expires_in: 3_600,
    access_token: `access-${id}`,
    refresh_token: `refresh-${id}`,
    id_token: [{ typ: 'JWT', alg: 'none' }, claims, {}].map(encoded).join('.'),
    client_info: encoded({ uid: id, utid: credentials.microsoft.tenantId }),
  };
}

describe('Microsoft sign-in', () => {
  test('tokens that were refused are renewed, for reading and for posting, and the call goes on', async () => {
    const { server, connector, standIn } = await setUp();
    await connector.findUser('t-emma');
    await connector.post({ to: { user: 't-emma' }, text: '1', key: 'REV-1:1:a', mayBeThere: false });
    standIn.signIn.expireTokens();
    expect(await connector.findUser('t-emma')).toMatchObject({ id: 't-emma' });
    await connector.post({ to: { user: 't-emma' }, text: '2', key: 'REV-1:1:b', mayBeThere: false });
    expect(ours(server)).toHaveLength(2);
  });

  test('an account that must sign in again is told so; the channels are read all the same', async () => {
    const { server, connector, problems, texts, listen, standIn } = await setUp();
    await connector.post({ to: { user: 't-emma' }, text: '1', key: 'REV-1:1:a', mayBeThere: false });
    standIn.signIn.revokeAccount();
    await expect(
      connector.post({ to: { user: 't-emma' }, text: '2', key: 'REV-1:1:b', mayBeThere: false }),
    ).rejects.toMatchObject({ code: 'vendor_auth', message: expect.stringContaining('Sign in again') });
    await listen();
    standIn.sendMessage({ user: 't-emma', channel, text: 'Hello' });
    await quiet(server);
    expect(texts()).toEqual(['Hello']);
    expect(problems).toContainEqual(expect.stringContaining('Sign in again'));
  });

  test('where nobody is signed in, posting says what to do', async () => {
    const { connector } = await setUp({ refreshToken: null });
    const posting = connector.post({
      to: { user: 't-emma' },
      text: '1',
      key: 'REV-1:1:a',
      mayBeThere: false,
    });
    await expect(posting).rejects.toMatchObject({
      code: 'vendor_auth',
      message: expect.stringContaining('an app alone may not write'),
    });
  });

  test('a sign-in by code waits until the code was entered, and is kept', async () => {
    const { server, signIn, standIn, kept } = await setUp({ refreshToken: null });
    const account = { id: standIn.accountId, email: 'switchyard@sandbox.example' };
    expect(await signIn.signInByCode(({ code }) => standIn.signIn.enterCode(code))).toEqual(account);
    const next = connect(server, { kept, refreshToken: null });
    expect(await next.signIn.account()).toEqual(account);
    await next.connector.post({ to: { user: 't-emma' }, text: '1', key: 'REV-1:1:a', mayBeThere: false });
    expect(ours(server)).toHaveLength(1);
  });

  test.each([
    ['refused', ['The sign-in was refused where the code was entered']],
    ['too late', ['The code was not entered in time']],
  ] as const)('a sign-in by code that is %s says so', async (kind, [words]) => {
    const { signIn, standIn } = await setUp({ refreshToken: null });
    const signingIn = signIn.signInByCode(({ code }) =>
      kind === 'refused' ? standIn.signIn.enterCode(code, 'refuse') : standIn.signIn.expireCodes(),
    );
    await expect(signingIn).rejects.toMatchObject({
      code: 'vendor_auth',
      message: expect.stringContaining(words),
    });
  });

  test('a sign-in in the browser is completed on its page, and is kept', async () => {
    const { server, signIn, standIn, kept } = await setUp({ refreshToken: null });
    const account = { id: standIn.accountId, email: 'switchyard@sandbox.example' };
    expect(await signIn.signInInBrowser((url) => answerPage(url, 'accept'))).toEqual(account);
    const next = connect(server, { kept, refreshToken: null });
    await next.connector.post({ to: { user: 't-emma' }, text: '1', key: 'REV-1:1:a', mayBeThere: false });
    expect(ours(server)).toHaveLength(1);
    expect(await signIn.grantedScopes()).toEqual(expect.arrayContaining([...accountScopes]));
  });

  test('who signs in takes the place of another account', async () => {
    const { server, signIn, standIn, kept, answerNext } = await setUp({ refreshToken: null });
    answerNext({ status: 200, body: tokensOf('t-former', 'former@example.com') }, isToken);
    expect(await signIn.signInByCode(() => undefined)).toMatchObject({ id: 't-former' });
    await signIn.signInByCode(({ code }) => standIn.signIn.enterCode(code));
    const next = connect(server, { kept, refreshToken: null });
    expect(await next.signIn.account()).toMatchObject({ id: standIn.accountId });
    expect(kept.tokens).not.toContain('former');
  });

  test('a sign-in in the browser that is refused says so', async () => {
    const { signIn } = await setUp({ refreshToken: null });
    await expect(signIn.signInInBrowser((url) => answerPage(url, 'refuse'))).rejects.toMatchObject({
      code: 'vendor_auth',
      message: expect.stringContaining('The permissions were refused when signing in'),
    });
  });

  test('a sign-in in the browser that is given up ends, and nothing listens any more', async () => {
    const { signIn } = await setUp({ refreshToken: null });
    const stopping = new AbortController();
    let returnTo = '';
    const signingIn = signIn.signInInBrowser(
      async (url) => {
        returnTo = new URL(url).searchParams.get('redirect_uri') ?? '';
        stopping.abort();
      },
      { signal: stopping.signal },
    );
    await expect(signingIn).rejects.toMatchObject({ code: 'cancelled' });
    await until(() =>
      fetch(returnTo).then(
        () => 'answers',
        () => 'refuses',
      ),
    ).toBe('refuses');
  });

  test.each([
    ['AADSTS90002: Tenant not found.', 'There is no such directory'],
    ['AADSTS50076: Due to a configuration change …', 'asks for a second factor'],
    ['AADSTS53003: Access has been blocked by Conditional Access policies.', 'Conditional access blocks'],
    ['AADSTS50173: The provided grant has expired …', 'password was changed'],
  ])('%s while renewing is told in words, with where to sign in again', async (error_description, words) => {
    const { connector, answerNext } = await setUp();
    answerNext({ status: 400, body: { error: 'invalid_grant', error_description } }, isToken);
    const posting = connector.post({
      to: { user: 't-emma' },
      text: '1',
      key: 'REV-1:1:a',
      mayBeThere: false,
    });
    const error: unknown = await posting.catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'vendor_auth', message: expect.stringContaining(words) });
    expect(String(error)).toContain('Sign in again: Connectors → Microsoft Teams, or switchyard sign-in.');
  });

  test('a sign-in by code that is given up ends', async () => {
    const { signIn } = await setUp({ refreshToken: null });
    const stopping = new AbortController();
    const signingIn = signIn.signInByCode(() => stopping.abort(), { signal: stopping.signal });
    await expect(signingIn).rejects.toMatchObject({ code: 'cancelled' });
  });

  test.each<[string, StandInReply, object]>([
    [
      '429',
      { status: 429, headers: { 'retry-after': '2' }, body: {} },
      { code: 'vendor_busy', retryAfterMs: 2_000 },
    ],
    ['503', { status: 503, body: 'away' }, { code: 'vendor_unreachable' }],
    [
      'a web page',
      { status: 200, headers: { 'content-type': 'text/html' }, body: '<html></html>' },
      { code: 'vendor_garbled' },
    ],
    [
      'a refusal for a reason that is not known here',
      {
        status: 400,
        body: { error: 'invalid_request', error_description: 'AADSTS999: In their words. Trace ID: 1' },
      },
      {
        code: 'vendor_auth',
        message: expect.stringMatching(/secret has not expired\. It says: .*AADSTS999: In their words\.$/),
      },
    ],
    [
      'a refusal',
      {
        status: 401,
        body: {
          error: 'invalid_client',
          error_description: 'AADSTS7000222: The secret is expired. Trace ID: 1',
        },
      },
      {
        code: 'vendor_auth',
        message: expect.stringMatching(
          /does not accept the app\. The client secret has expired\. Create a new one .*\(AADSTS7000222\)$/,
        ),
      },
    ],
  ])('%s where a token was asked for', async (_, reply, error) => {
    const { connector, answerNext } = await setUp();
    answerNext(reply, isToken);
    await expect(connector.findUser('t-emma')).rejects.toMatchObject(error);
    expect(await connector.findUser('t-emma')).toMatchObject({ id: 't-emma' });
  });

  test('no token or secret is in what is thrown or logged', async () => {
    const { connector, standIn, log } = await setUp();
    standIn.signIn.revokeAccount();
    const error: unknown = await connector
      .post({ to: { user: 't-emma' }, text: '1', key: 'REV-1:1:a', mayBeThere: false })
      .catch((thrown: unknown) => thrown);
    const shown = JSON.stringify([error, String(error), log.warnings]);
    for (const secret of [
      credentials.microsoft.clientSecret,
      credentials.microsoft.refreshToken,
      'sandbox-account',
    ]) {
      expect(shown).not.toContain(secret);
    }
  });
});
