import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import { connect as connectTo } from 'node:net';
import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { runSignIn } from '../../electron/core/commands/sign-in.ts';
import { readConfig } from '../../electron/core/config.ts';
import {
  salesforceRefreshTokenIn,
  salesforceSignIn,
} from '../../electron/core/connectors/salesforce/web-sign-in.ts';
import { actingUser } from '../../electron/core/sandbox/salesforce/acting-user.ts';
import { salesforceCallbackUrl } from '../../shared/model/salesforce-sign-in.ts';
import { loadContract } from './contract-check.ts';
import {
  connect,
  createMemoryTokens,
  failureOf,
  pressInBrowser,
  signInByHand,
  startOrganisation,
  startServer,
  webApp,
} from './salesforce-organisation.ts';
import { createTestLog, credentials, stoppedClock } from './stand-in-server.ts';

const { clientId } = credentials.salesforce;
const account = { id: actingUser.Id, username: actingUser.Username, email: actingUser.Email };
const { privateKey, publicKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});

function connectAs(url: string, tokens = createMemoryTokens(), refreshToken: string | null = null) {
  return connect(url, { auth: { kind: 'web', clientId, clientSecret: null, refreshToken }, tokens });
}

const contract = await loadContract('salesforce');

/** Everything that listens on the callback's port stands in this file, so that no two files do so at once. */
describe('Salesforce: signing in in the browser', () => {
  it('signs an account in, keeps what renews it, and says who it is', async () => {
    const { url } = await startOrganisation();
    const tokens = createMemoryTokens();
    expect(await signInByHand(url, tokens)).toEqual(account);
    expect(await connectAs(url, tokens).listOwners()).toHaveLength(3);
    expect(salesforceRefreshTokenIn(tokens.kept() ?? '')).toMatch(/^5Aep/);
  });

  it('proves itself by PKCE: a code that somebody else took is worth nothing', async () => {
    const { url, exchanges } = await startOrganisation();
    await signInByHand(url, createMemoryTokens());
    const { searchParams } = exchanges[0]?.request.url ?? new URL(url);
    expect(Object.fromEntries(searchParams)).toMatchObject({
      response_type: 'code',
      redirect_uri: salesforceCallbackUrl,
      code_challenge_method: 'S256',
      scope: 'api refresh_token',
    });
    const token = exchanges.find(({ request }) => request.url.pathname.endsWith('/token'));
    const taken = new URLSearchParams(token?.request.body);
    const again = (verifier: string) => {
      taken.set('code_verifier', verifier);
      return fetch(`${url}/services/oauth2/token`, { method: 'POST', body: taken });
    };
    const answers = [await again('another'), await again(taken.get('code_verifier') ?? '')];
    expect(answers.map(({ status }) => status)).toEqual([400, 400]);
  });

  it('waits on when an answer comes that is not to its question', async () => {
    const { url } = await startOrganisation();
    const pages: string[] = [];
    const signedIn = await salesforceSignIn(webApp(url, createMemoryTokens())).signInInBrowser(
      async (page) => {
        for (const query of ['?code=stolen', '?code=stolen&state=guessed']) {
          pages.push(await (await fetch(`${salesforceCallbackUrl}${query}`)).text());
        }
        pages.push(await (await fetch(new URL('/elsewhere', salesforceCallbackUrl))).text());
        pages.push(await (await pressInBrowser(page, 'allow')).text());
      },
    );
    expect(signedIn).toEqual(account);
    expect(pages.map((page) => /<p>([^<]+)<\/p>/.exec(page)?.[1])).toEqual([
      'This answer belongs to another sign-in. Go on in the page opened last.',
      'This answer belongs to another sign-in. Go on in the page opened last.',
      'There is nothing here.',
      'Switchyard has what it needs. You can close this page.',
    ]);
  });

  it('says that somebody declined, keeps nothing, and gives the port back', async () => {
    const { url } = await startOrganisation();
    const tokens = createMemoryTokens();
    const signIn = salesforceSignIn(webApp(url, tokens));
    const failure = await failureOf(
      signIn.signInInBrowser(async (page) => void pressInBrowser(page, 'deny')),
    );
    expect([failure.code, failure.message, tokens.kept()]).toEqual([
      'vendor_auth',
      expect.stringContaining(
        '"end-user denied authorization" (access_denied). Sign in again and choose Allow',
      ),
      null,
    ]);
    expect(await signInByHand(url, tokens)).toEqual(account);
  });

  it('ends at once when the admin gives up', async () => {
    const { url } = await startOrganisation();
    const controller = new AbortController();
    const waiting = salesforceSignIn(webApp(url, createMemoryTokens())).signInInBrowser(
      async () => controller.abort(),
      { signal: controller.signal },
    );
    expect((await failureOf(waiting)).code).toBe('cancelled');
    await expect(fetch(salesforceCallbackUrl)).rejects.toThrow();
  });

  it('does not wait for a connection that the browser opened and never used', async () => {
    const { url } = await startOrganisation();
    const { port } = new URL(salesforceCallbackUrl);
    const unused = Promise.withResolvers<void>();
    const signedIn = await salesforceSignIn(webApp(url, createMemoryTokens())).signInInBrowser(
      async (page) => {
        const socket = connectTo(Number(port), '127.0.0.1', () => void pressInBrowser(page, 'allow'));
        socket.once('error', () => undefined).once('close', () => unused.resolve());
      },
    );
    expect(signedIn).toEqual(account);
    await unused.promise;
  });

  it('says so when another program has the port', async () => {
    const { url } = await startOrganisation();
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(Number(new URL(salesforceCallbackUrl).port), resolve));
    try {
      const failure = await failureOf(signInByHand(url, createMemoryTokens()));
      expect([failure.code, failure.message]).toEqual([
        'port_in_use',
        expect.stringMatching(/^Port 8717 of this machine is taken/),
      ]);
    } finally {
      await new Promise((resolve) => other.close(resolve));
    }
  });
});

