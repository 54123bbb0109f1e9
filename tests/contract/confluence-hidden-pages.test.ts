import { describe, expect, test } from 'vitest';
import { idsOf, isPage, label, page, refusal, setUp } from './confluence-bench.ts';

const known = [
  { id: '1', title: 'Policy 1' },
  { id: '2', title: 'Policy 2' },
];

describe('Confluence pages that cannot be read', () => {
  test('restricted from the start: Confluence lists none of them, and reading one by its id finds nothing', async () => {
    const { connector } = await setUp({ pages: [page('1', { restricted: true }), page('2')] });
    expect(idsOf(await connector.findPolicyPages({ label }))).toEqual(['2']);
    expect(await connector.readPage('1')).toBeNull();
  });

  test.each([403, 404])(
    'listed and answered with %i: the whole policy is held back, by name',
    async (status) => {
      const { connector, answerNext } = await setUp({ pages: [page('1'), page('2')] });
      answerNext(refusal(status), isPage('1'));
      await expect(connector.findPolicyPages({ label })).rejects.toMatchObject({
        code: 'vendor_refused',
        message: expect.stringMatching(/"Policy 1" \(1\).*right to view it/s),
        details: { pages: ['1'] },
      });
      expect(idsOf(await connector.findPolicyPages({ label }))).toEqual(['1', '2']);
    },
  );

  test('restricted since it governed: missed, although the search is silent about it', async () => {
    const { connector, standIn } = await setUp({ pages: [page('1', { restricted: true }), page('2')] });
    await expect(connector.findPolicyPages({ label, known })).rejects.toMatchObject({
      code: 'vendor_refused',
      details: { pages: ['1'] },
    });
    standIn.setPage(page('1', { version: 2 }));
    expect(idsOf(await connector.findPolicyPages({ label, known }))).toEqual(['1', '2']);
  });

  test('put into the bin: it governs nothing any more, and is not missed', async () => {
    const { connector, standIn } = await setUp({ pages: [page('1'), page('2')] });
    standIn.removePage('1');
    expect(idsOf(await connector.findPolicyPages({ label, known }))).toEqual(['2']);
  });

  test('archived, but still in the index: left out and logged', async () => {
    const { connector, answerNext, log } = await setUp({ pages: [page('1'), page('2')] });
    const archived = { id: '1', status: 'archived', title: 'Old', version: { number: 1 } };
    answerNext({ status: 200, body: { ...archived, body: { storage: { value: '' } } } }, isPage('1'));
    expect(idsOf(await connector.findPolicyPages({ label }))).toEqual(['2']);
    expect(log.warnings).toMatchObject([{ fields: { pages: [{ id: '1', title: 'Old' }], label } }]);
  });

  test('without the label, or moved to another space: no policy any more, and not missed', async () => {
    const { connector, standIn } = await setUp({
      pages: [page('1'), page('2'), page('3')],
      spaces: ['REVOPS'],
    });
    standIn.setPage(page('1', { labels: [] }));
    standIn.setPage(page('2', { space: 'ARCHIVE' }));
    expect(idsOf(await connector.findPolicyPages({ label, known }))).toEqual(['3']);
  });

  test('not yet back in the index although it carries the label: it still governs', async () => {
    const { connector, answerNext } = await setUp({ pages: [page('1'), page('2')] });
    answerNext({ status: 200, body: { results: [{ id: '2', title: 'Policy 2' }], size: 1, _links: {} } });
    expect(idsOf(await connector.findPolicyPages({ label, known }))).toEqual(['2', '1']);
  });

  test('any other failure of one page fails the whole', async () => {
    const { connector, answerNext } = await setUp({ pages: [page('1'), page('2')] });
    answerNext(refusal(503), isPage('2'));
    await expect(connector.findPolicyPages({ label })).rejects.toMatchObject({ code: 'vendor_unreachable' });
  });
});
