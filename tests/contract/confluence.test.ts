import { describe, expect, onTestFinished, test } from 'vitest';
import {
  type ConfluenceOptions,
  createConfluenceConnector,
} from '../../electron/core/connectors/confluence/client.ts';
import type { KnowledgeConnector } from '../../electron/core/connectors/connector.ts';
import { createConfluenceStandIn } from '../../electron/core/sandbox/confluence.ts';
import type { StandInReply, StandInRequest } from '../../electron/core/sandbox/stand-in.ts';
import type { WorldPage } from '../../electron/core/sandbox/world.ts';
import { loadContract } from './contract-check.ts';
import { createTestLog, credentials, serveStandIn, stoppedClock } from './stand-in-server.ts';

const label = 'lead-routing-policy';
const { email, apiToken, bearerToken } = credentials.confluence;

const page = (id: string, more: Partial<WorldPage> = {}): WorldPage => ({
  id,
  space: 'REVOPS',
  title: `Policy ${id}`,
  version: 1,
  labels: [label],
  body: `<p>Policy &amp; more of ${id}</p>`,
  restricted: false,
  ...more,
});

async function setUp(
  options: { pages?: WorldPage[]; auth?: ConfluenceOptions['auth']; timeoutMs?: number } = {},
) {
  const server = await serveStandIn({
    system: 'confluence',
    world: { confluence: { pages: options.pages ?? [page('33001'), page('33002', { labels: ['other'] })] } },
    create: createConfluenceStandIn,
  });
  onTestFinished(() => server[Symbol.asyncDispose]());
  const log = createTestLog();
  const connector = createConfluenceConnector({
    baseUrl: server.url,
    auth: { email, apiToken },
    timeoutMs: 2_000,
    clock: stoppedClock,
    log,
    ...options,
  });
  return { ...server, connector, log };
}

const idsOf = (pages: readonly { id: string }[]) => pages.map(({ id }) => id);
const isPage = (id: string) => (request: StandInRequest) => request.url.pathname.endsWith(`/pages/${id}`);
const refusal = (status: number, headers: Record<string, string> = {}): StandInReply => ({
  status,
  headers,
  body: { errors: [{ status, code: 'SOME_CODE', title: 'In their words', detail: null }] },
});

const contract = await loadContract('confluence');

describe.skipIf(contract === null)('Confluence contract', () => {
  test('every method of the connector asks what Confluence takes, and the stand-in answers as it does', async () => {
    const { connector, exchanges } = await setUp();
    const calls: Record<Exclude<keyof KnowledgeConnector, 'system'>, () => Promise<unknown>> = {
      findPolicyPages: () => connector.findPolicyPages({ label }),
      readPage: () => connector.readPage('33002'),
    };
    const operations: Record<string, (string | null)[]> = {};
    const problems: string[] = [];
    for (const [method, call] of Object.entries(calls)) {
      const from = exchanges.length;
      await call();
      const verdicts = exchanges.slice(from).map((exchange) => contract?.check(exchange));
      operations[method] = verdicts.map((verdict) => verdict?.operationId ?? null);
      problems.push(...verdicts.flatMap((verdict) => verdict?.problems ?? []));
    }
    expect(problems).toEqual([]);
    expect(operations).toEqual({
      findPolicyPages: ['getContentSearchV1', 'getPageById'],
      readPage: ['getPageById'],
    });
  });
});