describe.skipIf(contract === null)('Salesforce contract of a sign-in in the browser', () => {
  it('holds for the code, the refresh token, and what they are answered with', async () => {
    const { url, standIn, exchanges } = await startOrganisation();
    const tokens = createMemoryTokens();
    await signInByHand(url, tokens);
    standIn.expireTokens();
    await connectAs(url, tokens).listOwners();
    const asked = exchanges.filter(({ request }) => request.url.pathname.endsWith('/token'));
    const grants = asked.map(({ request }) => new URLSearchParams(request.body).get('grant_type'));
    expect(grants).toEqual(['authorization_code', 'refresh_token']);
    expect(asked.map((exchange) => contract?.check(exchange))).toEqual(
      grants.map(() => ({ operationId: 'token', problems: [] })),
    );
  });
});

describe('Salesforce: signing in on the command line', () => {
  it('shows the address, and prints what the environment of an agent needs', async () => {
    const { url } = await startOrganisation();
    const written = { stdout: '', stderr: '' };
    const stdout = createText((text) => {
      written.stdout += text;
    });
    const stderr = createText((text) => {
      written.stderr += text;
      const page = /^http\S+$/m.exec(text)?.[0];
      if (page !== undefined) void pressInBrowser(page, 'allow');
    });
    const config = readConfig({
      HOME: '/home/ana',
      SWITCHYARD_SALESFORCE_LOGIN_URL: url,
      SWITCHYARD_SALESFORCE_AUTH: 'web',
      SWITCHYARD_SALESFORCE_CLIENT_ID: clientId,
    });
    const command = { system: 'salesforce', config, isBrowser: false, log: createTestLog() } as const;
    expect(await runSignIn(command, { stdout, stderr })).toBe(0);
    const token = /^SWITCHYARD_SALESFORCE_REFRESH_TOKEN=(5Aep\w+)\n$/.exec(written.stdout)?.[1] ?? null;
    expect(await connectAs(url, createMemoryTokens(), token).listOwners()).toHaveLength(3);
    expect(written.stderr).toContain('switchyard@acme.example is signed in');
  });
});

function createText(onWrite: (text: string) => void): Writable {
  return new Writable({
    write(chunk, _encoding, done) {
      onWrite(String(chunk));
      done();
    },
  });
}

describe('Salesforce: renewing a sign-in', () => {
  it('keeps each new refresh token before it is needed, and renews once for many callers', async () => {
    const { url, standIn, exchanges } = await startOrganisation();
    const tokens = createMemoryTokens();
    await signInByHand(url, tokens);
    const connector = connectAs(url, tokens);
    const seen = new Set([tokens.kept()]);
    for (let round = 0; round < 3; round += 1) {
      standIn.expireTokens();
      exchanges.length = 0;
      await Promise.all([connector.listOwners(), connector.findOwner('a@b.example'), connector.listOwners()]);
      seen.add(tokens.kept());
      expect(exchanges.filter(({ request }) => request.url.pathname.endsWith('/token'))).toHaveLength(1);
    }
    expect(seen.size).toBe(4);
    // A restart goes on with what was kept last.
    expect(await connectAs(url, tokens).listOwners()).toHaveLength(3);
  });

  it('goes on with the token that a connector beside it has kept meanwhile', async () => {
    const { url, standIn } = await startOrganisation();
    const tokens = createMemoryTokens();
    await signInByHand(url, tokens);
    const connectors = [connectAs(url, tokens), connectAs(url, tokens)];
    for (let round = 0; round < 3; round += 1) {
      standIn.expireTokens();
      const owners = await Promise.all(connectors.map((connector) => connector.listOwners()));
      expect(owners.map(({ length }) => length)).toEqual([3, 3]);
    }
  });

  it('asks to sign in again where the sign-in was revoked, and works again after it', async () => {
    const { url, standIn } = await startOrganisation();
    const tokens = createMemoryTokens();
    await signInByHand(url, tokens);
    standIn.revokeSignIn();
    standIn.expireTokens();
    const connector = connectAs(url, tokens);
    const failure = await failureOf(connector.listOwners());
    expect([failure.code, failure.message]).toEqual([
      'vendor_auth',
      expect.stringMatching(
        /^switchyard@acme\.example has to sign in to Salesforce again: Connectors → Salesforce → Sign in\. .*"expired access\/refresh token"/,
      ),
    ]);
    await signInByHand(url, tokens);
    expect(await connector.listOwners()).toHaveLength(3);
  });

  it('takes over a sign-in that was made elsewhere, and keeps what comes of it', async () => {
    const { url } = await startOrganisation();
    const elsewhere = createMemoryTokens();
    await signInByHand(url, elsewhere);
    const tokens = createMemoryTokens();
    const given = salesforceRefreshTokenIn(elsewhere.kept() ?? '');
    expect(await connectAs(url, tokens, given).listOwners()).toHaveLength(3);
    expect(await connectAs(url, tokens, given).listOwners()).toHaveLength(3);
  });

  it.each([
    ['nothing', null],
    ['something damaged', '{"refreshToken": '],
    [
      'the sign-in of another app',
      JSON.stringify({ clientId: 'other', loginUrl: 'x', refreshToken: 'y', account: null }),
    ],
  ])('asks to sign in where %s is kept', async (_what, kept) => {
    const { url, exchanges } = await startOrganisation();
    const failure = await failureOf(connectAs(url, createMemoryTokens(kept)).listOwners());
    expect([failure.code, failure.message, exchanges]).toEqual([
      'vendor_auth',
      'Nobody is signed in to Salesforce. An admin signs in: Connectors → Salesforce → Sign in.',
      [],
    ]);
  });
});

