import { describe, expect, test } from 'vitest';
import { idsOf, label, page, refusal, setUp } from './confluence-bench.ts';
import { credentials } from './stand-in-server.ts';

describe('Confluence connector: reading', () => {
  test('pages with the label are read whole, others are not', async () => {
    const { connector, url } = await setUp({
      pages: [page('33001', { attachments: ['Regions.xlsx'] }), page('33002', { labels: ['other'] })],
    });
    expect(await connector.findPolicyPages({ label })).toEqual([
      {
        source: 'confluence',
        id: '33001',
        version: 1,
        title: 'Policy 33001',
        body: '<p>Policy &amp; more of 33001</p>',
        url: `${url}/wiki/spaces/REVOPS/pages/33001`,
        labels: [label],
        attachments: ['Regions.xlsx'],
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
    const searches = exchanges.filter(
      ({ request: { url } }) =>
        url.pathname.endsWith('/search') && url.searchParams.get('cql')?.startsWith('label'),
    );
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
    const hosts = new Set(exchanges.map(({ request }) => request.url.origin));
    expect(hosts.size).toBe(1);
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
    const { connector } = await setUp({ auth: { bearerToken: credentials.confluence.bearerToken } });
    expect(idsOf(await connector.findPolicyPages({ label }))).toEqual(['33001']);
  });

  test('only the chosen spaces are looked in, whatever their keys hold', async () => {
    const pages = [page('1'), page('2', { space: '~anna' }), page('3', { space: 'HR "old"' })];
    const found = async (spaces: string[]) =>
      idsOf(await (await setUp({ pages, spaces })).connector.findPolicyPages({ label }));
    expect([await found(['~anna', 'HR "old"']), await found(['REVOPS']), await found(['NONE'])]).toEqual([
      ['2', '3'],
      ['1'],
      [],
    ]);
  });

  test('what is watched is shown with version and link', async () => {
    const { connector, url } = await setUp({ pages: [page('33001', { version: 4 })] });
    const link = `${url}/wiki/spaces/REVOPS/pages/33001`;
    expect(await connector.watched()).toEqual([
      { kind: 'page', id: '33001', name: 'Policy 33001, version 4', url: link },
    ]);
  });

  test('a label on more pages than a policy can have is told as a mistake', async () => {
    const pages = Array.from({ length: 501 }, (_, index) => page(String(1_000 + index)));
    const { connector } = await setUp({ pages });
    await expect(connector.findPolicyPages({ label })).rejects.toMatchObject({
      code: 'vendor_refused',
      message: expect.stringContaining('more than 500'),
    });
  });

  test('a list that leads back to a page that was read ends as an answer that cannot be used', async () => {
    const { connector, answerNext } = await setUp();
    const next = '/rest/api/content/search?cql=x&cursor=7';
    for (let times = 0; times < 2; times += 1) {
      answerNext({ status: 200, body: { results: [], size: 0, _links: { next } } });
    }
    await expect(connector.findPolicyPages({ label })).rejects.toMatchObject({ code: 'vendor_garbled' });
  });

  test('files that cannot be listed do not keep the policy from being read', async () => {
    const { connector, answerNext, log } = await setUp();
    answerNext(refusal(503), ({ url }) => url.searchParams.get('cql')?.includes('attachment') === true);
    const [found] = await connector.findPolicyPages({ label });
    expect([found?.id, found?.attachments]).toEqual(['33001', undefined]);
    expect(log.warnings).toHaveLength(1);
  });
});