describe('Confluence connector: reading', () => {
  test('pages with the label are read whole, others are not', async () => {
    const { connector, url } = await setUp();
    expect(await connector.findPolicyPages({ label })).toEqual([
      {
        source: 'confluence',
        id: '33001',
        version: 1,
        title: 'Policy 33001',
        body: '<p>Policy &amp; more of 33001</p>',
        url: `${url}/wiki/spaces/REVOPS/pages/33001`,
        labels: [label],
        fetchedAt: '2026-05-18T09:00:00.000Z',
      },
    ]);
    expect(await connector.findPolicyPages({ label: 'nothing' })).toEqual([]);
  });

  test('a label with quotes and backslashes stays one label', async () => {
    const odd = 'a" or label = "other\\';
    const { connector } = await setUp({
      pages: [page('1', { labels: [odd] }), page('2', { labels: ['other'] })],
    });
    expect(idsOf(await connector.findPolicyPages({ label: odd }))).toEqual(['1']);
  });

  test('a list of several pages is read to its end', async () => {
    const pages = Array.from({ length: 230 }, (_, index) => page(String(1_000 + index)));
    const { connector, exchanges } = await setUp({ pages });
    expect(idsOf(await connector.findPolicyPages({ label }))).toEqual(idsOf(pages));
    const searches = exchanges.filter(({ request }) => request.url.pathname.endsWith('/search'));
    expect(searches.map(({ request }) => request.url.searchParams.get('cursor'))).toEqual([
      null,
      '100',
      '200',
    ]);
  });

  test('the credentials never follow a link to another host', async () => {
    const { connector, answerNext, exchanges } = await setUp();
    const next = 'https://elsewhere.example/wiki/rest/api/content/search?cql=label%3D%22other%22';
    answerNext({ status: 200, body: { results: [], size: 0, _links: { next } } });
    expect(idsOf(await connector.findPolicyPages({ label }))).toEqual(['33002']);
    expect(exchanges).toHaveLength(3);
  });

  test('a new version is read as such, and a page that was taken away is null', async () => {
    const { connector, standIn } = await setUp();
    standIn.setPage(page('33001', { version: 2, body: '<p>New</p>' }));
    expect(await connector.readPage('33001')).toMatchObject({ version: 2, body: '<p>New</p>' });
    standIn.removePage('33001');
    expect(await connector.readPage('33001')).toBeNull();
    expect(() => standIn.removePage('33001')).toThrow(expect.objectContaining({ code: 'not_found' }));
  });

  test('an id of another system is not asked for', async () => {
    const { connector, exchanges } = await setUp();
    expect(await connector.readPage('policy.aspx')).toBeNull();
    expect(exchanges).toEqual([]);
  });

  test('an archived page governs nothing', async () => {
    const { connector, answerNext } = await setUp();
    const archived = { id: '33001', status: 'archived', title: 'Old', version: { number: 1 } };
    answerNext({ status: 200, body: { ...archived, body: { storage: { value: '' } } } });
    expect(await connector.readPage('33001')).toBeNull();
  });

  test('an OAuth token is presented as bearer', async () => {
    const { connector } = await setUp({ auth: { bearerToken } });
    expect(idsOf(await connector.findPolicyPages({ label }))).toEqual(['33001']);
  });
});

describe('Confluence connector: pages that the account may not read', () => {
  test('restricted pages are hidden from the search and from reading', async () => {
    const { connector } = await setUp({ pages: [page('1', { restricted: true }), page('2')] });
    expect(idsOf(await connector.findPolicyPages({ label }))).toEqual(['2']);
    expect(await connector.readPage('1')).toBeNull();
  });

  test.each([403, 404])(
    'where the search lists one that answers %i, it is left out and logged',
    async (status) => {
      const { connector, answerNext, log } = await setUp({ pages: [page('1'), page('2')] });
      answerNext(refusal(status), isPage('1'));
      expect(idsOf(await connector.findPolicyPages({ label }))).toEqual(['2']);
      expect(log.warnings).toMatchObject([{ fields: { pages: ['1'], label } }]);
    },
  );

  test('where none can be read, that is no empty policy', async () => {
    const { connector, answerNext } = await setUp({ pages: [page('1'), page('2')] });
    answerNext(refusal(403), isPage('1'));
    answerNext(refusal(404), isPage('2'));
    await expect(connector.findPolicyPages({ label })).rejects.toMatchObject({
      code: 'vendor_refused',
      message: expect.stringContaining('may read none'),
    });
  });

  test('any other failure of one page fails the whole', async () => {
    const { connector, answerNext } = await setUp({ pages: [page('1'), page('2')] });
    answerNext(refusal(503), isPage('2'));
    await expect(connector.findPolicyPages({ label })).rejects.toMatchObject({ code: 'vendor_unreachable' });
  });
});

