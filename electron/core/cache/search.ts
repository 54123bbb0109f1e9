import type { FactStore } from './facts.ts';
import type { Sqlite } from './sqlite.ts';

/**
 * The words of requests, in one full-text index for every 32,768 numbers. A word that half of a million requests hold
 * is then looked up in the newest index alone, and the score of a match never needs more than one index's statistics;
 * in a single index both take time in proportion to everything that was ever written.
 */
const partitionSize = 2 ** 15;

const partitionOf = (ordinal: number) => Math.floor(ordinal / partitionSize);
const tableOf = (partition: number) => `search_${partition}`;
const wordsTableOf = (partition: number) => `words_${partition}`;

/** What is indexed, with how much more a word counts there than in a message. */
const searchColumns = {
  subject: 8,
  summary: 4,
  people: 3,
  rationale: 2,
  messages: 1,
} as const;
const columnNames = Object.keys(searchColumns).join(', ');

const wordsOfRequests = `
  select r.ordinal, concat_ws(' ', r.request_id, r.lead_label, r.target_record), r.summary,
    concat_ws(' ', r.requester, (select name from people where email = r.requester)), r.rationale,
    (select group_concat(text, ' ') from messages m where m.request_id = r.request_id)
  from requests r`;

/** The words of a search, each of them the beginning of a word; at most 16. */
export function wordsOf(text: string): string[] {
  const words =
    text
      .normalize('NFC')
      .toLowerCase()
      .match(/[\p{L}\p{N}\p{M}]+/gu) ?? [];
  return [...new Set(words)].slice(0, 16);
}

/** The requests that hold all the words of a search, read only as far as they are asked for. */
export interface WordMatches {
  has(ordinal: number): boolean;
  /** All of them, in no order; null where there are more than `most`. */
  all(most: number): number[] | null;
  /** All of them by number, from beyond `after` on, in portions. */
  batches(order: 'newest' | 'oldest', after: number | null): Iterable<number[]>;
  /** The BM25 scores of matches; the lower, the better. How rare a word is, is taken from the match's own index. */
  scores(ordinals: readonly number[]): Map<number, number>;
}

export interface Search {
  /** Null where the text has no words. */
  find(text: string): WordMatches | null;
  /** Takes a request in, or its words anew; one that was not reached by `build` yet is left to it. */
  put(ordinal: number, isNew: boolean): void;
  remove(ordinal: number): void;
  /** The requests of this person are to be indexed again, by and by. */
  noteRenamed(email: string): void;
  /** Indexes some of those again; false when none is left. In a transaction of the caller. */
  refresh(): boolean;
  /** Indexes some more requests, the newest first; false when none is left. In a transaction of the caller. */
  build(): boolean;
  /** How many requests are found by all their words. */
  indexed(): number;
  /** Forgets what a transaction that failed has left in memory. */
  load(): void;
}

/** Some 5 ms of work each. */
const requestsPerBuild = 250;
const requestsPerRefresh = 50;
const pagesPerMerge = 64;

interface Partition {
  start: number;
  /** The first word of the index from this text on. */
  wordFrom: (text: string) => string | undefined;
  newest: (query: string, before: number, limit: number) => number[];
  oldest: (query: string, after: number, limit: number) => number[];
  scores: (query: string, from: number, to: number) => [number, number][];
  put: (from: number, to: number) => number;
  remove: (ordinal: number) => void;
  /** Brings the parts in which words were written somewhat together; false when they are one. */
  merge: () => boolean;
}

function openPartition(db: Sqlite, partition: number): Partition {
  const table = tableOf(partition);
  const select = (rest: string) =>
    db.prepare<unknown[], number>(`select rowid from ${table} where ${table} match ? ${rest}`).pluck();
  const changeCount = db.prepare<[], number>('select total_changes()').pluck();
  const wordFrom = db
    .prepare<[string], string>(`select term from temp.${wordsTableOf(partition)} where term >= ? limit 1`)
    .pluck();
  const newest = select('and rowid < ? order by rowid desc limit ?');
  const oldest = select('and rowid > ? order by rowid limit ?');
  const weights = Object.values(searchColumns).join(', ');
  const scores = db
    .prepare<[string, number, number], [number, number]>(
      `select rowid, bm25(${table}, ${weights}) from ${table} where ${table} match ? and rowid between ? and ?`,
    )
    .raw();
  const put = db.prepare(
    `insert or replace into ${table} (rowid, ${columnNames}) ${wordsOfRequests}
     where r.ordinal >= ? and r.ordinal < ? order by r.ordinal`,
  );
  const remove = db.prepare(`delete from ${table} where rowid = ?`);
  const merge = db.prepare(`insert into ${table} (${table}, rank) values ('merge', -${pagesPerMerge})`);
  return {
    start: partition * partitionSize,
    wordFrom: (text) => wordFrom.get(text),
    newest: (query, before, limit) => newest.all(query, before, limit),
    oldest: (query, after, limit) => oldest.all(query, after, limit),
    scores: (query, from, to) => scores.all(query, from, to),
    put: (from, to) => put.run(from, to).changes,
    remove: (ordinal) => remove.run(ordinal),
    merge() {
      const before = changeCount.get() ?? 0;
      merge.run();
      // https://sqlite.org/fts5.html#the_merge_command: fewer than two changes mean that there was nothing to do.
      return (changeCount.get() ?? 0) - before >= 2;
    },
  };
}

