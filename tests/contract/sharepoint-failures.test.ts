import { describe, expect, test } from 'vitest';
import { graphError } from '../../electron/core/sandbox/graph/router.ts';
import type { StandInReply } from '../../electron/core/sandbox/stand-in.ts';
import {
  call,
  file,
  garbledPage,
  idsOf,
  isDownload,
  pathEnds,
  type SetUp,
  setUp,
} from './sharepoint-connection.ts';
import { credentials } from './stand-in-server.ts';

describe('SharePoint connector: failures', () => {
  test.each<[string, SetUp, string]>([
    ['a site that is not there', { siteUrl: 'https://sandbox.sharepoint.com/sites/Nowhere' }, 'no site at'],
    ['a library that is not there', { library: 'Rules' }, 'It has Documents, Site Pages.'],
  ])('%s is told in words', async (_, options, words) => {
    const { connector } = await setUp(options);
    await expect(connector.findPolicyPages(call)).rejects.toMatchObject({
      code: 'vendor_refused',
      message: expect.stringContaining(words),
    });
  });

  test('a wrong secret is told, without the secret', async () => {
    const { connector } = await setUp({ clientSecret: 'wrong-secret' });
    const error: unknown = await connector.findPolicyPages(call).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'vendor_auth', message: expect.stringContaining('AADSTS7000215') });
    expect(JSON.stringify([error, String(error)])).not.toContain('wrong-secret');
  });

  const busy = (retryAfter?: string): StandInReply => ({
    ...graphError(429, 'TooManyRequests', 'In their words'),
    headers: retryAfter === undefined ? {} : { 'retry-after': retryAfter },
  });
  const half = { 'content-length': '500', connection: 'close' };

  test.each<[string, StandInReply, object]>([
    ['400', graphError(400, 'invalidRequest', 'In their words'), { code: 'vendor_refused' }],
    ['403', graphError(403, 'accessDenied', 'In their words'), { code: 'vendor_refused' }],
    ['423', graphError(423, 'resourceLocked', 'In their words'), { code: 'vendor_refused' }],
    ['429 with seconds', busy('2'), { code: 'vendor_busy', retryAfterMs: 2_000 }],
    ['429 with a fraction', busy('0.25'), { code: 'vendor_busy', retryAfterMs: 250 }],
    ['429 with a date', busy('Mon, 18 May 2020 09:00:00 GMT'), { code: 'vendor_busy', retryAfterMs: 0 }],
    ['429 without a time', busy(), { code: 'vendor_busy', retryAfterMs: undefined }],
    ['500', graphError(500, 'generalException', 'In their words'), { code: 'vendor_unreachable' }],
    ['a sign-in page', garbledPage, { code: 'vendor_garbled' }],
    [
      'items without their version',
      { status: 200, body: { value: [{ fields: {} }] } },
      { code: 'vendor_garbled' },
    ],
    ['half an answer', { status: 200, body: '{"value":[' }, { code: 'vendor_garbled' }],
    [
      'an answer that breaks off',
      { status: 200, headers: half, body: '{"value":' },
      { code: 'vendor_unreachable' },
    ],
  ])('%s while listing', async (_, reply, error) => {
    const { connector, answerNext } = await setUp();
    answerNext(reply, pathEnds('/items'));
    await expect(connector.findPolicyPages(call)).rejects.toMatchObject(error);
    expect(idsOf(await connector.findPolicyPages(call))).toEqual(['p1']);
  });

  test.each<[string, StandInReply, object]>([
    ['a file that is locked', graphError(423, 'resourceLocked', 'Locked'), { code: 'vendor_busy' }],
    ['an address that has expired', { status: 403, body: 'Expired' }, { code: 'vendor_garbled' }],
    ['a file that breaks off', { status: 200, headers: half, body: 'abc' }, { code: 'vendor_unreachable' }],
  ])('%s while fetching', async (name, reply, error) => {
    const { connector, answerNext } = await setUp({ pages: [file('f1'), file('f2')] });
    answerNext(reply, name.includes('locked') ? pathEnds('/f1/content') : isDownload);
    await expect(connector.findPolicyPages(call)).rejects.toMatchObject(error);
    expect(idsOf(await connector.findPolicyPages(call))).toEqual(['f1', 'f2']);
  });

  test.each([
    ['timeout', 'vendor_unreachable'],
    ['reset', 'vendor_unreachable'],
    ['http_503', 'vendor_unreachable'],
    ['http_429', 'vendor_busy'],
  ] as const)("the sandbox's %s", async (kind, code) => {
    const { connector, faults } = await setUp({ timeoutMs: 200 });
    // The first request is the sign-in, the second the site.
    for (const before of ['sign-in', 'site']) {
      faults.arm('sharepoint', kind, 1);
      await expect(connector.findPolicyPages(call), before).rejects.toMatchObject({ code });
      await connector.findPolicyPages(call);
    }
    expect(idsOf(await connector.findPolicyPages(call))).toEqual(['p1']);
  });

  test('a new token that is refused as well is a sign-in that does not hold', async () => {
    const { connector, answerNext } = await setUp();
    answerNext(graphError(401, 'InvalidAuthenticationToken', 'Expired'), pathEnds('/items'));
    answerNext(graphError(401, 'InvalidAuthenticationToken', 'Expired'), pathEnds('/items'));
    await expect(connector.findPolicyPages(call)).rejects.toMatchObject({ code: 'vendor_auth' });
  });

  test('a call that is cancelled ends at once', async () => {
    const { connector, faults } = await setUp();
    await connector.findPolicyPages(call);
    faults.arm('sharepoint', 'timeout', 1);
    const signal = AbortSignal.timeout(20);
    await expect(connector.findPolicyPages(call, { signal })).rejects.toMatchObject({ code: 'cancelled' });
  });
});

describe('SharePoint stand-in', () => {
  async function signedIn() {
    const server = await setUp({ pages: [file('f1')] });
    const { tenantId, clientId, clientSecret } = credentials.microsoft;
    const form = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret };
    const reply = await fetch(`${server.url}/${tenantId}/oauth2/v2.0/token`, {
      method: 'POST',
      body: new URLSearchParams(form),
    });
    const { access_token } = (await reply.json()) as { access_token: string };
    return { url: server.url, headers: { authorization: `Bearer ${access_token}` } };
  }

  test('the address of a file takes no token, and works once', async () => {
    const { url, headers } = await signedIn();
    const content = `${url}/v1.0/drives/drive-RevOps-Policies/items/f1/content`;
    const address = async () =>
      (await fetch(content, { headers, redirect: 'manual' })).headers.get('location') ?? '';
    const location = await address();
    expect((await fetch(location)).status).toBe(200);
    expect((await fetch(location)).status).toBe(404);
    expect((await fetch(await address(), { headers })).status).toBe(401);
  });

  test("the site's own pages are listed only with `system`, columns and files only where asked for", async () => {
    const { url, headers } = await signedIn();
    const site = `${url}/v1.0/sites/sandbox.sharepoint.com,site-RevOps,web-RevOps`;
    const get = async (path: string) => JSON.stringify(await (await fetch(site + path, { headers })).json());
    expect(await get('/lists')).not.toContain('webPageLibrary');
    expect(await get('/lists?$select=id,system')).toContain('webPageLibrary');
    expect(await get('/lists/list-RevOps-Policies/items')).not.toMatch(/driveItem|_UIVersionString/);
  });

  test('without a token nothing is told', async () => {
    const { url } = await setUp();
    expect((await fetch(`${url}/v1.0/sites/sandbox.sharepoint.com:/sites/RevOps`)).status).toBe(401);
  });
});
