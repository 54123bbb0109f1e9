import type { z } from 'zod';
import {
  type QueueCounts,
  type QueueQuery,
  type QueueView,
  queueViews,
} from '../../../shared/contract/contract.ts';
import { AppError } from '../../../shared/model/errors.ts';
import type { Viewer } from './cache.ts';
import { comparePlaces, mergeStretches, type Place, type Placed, type Stretch } from './merge.ts';
import { isInView, type QueueFilter, type RequestClass, type RequestClasses } from './request-classes.ts';
import type { Search, WordMatches } from './search.ts';
import type { Sqlite } from './sqlite.ts';

type Sort = z.output<typeof QueueQuery>['sort'];

/** What a request is found and placed by; times in milliseconds. */
interface Candidate {
  ordinal: number;
  class: number;
  created_at: number;
  updated_at: number;
}

/** Who has to do with a request. */
interface Involved {
  class: number;
  requester: string | null;
  approver: string | null;
  delegate: string | null;
}

/**
 * A sort's places ascend, whichever way the values go. In a search, newest and oldest go by the request's number,
 * which is the order of the index of words; an imported request may be older than its number says.
 */
function placeOf(sort: Sort, isSearch: boolean, one: Candidate, its: RequestClass): Place {
  switch (sort) {
    case 'urgency':
      return [its.urgency, its.isNewestFirst ? -one.ordinal : one.ordinal];
    case 'newest':
    case 'relevance':
      return isSearch ? [-one.ordinal, 0] : [-one.created_at, -one.ordinal];
    case 'oldest':
      return isSearch ? [one.ordinal, 0] : [one.created_at, one.ordinal];
    case 'updated':
      return [-one.updated_at, -one.ordinal];
  }
}

function readCursor(cursor: string | null): Place | null {
  if (cursor === null) return null;
  try {
    const key: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (Array.isArray(key) && key.length === 2 && key.every(Number.isFinite)) return key as [number, number];
  } catch {
    // Falls through: whatever it is, it is no cursor of ours.
  }
  throw new AppError('invalid_input', 'The page asked for does not exist. Load the list again.');
}

const writeCursor = (place: Place): string => Buffer.from(JSON.stringify(place)).toString('base64url');

const isBehind = (place: Place, after: Place | null) => after === null || comparePlaces(place, after) > 0;

/** How many are few enough to be looked at one by one, where there is another way for more. */
export interface Few {
  /** Requests that a filter takes, or that wait for a person. */
  requests: number;
  /** Requests that hold the words of a search: where there are more, the list is walked until a page is full. */
  matches: number;
}
const usualFew: Few = { requests: 4_000, matches: 5_000 };
/** Ranking looks at this many of the newest matches. */
const rankedMatches = 1_000;

export interface QueueReader {
  /** The ordinals of a page, in order, and the cursor to the next one. */
  page(query: z.output<typeof QueueQuery>, viewer: Viewer): { ordinals: number[]; nextCursor: string | null };
  counts(viewer: Viewer): QueueCounts;
}

