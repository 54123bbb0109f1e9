import { describe, expect, test } from 'vitest';
import { isPage, page, refusal, setUp } from './confluence-bench.ts';
import { credentials } from './stand-in-server.ts';

describe('Test connection with Confluence', () => {
  const check = async (bench: Awaited<ReturnType<typeof setUp>>) =>
    Array.fromAsync(bench.connector.testConnection());

  test('tells who is signed in, what spaces there are, each page with its version, and the files that are not read', async () => {
    const bench = await setUp({
      pages: [page('1', { version: 3, attachments: ['Regions.xlsx'] }), page('2')],
    });
    expect((await check(bench)).map(({ id, state, detail }) => [id, state, detail])).toEqual([
      ['sign-in', 'ok', 'As Switchyard.'],
      ['read-spaces', 'ok', 'The account sees 1 space; pages of all of them count.'],
      ['find-policy-pages', 'ok', expect.stringContaining('2 pages carry the label lead-routing-policy.')],
      ['read-policy-pages', 'ok', '"Policy 1", version 3; "Policy 2", version 1'],
      ['name-files', 'ok', 'Attached, and not read: Regions.xlsx on "Policy 1".'],
    ]);
  });

  test('says which space cannot be viewed', async () => {
    const bench = await setUp({ spaces: ['REVOPS', '~Nobody'] });
    expect((await check(bench)).slice(1, 3)).toMatchObject([
      { id: 'read-space-revops', state: 'ok', detail: 'REVOPS space' },
      {
        id: 'read-space-personal-nobody',
        state: 'missing',
        detail: 'There is no space ~Nobody, or the account may not view it.',
        remedy: { url: `${bench.url}/wiki/spaces/~Nobody` },
      },
    ]);
  });

  test('no page with the label is missing, and says which label to give', async () => {
    const bench = await setUp({ pages: [page('1', { labels: [] })] });
    expect((await check(bench)).slice(2)).toMatchObject([
      {
        id: 'find-policy-pages',
        state: 'missing',
        detail: 'The account sees no page with the label lead-routing-policy.',
        remedy: { url: `${bench.url}/wiki/label/lead-routing-policy` },
      },
      { id: 'read-policy-pages', state: 'skipped' },
      { id: 'name-files', state: 'skipped' },
    ]);
  });

  test('a page that is held back is named', async () => {
    const bench = await setUp({ pages: [page('1'), page('2')] });
    bench.answerNext(refusal(403), isPage('1'));
    expect((await check(bench)).find(({ state }) => state === 'missing')).toMatchObject({
      id: 'read-policy-pages',
      detail: 'The account may not view "Policy 1" (1). Until it may, cases go to people.',
      remedy: { text: expect.stringContaining('Restrictions') },
    });
  });

  test('a token that is not taken, and a visitor without an account, are the one thing that is missing', async () => {
    const { email } = credentials.confluence;
    const refused = await setUp({ auth: { email, apiToken: 'wrong-token' } });
    const checks = await check(refused);
    expect(checks.map(({ state }) => state)).toEqual(['missing', ...Array(4).fill('skipped')]);
    expect(JSON.stringify(checks)).not.toContain('wrong-token');
    const visitor = await setUp();
    visitor.answerNext({ status: 200, body: { type: 'anonymous' } });
    expect((await check(visitor))[0]).toMatchObject({
      state: 'missing',
      detail: 'Confluence sees a visitor without an account.',
    });
  });

  test('an outage is nothing that is missing', async () => {
    const bench = await setUp();
    bench.answerNext(refusal(503), ({ url }) => url.pathname.endsWith('/content/search'));
    expect((await check(bench)).map(({ state }) => state)).toEqual([
      'ok',
      'ok',
      'failed',
      'skipped',
      'skipped',
    ]);
  });
});
