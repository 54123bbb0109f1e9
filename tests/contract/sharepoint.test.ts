import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { KnowledgeConnector } from '../../electron/core/connectors/connector.ts';
import { readPolicyPage } from '../../electron/core/knowledge/read-page.ts';
import { graphError } from '../../electron/core/sandbox/graph/router.ts';
import type { StandInReply } from '../../electron/core/sandbox/stand-in.ts';
import type { WorldPage } from '../../electron/core/sandbox/world.ts';
import { type Exchange, loadContract } from './contract-check.ts';
import {
  call,
  file,
  idsOf,
  isDownload,
  isGraph,
  isSitePage,
  page,
  pathEnds,
  setUp,
  sitePage,
} from './sharepoint-connection.ts';

const contract = await loadContract('graph', { apiRoot: '/v1.0' });
/** Calls that Microsoft documents and the contract leaves out, see sitepage-get and site-getbypath of Graph's reference. */
const beyondContract: Record<string, RegExp> = {
  'site by path': /^\/v1\.0\/sites\/[^/]+:\/sites\/[^/]+$/,
  'site page': /^\/v1\.0\/sites\/[^/]+\/pages\/[^/]+\/microsoft\.graph\.sitePage$/,
};

function operationOf(exchange: Exchange): { name: string | null; problems: string[] } {
  const { pathname } = exchange.request.url;
  const documented = Object.entries(beyondContract).find(([, path]) => path.test(pathname));
  if (documented) return { name: documented[0], problems: [] };
  const verdict = contract?.check(exchange);
  return { name: verdict?.operationId ?? null, problems: verdict?.problems ?? [] };
}

describe.skipIf(contract === null)('SharePoint contract', () => {
  test('every method of the connector asks what Graph takes, and the stand-in answers as it does', async () => {
    const { connector, exchanges } = await setUp({ pages: [file('f1'), file('f2', { format: 'md' })] });
    const operations: Record<string, (string | null)[]> = {};
    const problems: string[] = [];
    async function check(method: string, made: readonly Exchange[], make: () => Promise<unknown>) {
      const from = made.length;
      await make();
      const verdicts = made.slice(from).filter(isGraph).map(operationOf);
      operations[method] = verdicts.map(({ name }) => name);
      problems.push(...verdicts.flatMap((verdict) => verdict.problems));
    }
    const calls = {
      findPolicyPages: () => connector.findPolicyPages(call),
      readPage: () => connector.readPage('f2'),
      testConnection: () => Array.fromAsync(connector.testConnection()),
      watched: () => connector.watched(),
    } satisfies Record<Exclude<keyof KnowledgeConnector, 'system'>, () => Promise<unknown>>;
    for (const [method, make] of Object.entries(calls)) await check(method, exchanges, make);
    const sitePages = await setUp();
    await check('readPage of a site page', sitePages.exchanges, () => sitePages.connector.readPage('p1'));
    expect(problems).toEqual([]);
    const content = 'drive_GetItemsContent';
    expect(operations).toEqual({
      findPolicyPages: ['site by path', 'sites_ListLists', 'sites.lists_ListItems', content, content],
      readPage: ['sites.lists_ListItems', content],
      'readPage of a site page': ['site by path', 'sites_ListLists', 'sites.lists_ListItems', 'site page'],
      testConnection: [
        'site by path',
        'sites_ListLists',
        'sites.lists_ListItems',
        content,
        content,
        'search_query',
        'search_query',
      ],
      watched: ['sites.lists_ListItems'],
    });
  });
});

const wordFile = readFileSync(new URL('files/policy.docx', import.meta.url)).toString('base64');
const settings =
  '<table><tr><th>Setting</th><th>Value</th></tr><tr><td>Auto-resolution</td><td>Allowed</td></tr></table>';