describe('Confluence connector: failures, each after one try', () => {
  const html = { 'content-type': 'text/html' };

  test.each<[string, StandInReply, object]>([
    ['403', refusal(403), { code: 'vendor_refused', message: expect.stringContaining('In their words') }],
    ['400', refusal(400), { code: 'vendor_refused' }],
    ['429 with seconds', refusal(429, { 'retry-after': '2' }), { code: 'vendor_busy', retryAfterMs: 2_000 }],
    ['429 without a time', refusal(429), { code: 'vendor_busy', retryAfterMs: undefined }],
    ['503', refusal(503), { code: 'vendor_unreachable' }],
    [
      'a sign-in page',
      { status: 200, headers: html, body: '<html>Sign in</html>' },
      { code: 'vendor_garbled' },
    ],
    ['a redirect', { status: 302, headers: { location: '/login' } }, { code: 'vendor_garbled' }],
    [
      "a 404 that is not Confluence's",
      { status: 404, headers: html, body: '<h1>Lost</h1>' },
      { code: 'vendor_garbled' },
    ],
    ['a page without its body', { status: 200, body: { id: '33001', body: {} } }, { code: 'vendor_garbled' }],
    ['half an answer', { status: 200, body: '{"id":"33' }, { code: 'vendor_garbled' }],
    [
      'an answer that breaks off',
      { status: 200, headers: { 'content-length': '500', connection: 'close' }, body: '{"id":' },
      { code: 'vendor_unreachable' },
    ],
  ])('%s', async (_, reply, error) => {
    const { connector, answerNext, exchanges } = await setUp();
    answerNext(reply);
    await expect(connector.readPage('33001')).rejects.toMatchObject(error);
    expect(exchanges).toHaveLength(1);
  });

  test('a wrong token is told, without the token', async () => {
    const { connector } = await setUp({ auth: { email, apiToken: 'wrong-token' } });
    const error: unknown = await connector.findPolicyPages({ label }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'vendor_auth', message: expect.stringContaining('Unauthorized') });
    expect(JSON.stringify([error, String(error)])).not.toContain('wrong-token');
  });

  test.each([
    ['timeout', 'vendor_unreachable'],
    ['reset', 'vendor_unreachable'],
    ['http_503', 'vendor_unreachable'],
    ['http_429', 'vendor_busy'],
  ] as const)("the sandbox's %s", async (kind, code) => {
    const { connector, faults } = await setUp({ timeoutMs: 100 });
    faults.arm('confluence', kind, 1);
    await expect(connector.findPolicyPages({ label })).rejects.toMatchObject({ code });
    expect(idsOf(await connector.findPolicyPages({ label }))).toEqual(['33001']);
  });

  test('a call that is cancelled ends at once', async () => {
    const { connector, faults } = await setUp();
    faults.arm('confluence', 'timeout', 1);
    const signal = AbortSignal.timeout(20);
    await expect(connector.readPage('33001', { signal })).rejects.toMatchObject({ code: 'cancelled' });
  });
});

describe('Confluence stand-in', () => {
  const headers = { authorization: `Bearer ${bearerToken}` };
  const search = (cql: string) => `/wiki/rest/api/content/search?${new URLSearchParams({ cql })}`;

  test.each([
    ['label = other', ['33002']],
    ["type=page AND label='other'", ['33002']],
    ['space = REVOPS and type = page', ['33001', '33002']],
    ['type = blogpost', []],
  ])('finds by %s', async (cql, ids) => {
    const { url } = await setUp();
    const response = await fetch(url + search(cql), { headers });
    expect(await response.json()).toMatchObject({ results: ids.map((id) => ({ id })), size: ids.length });
  });

  test.each([
    search(''),
    search('label'),
    search('label = '),
    search('label = "open'),
    search('label = a or type = page'),
    search('label = a and'),
    search('title ~ "policy"'),
    search('"label" = a'),
    `${search('type = page')}&limit=none`,
    '/wiki/api/v2/pages/abc?body-format=storage',
    '/wiki/api/v2/pages/33001?body-format=markdown',
  ])('refuses %s', async (path) => {
    const { url } = await setUp();
    expect((await fetch(url + path, { headers })).status).toBe(400);
  });

  test('a page has a body only where its form is asked for', async () => {
    const { url } = await setUp();
    const response = await fetch(`${url}/wiki/api/v2/pages/33001`, { headers });
    expect(await response.json()).toHaveProperty('body', {});
  });
});
