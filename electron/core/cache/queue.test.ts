import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { QueueQuery, queueSorts, queueViews } from '../../../shared/contract/contract.ts';
import { priorities, sources, statuses } from '../../../shared/model/request.ts';
import { fillCache } from '../../../tests/cache/fill-cache.ts';
import { anyRequest, emails } from '../../../tests/cache/rows.ts';
import { silentLog } from '../store/test-database.ts';
import type { Viewer } from './cache.ts';
import { type Copy, openCopy } from './copy.ts';
import { openCache } from './open-cache.ts';
import { createQueueReader, type Few, type QueueReader } from './queue.ts';

const requestCount = 3_000;

let dir: string;
let copy: Copy;
/** Everything is looked at one by one, and nothing is. */
let oneByOne: QueueReader;
let walked: QueueReader;

beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'switchyard-queue-'));
  const cache = await openCache({ dir, log: silentLog });
  const requests = fc
    .sample(anyRequest(fc.constant(1)), { numRuns: requestCount, seed: 1 })
    .map((request, index) => {
      // In two parts of the search, and not one after another.
      const ordinal = 32_000 + 2 * index;
      const urgency_order = request.is_final ? -ordinal : ordinal;
      return {
        ...request,
        ordinal,
        urgency_order,
        request_id: `REV-${ordinal}`,
        target_record: 'shared by all',
      };
    });
  await fillCache(cache, { requests });
  while (await cache.buildSearch());
  await cache.close();
  copy = openCopy({
    file: path.join(dir, 'cache.db'),
    nativeBinding: undefined,
    waiting: () => new Set(),
    warn: () => {},
  });
  const whole = copy.whole();
  if (!whole) throw new Error('The copy is not complete');
  const reader = (few: Few) =>
    createQueueReader({ db: copy.db, classes: copy.classes, search: whole.search, few });
  oneByOne = reader({ requests: requestCount, matches: requestCount });
  walked = reader({ requests: 0, matches: 0 });
});

afterAll(async () => {
  copy.db.close();
  await rm(dir, { recursive: true });
});

const queries = fc
  .record(
    {
      view: fc.constantFrom(...queueViews),
      sort: fc.constantFrom(...queueSorts),
      status: fc.subarray([...statuses]),
      priority: fc.subarray([...priorities]),
      source: fc.subarray([...sources]),
      search: fc.constantFrom('shared', 'sha al', 'lead', 'acme zur', 'x1', 'shared tokyo', ''),
      limit: fc.constantFrom(3, 100, 500),
    },
    { requiredKeys: ['view', 'sort', 'limit'] },
  )
  .map((query) => QueueQuery.parse(query));

it('gives the same pages whichever way they are found', () => {
  const viewers = emails.map((email): Viewer => ({ email, access: 'all' }));
  fc.assert(
    fc.property(queries, fc.constantFrom(...viewers), (query, viewer) => {
      let cursor: string | null = null;
      for (let page = 0; page < 3; page += 1) {
        const expected = oneByOne.page({ ...query, cursor }, viewer);
        expect(walked.page({ ...query, cursor }, viewer)).toEqual(expected);
        cursor = expected.nextCursor;
        if (cursor === null) break;
      }
    }),
    { numRuns: 300 },
  );
});

it.each(['newest', 'oldest'] as const)(
  'finds a word that all requests hold, %s first, to the last page',
  (sort) => {
    const found: number[] = [];
    let cursor: string | null = null;
    do {
      const page = walked.page(
        QueueQuery.parse({ view: 'all', sort, search: 'shared', limit: 500, cursor }),
        { email: 'ana@example.com', access: 'all' },
      );
      found.push(...page.ordinals);
      cursor = page.nextCursor;
    } while (cursor !== null);
    const all = Array.from({ length: requestCount }, (_, index) => 32_000 + 2 * index);
    expect(found).toEqual(sort === 'newest' ? all.reverse() : all);
  },
);

it('refuses a cursor that is none of its own', () => {
  const query = QueueQuery.parse({ view: 'all', cursor: 'bm9uZQ' });
  expect(() => oneByOne.page(query, { email: 'ana@example.com', access: 'all' })).toThrow(
    expect.objectContaining({ code: 'invalid_input' }),
  );
});