describe('SharePoint connector: reading', () => {
  test('site pages are read whole', async () => {
    const { connector } = await setUp({ pages: [page('p1', { version: 12 })] });
    expect(await connector.findPolicyPages(call)).toEqual([
      {
        source: 'sharepoint',
        id: 'p1',
        version: 12,
        title: 'Policy p1',
        body: '<p>Policy &amp; more of p1</p>',
        url: 'https://sandbox.sharepoint.com/sites/RevOps/SitePages/Policy%20p1.aspx',
        labels: [],
        fetchedAt: '2026-05-18T09:00:00.000Z',
      },
    ]);
  });

  test.each<[string, Partial<WorldPage>, { name: string; value: string }]>([
    ['HTML', { body: settings }, { name: 'Auto-resolution', value: 'Allowed' }],
    [
      'Markdown',
      { format: 'md', body: '# Limits\n\n| Setting | Value |\n|:--|--:|\n| Review window | PT2H |\n' },
      { name: 'Review window', value: 'PT2H' },
    ],
    [
      'text',
      {
        format: 'txt',
        body: 'Limits\r\n\r\nSetting | Value\r\n--- | ---\r\nOpen opportunity | Escalate\r\n',
      },
      { name: 'Open opportunity', value: 'Escalate' },
    ],
    [
      'Word',
      { format: 'docx', body: wordFile },
      { name: 'Maximum employees for auto-resolution', value: '2,500' },
    ],
  ])('settings in a table of a %s file are read', async (_, more, setting) => {
    const { connector } = await setUp({ pages: [file('f1', more)] });
    const settingsRead = (await connector.findPolicyPages(call)).flatMap(
      (found) => readPolicyPage(found, null).settings,
    );
    expect(settingsRead).toContainEqual(expect.objectContaining(setting));
  });

  test('what other web parts say is read too, in reading order', async () => {
    const { connector, answerNext } = await setUp();
    const other = {
      serverProcessedContent: { searchablePlainTexts: [{ key: 'title', value: 'Call < 2 h' }] },
    };
    const column = (...webparts: object[]) => ({ columns: [{ webparts }] });
    answerNext(
      sitePage({
        canvasLayout: {
          horizontalSections: [column({ innerHtml: '<h2>One</h2>' }, { data: other }), column({})],
          verticalSection: { webparts: [{ innerHtml: '<p>Aside</p>' }] },
        },
      }),
      isSitePage('p1'),
    );
    expect(await connector.readPage('p1')).toMatchObject({
      body: '<h2>One</h2>\n<p>Call &lt; 2 h</p>\n\n<p>Aside</p>',
    });
  });

  test('only the chosen library counts, whatever is asked for by label', async () => {
    const pages = [file('f1'), page('p1', { labels: [call.label] }), file('f2', { library: 'Drafts' })];
    const { connector } = await setUp({ pages });
    expect(idsOf(await connector.findPolicyPages({ label: 'anything' }))).toEqual(['f1']);
  });

  test('a library is found by its title or its address, letter case aside, on a site of any name', async () => {
    for (const library of ['site pages', 'SitePages']) {
      const { connector } = await setUp({ library, pages: [page('p1', { site: 'Revenue Ops', library })] });
      expect(idsOf(await connector.findPolicyPages(call))).toEqual(['p1']);
    }
  });

  test('site and library are looked up once, and again when the library was made anew', async () => {
    const { connector, exchanges, answerNext } = await setUp();
    const lookUps = () => exchanges.filter(({ request }) => pathEnds('/lists')(request)).length;
    await connector.findPolicyPages(call);
    await connector.findPolicyPages(call);
    expect(lookUps()).toBe(1);
    answerNext(graphError(404, 'itemNotFound', 'Gone'), pathEnds('/items'));
    expect(idsOf(await connector.findPolicyPages(call))).toEqual(['p1']);
    expect(lookUps()).toBe(2);
  });

  test('a library of several pages of a list is read to its end, and a list that goes in circles is not', async () => {
    const pages = Array.from({ length: 230 }, (_, index) => file(`f${index}`));
    const { connector, answerNext, exchanges } = await setUp({ pages });
    expect(idsOf(await connector.findPolicyPages(call))).toEqual(idsOf(pages));
    const circle = exchanges.find(({ request }) => request.url.searchParams.has('$skiptoken'))?.request.url
      .href;
    const reply = { status: 200, body: { value: [], '@odata.nextLink': circle } };
    answerNext(reply, pathEnds('/items'));
    answerNext(reply, pathEnds('/items'));
    await expect(connector.findPolicyPages(call)).rejects.toMatchObject({ code: 'vendor_garbled' });
  });

  test('an empty library is an empty policy, and a page that was taken away is null', async () => {
    const { connector, standIn } = await setUp();
    standIn.setPage(page('p1', { version: 2, body: '<p>New</p>' }));
    expect(await connector.readPage('p1')).toMatchObject({ version: 2, body: '<p>New</p>' });
    standIn.removePage('p1');
    expect(await connector.readPage('p1')).toBeNull();
    expect(await connector.findPolicyPages(call)).toEqual([]);
  });

  test('a file is fetched without our token, and the token goes to no other host', async () => {
    const { connector, exchanges } = await setUp({ pages: [file('f1')] });
    await connector.findPolicyPages(call);
    const [download] = exchanges.filter(({ request }) => request.url.pathname.startsWith('/download/'));
    expect(download?.request.headers).not.toHaveProperty('authorization');
    expect(download?.reply.status).toBe(200);
  });

  test('a token that has expired is renewed', async () => {
    const { connector, standIn } = await setUp();
    await connector.findPolicyPages(call);
    standIn.signIn.expireTokens();
    expect(idsOf(await connector.findPolicyPages(call))).toEqual(['p1']);
  });
});