describe('Salesforce: signing in by certificate', () => {
  const auth = { kind: 'jwt', clientId, username: actingUser.Username, privateKey } as const;
  const clockAt = (offsetMs: number) => ({
    ...stoppedClock,
    now: () => new Date(stoppedClock.now().getTime() + offsetMs),
  });

  it('acts as the user, and takes a key whose line ends are written as \\n', async () => {
    const { url, standIn } = await startOrganisation();
    standIn.trustCertificate(publicKey);
    const oneLine = privateKey.replaceAll('\n', '\\n');
    for (const key of [privateKey, oneLine]) {
      expect(await connect(url, { auth: { ...auth, privateKey: key } }).listOwners()).toHaveLength(3);
    }
  });

  it.each([
    ['ahead', 10 * 60_000, "This machine's clock is 10 minutes ahead of Salesforce's"],
    ['behind', -8 * 60_000, "This machine's clock is 8 minutes behind Salesforce's"],
  ])('tells a clock that is %s from everything else', async (_how, offsetMs, words) => {
    const { url, standIn } = await startOrganisation();
    standIn.trustCertificate(publicKey);
    const failure = await failureOf(connect(url, { auth, clock: clockAt(offsetMs) }).listOwners());
    expect([failure.code, failure.message]).toEqual(['vendor_auth', expect.stringContaining(words)]);
  });

  it.each([
    ['a user who may not use the app', { username: 'mei@acme.example' }, 'may not use the app'],
    ['an unknown app', { clientId: 'other' }, 'knows no app with this consumer key'],
    ['a key without its certificate', {}, 'The key does not fit the app'],
    ['a key that is none', { privateKey: 'secret text' }, 'cannot be read: it has to be the whole PEM text'],
    [
      'a key of another kind',
      {
        privateKey: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
          type: 'pkcs8',
          format: 'pem',
        }) as string,
      },
      'is no RSA key',
    ],
  ])('says what is wrong: %s', async (what, change, words) => {
    const { url, standIn } = await startOrganisation();
    if (what !== 'a key without its certificate') standIn.trustCertificate(publicKey);
    const failure = await failureOf(connect(url, { auth: { ...auth, ...change } }).listOwners());
    expect([failure.code, failure.message]).toEqual(['vendor_auth', expect.stringContaining(words)]);
    expect(failure.message).not.toContain('secret text');
  });
});

describe('Salesforce: what a token may lead to', () => {
  it('sends no token to an address that an answer merely names', async () => {
    const seen: string[] = [];
    const thief = await startServer((request, response) => {
      seen.push(request.url ?? '');
      response.end('{}');
    });
    const { connector, answerNext } = await startOrganisation();
    await connector.listOwners();
    const nextRecordsUrl = `${thief}/services/data/v62.0/query/01g`;
    answerNext({ status: 200, body: { totalSize: 9, done: false, nextRecordsUrl, records: [] } });
    expect((await failureOf(connector.listOwners())).code).toBe('vendor_garbled');
    expect(seen).toEqual([]);
  });

  it('follows a list that comes back to where it was no further', async () => {
    const { connector, answerNext } = await startOrganisation();
    await connector.listOwners();
    const nextRecordsUrl = '/services/data/v62.0/query/01g000000000001-2000';
    for (let time = 0; time < 2; time += 1) {
      answerNext({ status: 200, body: { totalSize: 9, done: false, nextRecordsUrl, records: [] } });
    }
    expect((await failureOf(connector.listOwners())).code).toBe('vendor_garbled');
    expect(await connector.listOwners()).toHaveLength(3);
  });
});
