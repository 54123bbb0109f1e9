import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { QueueQuery, queueSorts, queueViews } from '../../../shared/contract/contract.ts';
import { escalationReasons, priorities, sources, statuses } from '../../../shared/model/request.ts';
import { accesses, type FeedChange } from '../../../shared/model/sync.ts';
import { fillCache } from '../../../tests/cache/fill-cache.ts';
import { CacheModel } from '../../../tests/cache/model.ts';
import { anyMessage, anyRequest, emails, words } from '../../../tests/cache/rows.ts';
import { silentLog } from '../store/test-database.ts';
import type { Cache, Viewer } from './cache.ts';
import { openCache } from './open-cache.ts';

let dir: string;
let cache: Cache;

beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'switchyard-copy-'));
  cache = await openCache({ dir, log: silentLog });
});

afterEach(async () => {
  await cache.close();
  await rm(dir, { recursive: true });
});

/** Numbers on both sides of the borders between the parts of the search. */
const ordinals = fc.constantFrom(1, 2, 3, 7, 32_766, 32_767, 32_768, 32_769, 65_536, 98_304, 98_305, 400_000);
const requestIds = ordinals.map((ordinal) => `REV-${ordinal}`);

const removal = <Table extends FeedChange['table']>(table: Table, key: string) =>
  ({ table, key, row: null }) as Extract<FeedChange, { table: Table }>;

const change: fc.Arbitrary<FeedChange> = fc.oneof(
  {
    weight: 6,
    arbitrary: anyRequest(ordinals).map((row) => ({ table: 'requests', key: row.request_id, row }) as const),
  },
  { weight: 1, arbitrary: requestIds.map((key) => removal('requests', key)) },
  {
    weight: 3,
    arbitrary: anyMessage(fc.integer({ min: 1, max: 20 }), requestIds).map(
      (row) => ({ table: 'messages', key: row.message_id, row }) as const,
    ),
  },
  {
    weight: 1,
    arbitrary: fc.integer({ min: 1, max: 20 }).map((number) => removal('messages', `MSG-${number}`)),
  },
  {
    weight: 2,
    arbitrary: fc
      .record({
        email: fc.constantFrom(...emails),
        name: fc.constantFrom('Ana Silva', 'Bo Lindström', 'Zoë Acme'),
        slack: fc.constant(null),
        teams: fc.constant(null),
        roles: fc.constantFrom<['requester'][]>(['requester']),
        active: fc.boolean(),
      })
      .map((row) => ({ table: 'people', key: row.email, row }) as const),
  },
  { weight: 1, arbitrary: fc.constantFrom(...emails).map((key) => removal('people', key)) },
);

const viewers: fc.Arbitrary<Viewer> = fc.record({
  email: fc.constantFrom(...emails),
  access: fc.constantFrom(...accesses),
});

const queries = fc
  .record(
    {
      view: fc.constantFrom(...queueViews),
      sort: fc.constantFrom(...queueSorts.filter((sort) => sort !== 'relevance')),
      status: fc.subarray([...statuses]),
      priority: fc.subarray([...priorities]),
      reason: fc.subarray([...escalationReasons.slice(0, 2)]),
      source: fc.subarray([...sources]),
      limit: fc.integer({ min: 1, max: 5 }),
    },
    { requiredKeys: ['view', 'sort', 'limit'] },
  )
  .map((query) => QueueQuery.parse(query));

const searches = fc
  .array(
    fc.constantFrom(...words, 'zür', 'Le', 'corp', 'MSG', 'rev', '32767', 'silva', 'lind', '東', 'nothing'),
    {
      minLength: 1,
      maxLength: 2,
    },
  )
  .map((parts) => parts.join(' '));

/** Follows the cursors to the end. */
async function listAll(query: ReturnType<typeof QueueQuery.parse>, viewer: Viewer) {
  const rows = [];
  for (let next: string | null = null; ; ) {
    const page = await cache.list({ ...query, cursor: next }, viewer);
    rows.push(...page.rows);
    next = page.nextCursor;
    if (next === null) return rows;
  }
}

async function fillWith(model: CacheModel): Promise<void> {
  await cache.reset();
  await fillCache(cache, {
    people: [...model.people.values()],
    requests: [...model.requests.values()],
    messages: [...model.messages.values()],
  });
}

const buildWholeSearch = async () => {
  while (await cache.buildSearch());
};

/** A copy that came about like this: some changes before the fill, some as batches after it, some of them twice. */
const histories = fc.record({
  before: fc.array(change, { maxLength: 25 }),
  batches: fc.array(fc.array(change, { maxLength: 8 }), { maxLength: 5 }),
  isSearchBuiltFirst: fc.boolean(),
  isAppliedTwice: fc.boolean(),
});

async function live({
  before,
  batches,
  isSearchBuiltFirst,
  isAppliedTwice,
}: {
  before: FeedChange[];
  batches: FeedChange[][];
  isSearchBuiltFirst: boolean;
  isAppliedTwice: boolean;
}): Promise<CacheModel> {
  const model = new CacheModel();
  for (const one of before) model.apply(one);
  await fillWith(model);
  if (isSearchBuiltFirst) await buildWholeSearch();
  for (const [index, changes] of batches.entries()) {
    for (const one of changes) model.apply(one);
    const batch = { changes, cursor: { xid: '700', id: String(index + 1) } };
    await cache.apply(batch);
    if (isAppliedTwice) await cache.apply(batch);
  }
  return model;
}

describe('a copy, however it came about', () => {
  it('lists and counts what the store would', async () => {
    await fc.assert(
      fc.asyncProperty(
        histories,
        fc.array(fc.tuple(queries, viewers), { minLength: 5, maxLength: 10 }),
        async (history, asked) => {
          const model = await live(history);
          for (const [query, viewer] of asked) {
            expect({ list: await listAll(query, viewer), counts: await cache.counts(viewer) }).toEqual({
              list: model.list(query, viewer),
              counts: model.counts(viewer),
            });
          }
        },
      ),
      { numRuns: 25 },
    );
  }, 120_000);

  it('finds words by their beginnings in whatever sort and filter, whatever their accents and case', async () => {
    await fc.assert(
      fc.asyncProperty(
        histories,
        fc.array(fc.tuple(queries, searches, viewers), { minLength: 5, maxLength: 10 }),
        async (history, asked) => {
          const model = await live(history);
          await buildWholeSearch();
          for (const [filter, search, viewer] of asked) {
            const query = { ...filter, search };
            expect(await listAll(query, viewer)).toEqual(model.list(query, viewer));
            const ranked = await listAll({ ...query, sort: 'relevance' }, viewer);
            expect(ranked.map(({ request_id }) => request_id).sort()).toEqual(
              model
                .list(query, viewer)
                .map(({ request_id }) => request_id)
                .sort(),
            );
          }
          const { search } = await cache.state();
          expect(search).toEqual({ rows: model.requests.size, total: model.requests.size });
        },
      ),
      { numRuns: 25 },
    );
  }, 120_000);
});
