import { describe, expect, test } from 'vitest';
import type { Faults } from '../../electron/core/sandbox/faults.ts';
import type { StandInReply } from '../../electron/core/sandbox/stand-in.ts';
import { stoppedClock } from './stand-in-server.ts';

/** A connector in front of its stand-in, and one read of it that asks its vendor once. */
export interface FailureBench {
  read(options?: { signal?: AbortSignal }): Promise<unknown>;
  answerNext(reply: StandInReply): void;
  exchanges: readonly unknown[];
  faults: Faults;
}

export interface FailureRun {
  system: 'hubspot' | 'confluence';
  setUp(options?: { timeoutMs?: number }): Promise<FailureBench>;
  /** A refusal in the vendor's form, with these words of its own. */
  refusal(status: number, words: string, headers?: Record<string, string>): StandInReply;
  /** What this vendor answers beside what all of them do, and the error that it makes. */
  further: readonly [title: string, reply: StandInReply, error: object][];
}

const html = { 'content-type': 'text/html' };
const brokenOff = { 'content-length': '500', connection: 'close' };

/** What a vendor over HTTP can answer: that each is told for what it is after one try, and that the next read works. */
export function describeFailures({ system, setUp, refusal, further }: FailureRun): void {
  const said = expect.stringContaining('In their words');

  describe('failures, each after one try', () => {
    test.each<readonly [string, StandInReply, object]>([
      ['403', refusal(403, 'In their words'), { code: 'vendor_refused', message: said }],
      ['400', refusal(400, 'In their words'), { code: 'vendor_refused', message: said }],
      ['401', refusal(401, 'In their words'), { code: 'vendor_auth', message: said }],
      [
        '429 with seconds',
        refusal(429, 'Slow down', { 'retry-after': '3' }),
        { code: 'vendor_busy', retryAfterMs: 3_000 },
      ],
      [
        '429 with a fraction',
        refusal(429, 'Slow down', { 'retry-after': '0.25' }),
        { code: 'vendor_busy', retryAfterMs: 250 },
      ],
      ['429 without a time', refusal(429, 'Slow down'), { code: 'vendor_busy', retryAfterMs: undefined }],
      ['500', refusal(500, 'Failed'), { code: 'vendor_unreachable' }],
      ['503', refusal(503, 'Unavailable'), { code: 'vendor_unreachable' }],
      [
        '503 with a time',
        refusal(503, 'Unavailable', { 'retry-after': '5' }),
        { code: 'vendor_unreachable', retryAfterMs: 5_000 },
      ],
      [
        'a gateway that speaks HTML',
        { status: 502, headers: html, body: '<h1>Bad gateway</h1>' },
        { code: 'vendor_unreachable' },
      ],
      [
        'a sign-in page',
        { status: 200, headers: html, body: '<html>Sign in</html>' },
        { code: 'vendor_garbled' },
      ],
      ['a redirect', { status: 302, headers: { location: '/login' } }, { code: 'vendor_garbled' }],
      [
        "a 404 that is not the vendor's",
        { status: 404, headers: html, body: '<h1>Lost</h1>' },
        { code: 'vendor_garbled' },
      ],
      ['JSON of another form', { status: 200, body: { items: [] } }, { code: 'vendor_garbled' }],
      ['nothing', { status: 200, body: '' }, { code: 'vendor_garbled' }],
      ['half an answer', { status: 200, body: '{"id":"5' }, { code: 'vendor_garbled' }],
      [
        'an answer that breaks off',
        { status: 200, headers: brokenOff, body: '{"id":' },
        { code: 'vendor_unreachable' },
      ],
      ...further,
    ])('%s', async (_, reply, error) => {
      const { read, answerNext, exchanges } = await setUp();
      answerNext(reply);
      await expect(read()).rejects.toMatchObject(error);
      expect(exchanges).toHaveLength(1);
      expect(await read()).not.toBeNull();
    });

    test("429 with a date gives the time until then, by the vendor's clock", async () => {
      const { read, answerNext } = await setUp();
      const until = new Date(stoppedClock.now().getTime() + 60_000).toUTCString();
      answerNext(refusal(429, 'Slow down', { 'retry-after': until }));
      await expect(read()).rejects.toMatchObject({ code: 'vendor_busy', retryAfterMs: 60_000 });
    });

    test.each([
      ['timeout', 'vendor_unreachable'],
      ['reset', 'vendor_unreachable'],
      ['http_503', 'vendor_unreachable'],
      ['http_429', 'vendor_busy'],
      ['http_401', 'vendor_auth'],
    ] as const)("the stand-in's own %s, and then an answer", async (kind, code) => {
      const { read, faults } = await setUp({ timeoutMs: 300 });
      faults.arm(system, kind, 1);
      await expect(read()).rejects.toMatchObject({ code });
      expect(await read()).not.toBeNull();
    });

    test('a call that is cancelled ends at once', async () => {
      const { read, faults } = await setUp();
      faults.arm(system, 'timeout', 1);
      await expect(read({ signal: AbortSignal.timeout(20) })).rejects.toMatchObject({ code: 'cancelled' });
    });
  });
}
