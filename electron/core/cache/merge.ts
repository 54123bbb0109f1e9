/** Where a row stands in a list: what it is sorted by, and what breaks ties. */
export type Place = readonly [first: number, second: number];

export interface Placed {
  ordinal: number;
  place: Place;
}

export const comparePlaces = (one: Place, other: Place): number => one[0] - other[0] || one[1] - other[1];

/** Rows in order, of which at first only a bound is known: none of them stands before it. */
export interface Stretch {
  bound: number;
  /** The rows after the given place (null: from the start) in order, at most `limit`. */
  read(after: Place | null, limit: number): Placed[];
}

const firstRead = 8;
const largestRead = 256;

interface Opened {
  rows: Placed[];
  next: number;
  limit: number;
  stretch: Stretch;
}

/** The row that is next, or undefined at the end; reads more where it has to, and always twice as many as before. */
function head(opened: Opened): Placed | undefined {
  const row = opened.rows[opened.next];
  if (row !== undefined) return row;
  const last = opened.rows.at(-1);
  if (last !== undefined && opened.rows.length < opened.limit) return undefined;
  if (last !== undefined) opened.limit = Math.min(opened.limit * 2, largestRead);
  opened.rows = opened.stretch.read(last?.place ?? null, opened.limit);
  opened.next = 0;
  return opened.rows[0];
}

/** A binary heap, the first in order on top. */
function createHeap() {
  const items: { place: Place; opened: Opened }[] = [];
  const before = (one: number, other: number) => {
    const a = items[one];
    const b = items[other];
    return a !== undefined && b !== undefined && comparePlaces(a.place, b.place) < 0;
  };
  const swap = (one: number, other: number) => {
    const a = items[one];
    const b = items[other];
    if (a === undefined || b === undefined) return;
    items[one] = b;
    items[other] = a;
  };
  const sink = () => {
    for (let at = 0; ; ) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      const child = before(right, left) ? right : left;
      if (!before(child, at)) return;
      swap(child, at);
      at = child;
    }
  };
  return {
    top: () => items[0],
    push(place: Place, opened: Opened) {
      items.push({ place, opened });
      for (let at = items.length - 1; at > 0; ) {
        const parent = (at - 1) >> 1;
        if (!before(at, parent)) return;
        swap(at, parent);
        at = parent;
      }
    },
    /** Gives the top another place; null takes it away. */
    move(place: Place | null) {
      const top = items[0];
      const last = place === null ? items.pop() : undefined;
      if (top === undefined) return;
      if (place !== null) items[0] = { ...top, place };
      else if (last !== undefined && items.length > 0) items[0] = last;
      sink();
    },
  };
}

/**
 * The rows of many stretches as one list in order, read as far as it is asked for: a stretch is opened when the list
 * has come to its bound, so most are never read.
 */
export function* mergeStretches(stretches: readonly Stretch[]): Generator<Placed, void, void> {
  const closed = stretches.toSorted((one, other) => one.bound - other.bound);
  const heap = createHeap();
  let nextClosed = 0;
  for (;;) {
    const top = heap.top();
    const candidate = closed[nextClosed];
    if (candidate !== undefined && (top === undefined || candidate.bound <= top.place[0])) {
      nextClosed += 1;
      const opened: Opened = { rows: [], next: 0, limit: firstRead, stretch: candidate };
      const first = head(opened);
      if (first) heap.push(first.place, opened);
      continue;
    }
    if (top === undefined) return;
    const row = head(top.opened);
    if (row) yield row;
    top.opened.next += 1;
    heap.move(head(top.opened)?.place ?? null);
  }
}
