import { describe, expect, test } from 'vitest';
import { idsOf, label, refusal, setUp } from './confluence-bench.ts';
import { credentials } from './stand-in-server.ts';
import { describeFailures } from './vendor-failures.ts';

describe('Confluence connector', () => {
  describeFailures({
    system: 'confluence',
    refusal,
    async setUp(options) {
      const bench = await setUp(options);
      return { ...bench, read: (call) => bench.connector.readPage('33001', call) };
    },
    further: [
      [
        'a token that lacks a scope',
        { status: 401, body: { code: 401, message: 'Unauthorized; scope does not match' } },
        {
          code: 'vendor_refused',
          message: expect.stringContaining('search:confluence, read:page:confluence'),
        },
      ],
      [
        'a page without its body',
        { status: 200, body: { id: '33001', body: {} } },
        { code: 'vendor_garbled' },
      ],
    ],
  });

  test('a wrong token is told, without the token', async () => {
    const { email } = credentials.confluence;
    const { connector } = await setUp({ auth: { email, apiToken: 'wrong-token' } });
    const error: unknown = await connector.findPolicyPages({ label }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'vendor_auth', message: expect.stringContaining('Unauthorized') });
    expect(JSON.stringify([error, String(error)])).not.toContain('wrong-token');
  });

  test('a failure of the search, and then an answer', async () => {
    const { connector, faults } = await setUp();
    faults.arm('confluence', 'http_503', 1);
    await expect(connector.findPolicyPages({ label })).rejects.toMatchObject({ code: 'vendor_unreachable' });
    expect(idsOf(await connector.findPolicyPages({ label }))).toEqual(['33001']);
  });
});