/** Lists by merging, for each class that a filter takes, the stretch of an index in which its requests stand sorted. */
export function createQueueReader(options: {
  db: Sqlite;
  classes: RequestClasses;
  search: Search;
  few?: Few;
}): QueueReader {
  const { db, classes, search, few = usualFew } = options;
  const stretches = createStretches(db);
  const columns = 'ordinal, class, created_at, updated_at';
  const inClasses = 'class in (select value from json_each(?))';
  const ofApprover = `requests indexed by requests_of_approvers where is_final = 0 and approver = ? and ${inClasses}`;
  const ofDelegate = `requests indexed by requests_of_delegates where is_final = 0 and delegate = ? and ${inClasses}`;
  const ofRequester = `requests indexed by requests_of_requesters where requester = ? and ${inClasses}`;
  const statements = {
    byApprover: db.prepare<[string, string, number], Candidate>(
      `select ${columns} from ${ofApprover} limit ?`,
    ),
    countByApprover: db.prepare<[string, string], number>(`select count(*) from ${ofApprover}`).pluck(),
    byDelegate: db.prepare<[string, string, number], Candidate>(
      `select ${columns} from ${ofDelegate} limit ?`,
    ),
    countByDelegate: db
      .prepare<[string, string, string], number>(`select count(*) from ${ofDelegate} and approver is not ?`)
      .pluck(),
    byRequester: db.prepare<[string], Candidate>(
      `select ${columns} from requests indexed by requests_of_requesters where requester = ?`,
    ),
    byRequesterAndClasses: db.prepare<[string, string, number], Candidate>(
      `select ${columns} from ${ofRequester} limit ?`,
    ),
    countByRequesterAndClasses: db
      .prepare<[string, string], number>(`select count(*) from ${ofRequester}`)
      .pluck(),
    involved: db.prepare<[number], Involved>(
      'select class, requester, approver, delegate from requests where ordinal = ?',
    ),
    countByRequester: db.prepare<[string], { class: number; requests: number }>(
      `select class, count(*) as requests from requests indexed by requests_of_requesters
       where requester = ? group by class`,
    ),
    byClasses: db.prepare<[string], Candidate>(
      `select ${columns} from requests indexed by requests_by_class
       where class in (select value from json_each(?))`,
    ),
    byOrdinals: db.prepare<[string], Candidate>(
      `select ${columns} from json_each(?) cross join requests on ordinal = value`,
    ),
  };

  const idsOf = (isWanted: (its: RequestClass) => boolean) =>
    JSON.stringify(
      classes
        .matching({ view: 'mine' })
        .filter(isWanted)
        .map(({ id }) => id),
    );
  /** The classes of what waits for a person as approver, as delegate, and as the one who asked. */
  const classesOfMine = () => ({
    approver: idsOf(({ status }) => status === 'Escalated'),
    delegate: idsOf(({ status, isOverdue }) => status === 'Escalated' && isOverdue),
    requester: idsOf(({ status }) => status === 'Waiting'),
  });

  /** What waits for this person; null where that is too much to be looked at one by one. */
  function fewOfMine(me: string): Candidate[] | null {
    const ids = classesOfMine();
    const found = [
      ...statements.byApprover.all(me, ids.approver, few.requests + 1),
      ...statements.byDelegate.all(me, ids.delegate, few.requests + 1),
      ...statements.byRequesterAndClasses.all(me, ids.requester, few.requests + 1),
    ];
    if (found.length > few.requests) return null;
    return [...new Map(found.map((one) => [one.ordinal, one])).values()];
  }

  function countMine(me: string): number {
    const ids = classesOfMine();
    return (
      (statements.countByApprover.get(me, ids.approver) ?? 0) +
      (statements.countByDelegate.get(me, ids.delegate, me) ?? 0) +
      (statements.countByRequesterAndClasses.get(me, ids.requester) ?? 0)
    );
  }

  function isMine({ ordinal }: Pick<Candidate, 'ordinal'>, me: string): boolean {
    const request = statements.involved.get(ordinal);
    const its = request && classes.byId(request.class);
    if (!its) return false;
    if (its.status === 'Waiting') return request.requester === me;
    if (its.status !== 'Escalated') return false;
    return request.approver === me || (request.delegate === me && its.isOverdue);
  }

  /** Which requests come into question. */
  interface Scope {
    /** All of them, where they are few. */
    candidates: Candidate[] | null;
    /** Where they are not: whether this one does. */
    has: (ordinal: number) => boolean;
  }

  const everything: Scope = { candidates: null, has: () => true };

  function scopeOf(view: QueueView, { access, email }: Viewer): Scope {
    switch (access) {
      case 'none':
        return { candidates: [], has: () => false };
      case 'own': {
        const own = statements.byRequester.all(email);
        return {
          candidates: view === 'mine' ? own.filter((one) => isMine(one, email)) : own,
          has: () => true,
        };
      }
      case 'all':
        if (view !== 'mine') return everything;
        return { candidates: fewOfMine(email), has: (ordinal) => isMine({ ordinal }, email) };
    }
  }

  interface Question {
    sort: Sort;
    isSearch: boolean;
    taken: ReadonlyMap<number, RequestClass>;
    scope: Scope;
    after: Place | null;
    /** One more than the page, so that it is known whether another follows. */
    limit: number;
  }

  function sorted(
    candidates: readonly Candidate[],
    { sort, isSearch, taken, after, limit }: Question,
  ): Placed[] {
    const placed: Placed[] = [];
    for (const one of candidates) {
      const its = taken.get(one.class);
      if (!its) continue;
      const place = placeOf(sort, isSearch, one, its);
      if (isBehind(place, after)) placed.push({ ordinal: one.ordinal, place });
    }
    return placed.sort((one, other) => comparePlaces(one.place, other.place)).slice(0, limit);
  }

  function* walked({ sort, taken, after }: Question): Generator<Placed, void, void> {
    const wanted = [...taken.values()];
    if (sort !== 'urgency') {
      yield* mergeStretches(stretches.byTime(sort, wanted, after));
      return;
    }
    const urgencies = [...new Set(wanted.map(({ urgency }) => urgency))].sort((one, other) => one - other);
    for (const urgency of urgencies) {
      if (after !== null && urgency < after[0]) continue;
      const alike = wanted.filter((one) => one.urgency === urgency);
      const from = after?.[0] === urgency ? after[1] : null;
      for (const { ordinal, place } of mergeStretches(stretches.byNumber(alike, from)))
        yield { ordinal, place: [urgency, place[0]] };
    }
  }

  function firstOf(rows: Iterable<Placed>, limit: number, isTaken: (ordinal: number) => boolean): Placed[] {
    const found: Placed[] = [];
    for (const row of rows) {
      if (!isTaken(row.ordinal)) continue;
      found.push(row);
      if (found.length === limit) break;
    }
    return found;
  }

  const readCandidates = (ordinals: readonly number[]) => statements.byOrdinals.all(JSON.stringify(ordinals));

  /** The newest (or oldest) matches of the classes wanted: the index of words has them in this order. */
  function matchesByNumber(matches: WordMatches, question: Question): Placed[] {
    const { sort, scope, after, limit } = question;
    const isNewest = sort !== 'oldest';
    const found: Placed[] = [];
    for (const ordinals of matches.batches(
      isNewest ? 'newest' : 'oldest',
      after === null ? null : Math.abs(after[0]),
    )) {
      const candidates = readCandidates(ordinals).filter(({ ordinal }) => scope.has(ordinal));
      found.push(...sorted(candidates, { ...question, limit: limit - found.length }));
      if (found.length >= limit) break;
    }
    return found;
  }

  /** All requests of the classes wanted, where they are few. */
  function fewOf(taken: ReadonlyMap<number, RequestClass>): Candidate[] | null {
    let requests = 0;
    for (const its of taken.values()) requests += its.requests;
    return requests > few.requests ? null : statements.byClasses.all(JSON.stringify([...taken.keys()]));
  }

  function searched(matches: WordMatches, question: Question): Placed[] {
    const { sort, taken, scope, limit } = question;
    const candidates = scope.candidates ?? fewOf(taken);
    if (candidates)
      return sorted(
        candidates.filter(({ ordinal }) => matches.has(ordinal) && scope.has(ordinal)),
        question,
      );
    if (sort === 'newest' || sort === 'oldest') return matchesByNumber(matches, question);
    const all = matches.all(few.matches)?.filter(scope.has);
    if (all) return sorted(readCandidates(all), question);
    return firstOf(walked(question), limit, (ordinal) => matches.has(ordinal) && scope.has(ordinal));
  }

  function ranked(matches: WordMatches, question: Question): Placed[] {
    const newest = searched(matches, { ...question, sort: 'newest', after: null, limit: rankedMatches });
    const scores = matches.scores(newest.map(({ ordinal }) => ordinal));
    return newest
      .map(({ ordinal }) => ({ ordinal, place: [scores.get(ordinal) ?? 0, -ordinal] as const }))
      .filter(({ place }) => isBehind(place, question.after))
      .sort((one, other) => comparePlaces(one.place, other.place))
      .slice(0, question.limit);
  }

  function find(query: z.output<typeof QueueQuery>, viewer: Viewer): Placed[] {
    const matches = search.find(query.search ?? '');
    // Without words nothing can be ranked.
    const sort = query.sort === 'relevance' && !matches ? 'newest' : query.sort;
    const filter: QueueFilter = query;
    const scope = scopeOf(query.view, viewer);
    const question: Question = {
      sort,
      isSearch: matches !== null,
      taken: new Map(classes.matching(filter).map((one) => [one.id, one])),
      scope,
      after: readCursor(query.cursor),
      limit: query.limit + 1,
    };
    if (matches) return (sort === 'relevance' ? ranked : searched)(matches, question);
    if (scope.candidates) return sorted(scope.candidates, question);
    return firstOf(walked(question), question.limit, scope.has);
  }

  return {
    page(query, viewer) {
      const found = find(query, viewer);
      const page = found.slice(0, query.limit);
      const last = page.at(-1);
      return {
        ordinals: page.map(({ ordinal }) => ordinal),
        nextCursor: found.length > query.limit && last ? writeCursor(last.place) : null,
      };
    },
    counts(viewer) {
      const byView = (count: (view: QueueView) => number) =>
        Object.fromEntries(queueViews.map((view) => [view, count(view)])) as QueueCounts;
      if (viewer.access === 'none') return byView(() => 0);
      if (viewer.access === 'all')
        return byView((view) => (view === 'mine' ? countMine(viewer.email) : classes.count(view)));
      const own = statements.countByRequester.all(viewer.email);
      return byView((view) => {
        if (view === 'mine') return scopeOf(view, viewer).candidates?.length ?? 0;
        let sum = 0;
        for (const { class: id, requests } of own) {
          const its = classes.byId(id);
          if (its && isInView(its, view)) sum += requests;
        }
        return sum;
      });
    },
  };
}

