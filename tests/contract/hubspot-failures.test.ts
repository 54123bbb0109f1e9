import { describe, expect, test } from 'vitest';
import type { StandInReply } from '../../electron/core/sandbox/stand-in.ts';
import { idsOf, setUp } from './hubspot-bench.ts';
import { describeFailures } from './vendor-failures.ts';

const refusal = (
  status: number,
  message: string,
  headers: Record<string, string> = {},
  more: object = {},
): StandInReply => ({
  status,
  headers,
  body: { status: 'error', message, correlationId: 'c-1', category: 'SOME_CATEGORY', ...more },
});

describe('HubSpot connector', () => {
  describeFailures({
    system: 'hubspot',
    refusal,
    async setUp(options) {
      const bench = await setUp(options);
      return { ...bench, read: (call) => bench.connector.getRecord('503', call) };
    },
    further: [
      [
        'a missing scope, by name',
        refusal(
          403,
          "This app hasn't been granted all required scopes.",
          {},
          {
            category: 'MISSING_SCOPES',
            errors: [
              {
                message: 'One or more of the following scopes are required.',
                context: { requiredGranularScopes: ['crm.objects.contacts.read'] },
              },
            ],
          },
        ),
        {
          code: 'vendor_refused',
          message: expect.stringContaining('Give the service key or private app crm.objects.contacts.read'),
        },
      ],
      ['a lock by a large sync', refusal(423, 'Locked'), { code: 'vendor_busy' }],
      [
        'the ten seconds used up',
        refusal(
          429,
          'You have reached your ten_secondly_rolling limit.',
          { 'x-hubspot-ratelimit-interval-milliseconds': '10000' },
          { policyName: 'TEN_SECONDLY_ROLLING' },
        ),
        { code: 'vendor_busy', retryAfterMs: 2_500 },
      ],
      [
        'the searches of the second used up',
        refusal(429, 'You have reached your secondly limit.', {}, { policyName: 'SECONDLY' }),
        { code: 'vendor_busy', retryAfterMs: 1_000 },
      ],
      [
        'the calls of the day used up, which no further try helps',
        refusal(429, 'You have reached your daily limit.', {}, { policyName: 'DAILY' }),
        { code: 'vendor_refused', message: expect.stringContaining("midnight in the account's time zone") },
      ],
    ],
  });

  test("a wrong token is told in HubSpot's words, without the token", async () => {
    const { connector } = await setUp({ accessToken: 'wrong-token' });
    const error: unknown = await connector.listOwners().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'vendor_auth',
      message: expect.stringContaining('Authentication credentials not found'),
    });
    expect(JSON.stringify([error, (error as Error).message])).not.toContain('wrong-token');
  });

  test('a list that leads back to a page that was read ends as an answer that cannot be used', async () => {
    const { connector, answerNext } = await setUp();
    const page = { results: [], paging: { next: { after: '100', link: '?after=100' } } };
    for (let times = 0; times < 2; times += 1) answerNext({ status: 200, body: page });
    await expect(connector.findOwner('ana.silva@example.com')).rejects.toMatchObject({
      code: 'vendor_garbled',
      message: expect.stringContaining('leads back'),
    });
  });

  test('a search that finds more than HubSpot lists stops at its bound and says so', async () => {
    const { connector, answerNext, log } = await setUp();
    const page = { total: 20_000, results: [{ id: '501' }], paging: { next: { after: '10000' } } };
    answerNext({ status: 200, body: page });
    expect(idsOf(await connector.findByName({ name: 'Koch', company: null }))).toEqual(['501']);
    expect(log.warnings).toHaveLength(1);
  });

  test('a record is read although its links and the account are not to be had, and that is not asked at each read', async () => {
    const { connector, answerNext, exchanges } = await setUp();
    answerNext(refusal(500, 'Failed'), ({ url }) => url.pathname === '/account-info/v3/details');
    expect(await connector.getRecord('501')).toMatchObject({ id: '501', url: null });
    expect(await connector.getRecord('501')).toMatchObject({ id: '501', url: null });
    const asked = exchanges.filter(({ request }) => request.url.pathname.startsWith('/account-info'));
    expect(asked).toHaveLength(1);
  });
});

describe("HubSpot's bounds", () => {
  test('what is left of the day is told with each answer that says so', async () => {
    const { connector, budgets } = await setUp();
    await connector.getRecord('502');
    expect(budgets[0]).toEqual({ used: 1, limit: 650_000, window: 'a day' });
    expect(budgets.at(-1)?.used).toBe(budgets.length);
  });

  test('searches go out no faster than HubSpot takes them, and what is not a search does not wait', async () => {
    const { connector, exchanges } = await setUp({ searchesPerSecond: 2 });
    const started = performance.now();
    const searches = ['a', 'b', 'c'].map((name) => connector.findByEmail(`${name}@nobody.example`));
    await connector.listOwners();
    const sent = exchanges.filter(({ request }) => request.url.pathname.endsWith('/search')).length;
    expect(sent).toBeLessThanOrEqual(2);
    await Promise.all(searches);
    expect(performance.now() - started).toBeGreaterThanOrEqual(990);
  });

  test('a search that is cancelled while it waits for its turn ends at once', async () => {
    const { connector } = await setUp({ searchesPerSecond: 1 });
    await connector.findByEmail('a@nobody.example');
    const signal = AbortSignal.timeout(20);
    await expect(connector.findByEmail('b@nobody.example', { signal })).rejects.toMatchObject({
      code: 'cancelled',
    });
  });
});