describe('SharePoint connector: what governs nothing, and what must not be left out', () => {
  const itemsWith = (version: string, size = 10, name = 'Limits.docx'): StandInReply => ({
    status: 200,
    body: {
      value: [
        {
          sharepointIds: { listItemUniqueId: 'u1' },
          fields: { _UIVersionString: version },
          driveItem: { id: 'd1', name, size, file: {}, parentReference: { driveId: 'b1' } },
        },
      ],
    },
  });

  test.each([
    ['folders and pictures', itemsWith('1.0', 10, 'Logo.png')],
    ['a file that was never published', itemsWith('0.3')],
  ])('%s are no policy', async (_, items) => {
    const { connector, answerNext } = await setUp({ pages: [file('f1')] });
    answerNext(items, pathEnds('/items'));
    expect(await connector.findPolicyPages(call)).toEqual([]);
  });

  test.each<[string, StandInReply, string]>([
    ['a draft in the place of what is published', itemsWith('3.1'), 'draft of Limits.docx (version 3.1)'],
    ['a file that is too large', itemsWith('1.0', 30 * 2 ** 20), 'Limits.docx has 30 MB'],
  ])('%s fails the whole, in words', async (_, items, words) => {
    const { connector, answerNext } = await setUp({ pages: [file('f1')] });
    answerNext(items, pathEnds('/items'));
    await expect(connector.findPolicyPages(call)).rejects.toMatchObject({
      code: 'vendor_refused',
      message: expect.stringContaining(words),
    });
  });

  test('a library of thousands of documents is no policy, and is not read to its end', async () => {
    const pages = Array.from({ length: 2_000 }, (_, index) => file(`f${index}`));
    const { connector, exchanges } = await setUp({ pages });
    await expect(connector.findPolicyPages(call)).rejects.toMatchObject({
      code: 'vendor_refused',
      message: expect.stringContaining('more than 500 documents'),
    });
    expect(exchanges.filter(({ request }) => pathEnds('/items')(request))).toHaveLength(3);
  });

  test('a draft of a site page fails the whole, one that is checked out but published is read', async () => {
    const { connector, answerNext } = await setUp();
    answerNext(sitePage({ publishingState: { level: 'checkout', versionId: '4.0' } }), isSitePage('p1'));
    expect(await connector.findPolicyPages(call)).toMatchObject([{ version: 4 }]);
    answerNext(sitePage({ publishingState: { level: 'draft', versionId: '4.2' } }), isSitePage('p1'));
    await expect(connector.findPolicyPages(call)).rejects.toMatchObject({ code: 'vendor_refused' });
  });

  test('a file that grew after it was listed is not read to its end', async () => {
    const { connector, answerNext } = await setUp({ pages: [file('f1')] });
    answerNext({ status: 200, body: Buffer.alloc(9 * 2 ** 20) }, isDownload);
    await expect(connector.findPolicyPages(call)).rejects.toMatchObject({
      code: 'vendor_refused',
      message: expect.stringContaining('8 MB'),
    });
  });

  test('a Word file that is none, or is protected, is told by its name', async () => {
    const { connector } = await setUp({
      pages: [file('f1', { title: 'Limits', format: 'docx', body: 'AAAA' })],
    });
    await expect(connector.findPolicyPages(call)).rejects.toMatchObject({
      code: 'vendor_refused',
      message: expect.stringContaining('Limits.docx cannot be read as a Word document'),
    });
  });

  test('a restricted page is left out beside others, and told apart from one that has gone', async () => {
    const { connector, answerNext, log } = await setUp({
      pages: [page('p1', { restricted: true }), page('p2'), page('p3')],
    });
    answerNext(graphError(404, 'itemNotFound', 'Gone'), isSitePage('p3'));
    expect(idsOf(await connector.findPolicyPages(call))).toEqual(['p2']);
    expect(log.warnings).toMatchObject([
      { fields: { restricted: ['Policy p1.aspx'], missing: ['Policy p3.aspx'] } },
    ]);
    await expect(connector.readPage('p1')).rejects.toMatchObject({ code: 'vendor_refused' });
  });

  test('where none can be read, that is no empty policy', async () => {
    const { connector } = await setUp({ pages: [page('p1', { restricted: true })] });
    await expect(connector.findPolicyPages(call)).rejects.toMatchObject({
      code: 'vendor_refused',
      message: expect.stringContaining('may not read Policy p1.aspx'),
    });
  });

  test('any other failure of one page fails the whole', async () => {
    const { connector, answerNext } = await setUp({ pages: [page('p1'), page('p2')] });
    answerNext(graphError(500, 'generalException', 'General exception'), isSitePage('p2'));
    await expect(connector.findPolicyPages(call)).rejects.toMatchObject({ code: 'vendor_unreachable' });
  });
});
