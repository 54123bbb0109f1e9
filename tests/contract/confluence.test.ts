import { describe, expect, test } from 'vitest';
import type { KnowledgeConnector } from '../../electron/core/connectors/connector.ts';
import { label, page, setUp } from './confluence-bench.ts';
import { loadContract } from './contract-check.ts';
import { credentials } from './stand-in-server.ts';

const contract = await loadContract('confluence');

describe.skipIf(contract === null)('Confluence contract', () => {
  test('every method of the connector asks what Confluence takes, and the stand-in answers as it does', async () => {
    const { connector, exchanges, standIn } = await setUp({
      pages: [page('33001', { attachments: ['A.pdf'] }), page('33002')],
    });
    const askedForRemoved = async () => {
      for (const id of ['33001', '33002']) standIn.removePage(id);
      await connector.findPolicyPages({
        label,
        known: ['33001', '33002'].map((id) => ({ id, title: 'Policy' })),
      });
    };
    const calls: Record<
      Exclude<keyof KnowledgeConnector, 'system'> | 'findPolicyPages, some gone',
      () => Promise<unknown>
    > = {
      findPolicyPages: () => connector.findPolicyPages({ label }),
      readPage: () => connector.readPage('33002'),
      testConnection: () => Array.fromAsync(connector.testConnection()),
      watched: () => connector.watched(),
      'findPolicyPages, some gone': askedForRemoved,
    };
    const operations: Record<string, (string | null)[]> = {};
    const problems: string[] = [];
    for (const [method, call] of Object.entries(calls)) {
      const from = exchanges.length;
      await call();
      const verdicts = exchanges.slice(from).map((exchange) => contract?.check(exchange));
      operations[method] = verdicts.map((verdict) => verdict?.operationId ?? null).sort();
      problems.push(...verdicts.flatMap((verdict) => verdict?.problems ?? []));
    }
    expect(problems).toEqual([]);
    // The pages with the label, each of them, and the files on them.
    const find = ['getContentSearchV1', 'getContentSearchV1', 'getPageById', 'getPageById'];
    expect(operations).toEqual({
      findPolicyPages: find,
      readPage: ['getPageById'],
      testConnection: [...find, 'getSpaces', 'getUserCurrentV1'],
      watched: ['getContentSearchV1'],
      // Known, and no longer listed: read by id, and then looked for in the bin.
      'findPolicyPages, some gone': ['getContentSearchV1', 'getPageById', 'getPageById', 'getPages'],
    });
  });
});

describe('Confluence stand-in', () => {
  const headers = { authorization: `Bearer ${credentials.confluence.bearerToken}` };
  const search = (cql: string) => `/wiki/rest/api/content/search?${new URLSearchParams({ cql })}`;

  test.each([
    ['label = other', ['33002']],
    ["type=page AND label='other'", ['33002']],
    ['space = REVOPS and type = page', ['33001', '33002']],
    ['type = blogpost', []],
    ['label in (other, "lead-routing-policy") and space in (REVOPS)', ['33001', '33002']],
    ['type = attachment and container in (33001)', []],
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
    search('label in (a'),
    search('label in ()'),
    search('label in a'),
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