export function createSearch({ db, facts }: { db: Sqlite; facts: FactStore }): Search {
  const partitions = new Map<number, Partition>();
  const nextBelow = db
    .prepare<[number], number>('select max(ordinal) from requests where ordinal < ?')
    .pluck();
  const lowest = db
    .prepare<[number, number], number>(
      `select min(ordinal) from (select ordinal from requests where ordinal < ? order by ordinal desc limit ?)`,
    )
    .pluck();
  const someStale = db.prepare<[number], number>('select ordinal from search_stale limit ?').pluck();
  const countStale = db.prepare<[], number>('select count(*) from search_stale').pluck();
  const noLongerStale = db.prepare('delete from search_stale where ordinal = ?');
  const noteStale = db.prepare(
    `insert or ignore into search_stale (ordinal)
     select ordinal from requests indexed by requests_of_requesters where requester = ? and ordinal >= ?`,
  );

  const openWords = (partition: number) =>
    db.exec(
      `create virtual table if not exists temp.${wordsTableOf(partition)}
         using fts5vocab(main, ${tableOf(partition)}, instance)`,
    );

  function load(): void {
    partitions.clear();
    const names = db.prepare<[], string>(
      `select name from sqlite_schema where sql like 'create virtual table%'`,
    );
    for (const name of names.pluck().all()) {
      const partition = Number(name.slice(tableOf(0).length - 1));
      openWords(partition);
      partitions.set(partition, openPartition(db, partition));
    }
  }

  function partitionFor(ordinal: number): Partition {
    const number = partitionOf(ordinal);
    const known = partitions.get(number);
    if (known) return known;
    // No columns for prefixes: within a partition the words of a prefix are few enough to be joined.
    db.exec(
      `create virtual table ${tableOf(number)} using fts5(${columnNames}, content = '', contentless_delete = 1,
         tokenize = "unicode61 remove_diacritics 2")`,
    );
    // FTS5's own merging comes with some change or other and makes that one wait.
    db.prepare(`insert into ${tableOf(number)} (${tableOf(number)}, rank) values ('automerge', 0)`).run();
    openWords(number);
    const made = openPartition(db, number);
    partitions.set(number, made);
    return made;
  }

  const searched = () => facts.read('searched') ?? { from: Number.MAX_SAFE_INTEGER, requests: 0 };

  const inOrder = (order: 'newest' | 'oldest') =>
    [...partitions.keys()]
      .sort((one, other) => (order === 'newest' ? other - one : one - other))
      .flatMap((number) => partitions.get(number) ?? []);

  function refresh(): boolean {
    const stale = someStale.all(requestsPerRefresh);
    for (const ordinal of stale) {
      partitionFor(ordinal).put(ordinal, ordinal + 1);
      noLongerStale.run(ordinal);
    }
    return stale.length === requestsPerRefresh;
  }

  load();
  return {
    find(text) {
      const words = wordsOf(text);
      return words.length === 0 ? null : findWords(words, { partitions, inOrder });
    },
    put(ordinal, isNew) {
      const { from, requests } = searched();
      if (ordinal < from) return;
      partitionFor(ordinal).put(ordinal, ordinal + 1);
      if (isNew) facts.write('searched', { from, requests: requests + 1 });
    },
    remove(ordinal) {
      const { from, requests } = searched();
      if (ordinal < from) return;
      partitionFor(ordinal).remove(ordinal);
      noLongerStale.run(ordinal);
      facts.write('searched', { from, requests: requests - 1 });
    },
    noteRenamed: (email) => noteStale.run(email, searched().from),
    build() {
      const { from, requests } = searched();
      const highest = nextBelow.get(from) ?? null;
      const last = partitions.get(partitionOf(from));
      const isLastWhole = highest === null || partitionOf(highest) !== partitionOf(from);
      if (last && isLastWhole && last.merge()) return true;
      if (highest === null) {
        // From now on a request of any number is taken in as it comes.
        if (from !== Number.MIN_SAFE_INTEGER)
          facts.write('searched', { from: Number.MIN_SAFE_INTEGER, requests });
        return refresh();
      }
      const partition = partitionFor(highest);
      const to = Math.max(lowest.get(from, requestsPerBuild) ?? highest, partition.start);
      const added = partition.put(to, from);
      facts.write('searched', { from: to, requests: requests + added });
      return true;
    },
    refresh,
    indexed: () => searched().requests - (countStale.get() ?? 0),
    load,
  };
}