/** The stretches of the indexes, one for each class. */
function createStretches(db: Sqlite) {
  type Bound = [id: number, bound: number | null];
  const farthest = Number.MAX_SAFE_INTEGER;

  function byTimeStatements(index: string, column: string, order: 'asc' | 'desc') {
    const beyond = order === 'asc' ? '>' : '<';
    const inOrder = `order by ${column} ${order}, ordinal ${order}`;
    return {
      sign: order === 'asc' ? 1 : -1,
      bounds: db
        .prepare<[number, number, string], Bound>(
          `select value, (select ${column} from requests indexed by ${index}
             where class = value and (${column}, ordinal) ${beyond} (?, ?) ${inOrder} limit 1)
           from json_each(?)`,
        )
        .raw(),
      read: db
        .prepare<[number, number, number, number], [number, number]>(
          `select ${column}, ordinal from requests indexed by ${index}
           where class = ? and (${column}, ordinal) ${beyond} (?, ?) ${inOrder} limit ?`,
        )
        .raw(),
    };
  }

  function byNumberStatements(order: 'asc' | 'desc') {
    const beyond = order === 'asc' ? '>' : '<';
    return {
      sign: order === 'asc' ? 1 : -1,
      bounds: db
        .prepare<[number, string], Bound>(
          `select value, (select ordinal from requests indexed by requests_by_class
             where class = value and ordinal ${beyond} ? order by ordinal ${order} limit 1)
           from json_each(?)`,
        )
        .raw(),
      read: db
        .prepare<[number, number, number], number>(
          `select ordinal from requests indexed by requests_by_class
           where class = ? and ordinal ${beyond} ? order by ordinal ${order} limit ?`,
        )
        .pluck(),
    };
  }

  const times = {
    newest: byTimeStatements('requests_by_creation', 'created_at', 'desc'),
    relevance: byTimeStatements('requests_by_creation', 'created_at', 'desc'),
    oldest: byTimeStatements('requests_by_creation', 'created_at', 'asc'),
    updated: byTimeStatements('requests_by_update', 'updated_at', 'desc'),
  };
  const numbers = { newestFirst: byNumberStatements('desc'), oldestFirst: byNumberStatements('asc') };
  const idsOf = (wanted: readonly RequestClass[]) => JSON.stringify(wanted.map(({ id }) => id));

  return {
    byTime(sort: keyof typeof times, wanted: readonly RequestClass[], after: Place | null): Stretch[] {
      const { sign, bounds, read } = times[sort];
      const start = after ?? [-farthest, -farthest];
      const found: Stretch[] = [];
      for (const [id, time] of bounds.all(sign * start[0], sign * start[1], idsOf(wanted))) {
        if (time === null) continue;
        found.push({
          bound: sign * time,
          read: (from, limit) => {
            const [first, second] = from ?? start;
            return read
              .all(id, sign * first, sign * second, limit)
              .map(([value, ordinal]) => ({ ordinal, place: [sign * value, sign * ordinal] }));
          },
        });
      }
      return found;
    },
    /** Of one urgency: places are the number alone, negative where the newest comes first. */
    byNumber(wanted: readonly RequestClass[], after: number | null): Stretch[] {
      const found: Stretch[] = [];
      for (const isNewestFirst of [true, false]) {
        const alike = wanted.filter((one) => one.isNewestFirst === isNewestFirst);
        if (alike.length === 0) continue;
        const { sign, bounds, read } = isNewestFirst ? numbers.newestFirst : numbers.oldestFirst;
        const start = after ?? -farthest;
        for (const [id, ordinal] of bounds.all(sign * start, idsOf(alike))) {
          if (ordinal === null) continue;
          found.push({
            bound: sign * ordinal,
            read: (from, limit) =>
              read
                .all(id, sign * (from?.[0] ?? start), limit)
                .map((number) => ({ ordinal: number, place: [sign * number, 0] })),
          });
        }
      }
      return found;
    },
  };
}