/** Portions by which a partition's matches are read: a page first, everything at the end. */
const portions = [256, 2_048, partitionSize] as const;
/** As many words may begin alike and be looked for one by one. */
const fewWords = 8;

/**
 * What to look for where words begin like this, null where none does. Single words can be followed through the index,
 * where FTS5 joins all words of a prefix before it begins: with a frequent word that takes longer than all the rest.
 */
function expand(partition: Partition, word: string): string | null {
  // Which other letters FTS5 takes for the same is its own to know.
  if (!/^[a-z0-9]+$/.test(word)) return `"${word}" *`;
  const found: string[] = [];
  for (
    let next = partition.wordFrom(word);
    next?.startsWith(word);
    next = partition.wordFrom(`${next}\u0001`)
  ) {
    if (found.length === fewWords) return `"${word}" *`;
    found.push(`"${next}"`);
  }
  return found.length === 0 ? null : `(${found.join(' OR ')})`;
}

function findWords(
  words: string[],
  {
    partitions,
    inOrder,
  }: {
    partitions: ReadonlyMap<number, Partition>;
    inOrder: (order: 'newest' | 'oldest') => Partition[];
  },
): WordMatches {
  interface Asked {
    /** Null where a word does not occur. */
    query: string | null;
    matches: { ordinals: number[]; isMatch: Uint8Array } | null;
  }
  const known = new Map<Partition, Asked>();

  function queryOf(partition: Partition): string | null {
    const parts: string[] = [];
    for (const word of words) {
      const part = expand(partition, word);
      if (part === null) return null;
      parts.push(part);
    }
    return parts.join(' AND ');
  }

  function asked(partition: Partition): Asked {
    const before = known.get(partition);
    if (before) return before;
    const made = { query: queryOf(partition), matches: null };
    known.set(partition, made);
    return made;
  }

  function matchesIn(partition: Partition) {
    const about = asked(partition);
    if (about.matches) return about.matches;
    const ordinals =
      about.query === null
        ? []
        : partition.newest(about.query, partition.start + partitionSize, partitionSize);
    const isMatch = new Uint8Array(partitionSize);
    for (const ordinal of ordinals) isMatch[ordinal - partition.start] = 1;
    about.matches = { ordinals, isMatch };
    return about.matches;
  }

  return {
    has(ordinal) {
      const partition = partitions.get(partitionOf(ordinal));
      return partition !== undefined && matchesIn(partition).isMatch[ordinal - partition.start] === 1;
    },
    all(most) {
      const found: number[] = [];
      for (const partition of inOrder('newest')) {
        found.push(...matchesIn(partition).ordinals);
        if (found.length > most) return null;
      }
      return found;
    },
    *batches(order, after) {
      for (const partition of inOrder(order)) {
        const end = partition.start + partitionSize;
        const isBeyond = after !== null && (order === 'newest' ? after <= partition.start : after >= end - 1);
        const { query } = isBeyond ? { query: null } : asked(partition);
        if (query === null) continue;
        let edge =
          order === 'newest'
            ? Math.min(end, after ?? end)
            : Math.max(partition.start - 1, after ?? partition.start - 1);
        for (const portion of portions) {
          const ordinals =
            order === 'newest'
              ? partition.newest(query, edge, portion)
              : partition.oldest(query, edge, portion);
          if (ordinals.length > 0) yield ordinals;
          if (ordinals.length < portion) break;
          edge = ordinals.at(-1) ?? edge;
        }
      }
    },
    scores(ordinals) {
      const found = new Map<number, number>();
      for (const [number, members] of Map.groupBy(ordinals, partitionOf)) {
        const partition = partitions.get(number);
        const query = partition && asked(partition).query;
        if (!query) continue;
        const [from, to] = [Math.min(...members), Math.max(...members)];
        for (const [ordinal, score] of partition.scores(query, from, to)) found.set(ordinal, score);
      }
      return found;
    },
  };
}
