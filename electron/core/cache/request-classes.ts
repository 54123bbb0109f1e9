import type { z } from 'zod';
import type { QueueQuery, QueueView } from '../../../shared/contract/contract.ts';
import type { Priority, Reason, Source, Status } from '../../../shared/model/request.ts';
import type { Sqlite } from './sqlite.ts';

/** One combination of what lists filter and sort by, and how many requests have it. */
export interface RequestClass {
  readonly id: number;
  readonly status: Status;
  readonly priority: Priority;
  readonly reason: Reason | null;
  readonly source: Source;
  readonly isOverdue: boolean;
  readonly isFinal: boolean;
  readonly urgency: number;
  readonly isNewestFirst: boolean;
  requests: number;
}

type ClassTraits = Omit<RequestClass, 'id' | 'requests'>;

/** Whether requests of this class belong to a view; for `mine` whether they can, depending on who the person is. */
export function isInView(one: ClassTraits, view: QueueView): boolean {
  switch (view) {
    case 'open':
      return !one.isFinal;
    case 'mine':
      return one.status === 'Escalated' || one.status === 'Waiting';
    case 'escalated':
      return one.status === 'Escalated';
    case 'waiting':
      return one.status === 'Waiting';
    case 'overdue':
      return !one.isFinal && one.isOverdue;
    case 'done':
      return one.isFinal;
    case 'all':
      return true;
  }
}

export type QueueFilter = Pick<
  z.output<typeof QueueQuery>,
  'view' | 'status' | 'priority' | 'reason' | 'source'
>;

function isWanted(one: ClassTraits, filter: QueueFilter): boolean {
  const has = <Value>(wanted: readonly Value[] | undefined, value: Value | null) =>
    !wanted?.length || (value !== null && wanted.includes(value));
  return (
    isInView(one, filter.view) &&
    has(filter.status, one.status) &&
    has(filter.priority, one.priority) &&
    has(filter.reason, one.reason) &&
    has(filter.source, one.source)
  );
}

/** In this order in a class's key and in its row. */
export type ClassValues = [
  status: string,
  priority: string,
  reason: string | null,
  source: string,
  isOverdue: number,
  isFinal: number,
  urgency: number,
  isNewestFirst: number,
];

/** One text for one combination, quicker than to join an array: a first copy asks a million times. */
const keyOf = (v: ClassValues) => `${v[0]}\t${v[1]}\t${v[2]}\t${v[3]}\t${v[4]}\t${v[5]}\t${v[6]}\t${v[7]}`;

/**
 * The classes in memory. Counts are changed in memory at once and written with `save`, in the transaction of the
 * rows; after a transaction that failed, `load` takes them back from the file.
 */
export interface RequestClasses {
  /** The class's number; made where it is new. */
  idOf(values: ClassValues): number;
  add(id: number, requests: number): void;
  byId(id: number): RequestClass | undefined;
  /** Those that a filter takes and some request has. */
  matching(filter: QueueFilter): RequestClass[];
  count(view: QueueView): number;
  total(): number;
  save(): void;
  load(): void;
}

type ClassRow = [id: number, ...ClassValues, requests: number];

export function createRequestClasses(db: Sqlite): RequestClasses {
  const select = db
    .prepare<[], ClassRow>(
      `select class, status, priority, reason, source, is_overdue, is_final, urgency, is_newest_first, requests
       from request_classes`,
    )
    .raw();
  const upsert = db.prepare(
    `insert into request_classes
       (class, status, priority, reason, source, is_overdue, is_final, urgency, is_newest_first, requests)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     on conflict (class) do update set requests = excluded.requests`,
  );
  const byId = new Map<number, RequestClass>();
  const byKey = new Map<string, number>();
  const changed = new Set<number>();

  function keep(id: number, values: ClassValues, requests: number): void {
    const [status, priority, reason, source, isOverdue, isFinal, urgency, isNewestFirst] = values;
    byKey.set(keyOf(values), id);
    byId.set(id, {
      id,
      // The store keeps these to the words of the model.
      status: status as Status,
      priority: priority as Priority,
      reason: reason as Reason | null,
      source: source as Source,
      isOverdue: isOverdue === 1,
      isFinal: isFinal === 1,
      urgency,
      isNewestFirst: isNewestFirst === 1,
      requests,
    });
  }

  const sum = (isCounted: (one: RequestClass) => boolean): number => {
    let requests = 0;
    for (const one of byId.values()) if (isCounted(one)) requests += one.requests;
    return requests;
  };

  const classes: RequestClasses = {
    idOf(values) {
      const known = byKey.get(keyOf(values));
      if (known !== undefined) return known;
      const id = byId.size + 1;
      keep(id, values, 0);
      return id;
    },
    add(id, requests) {
      const one = byId.get(id);
      if (one === undefined) throw new Error(`There is no class ${id}`);
      one.requests += requests;
      changed.add(id);
    },
    byId: (id) => byId.get(id),
    matching: (filter) => [...byId.values()].filter((one) => one.requests > 0 && isWanted(one, filter)),
    count: (view) => sum((one) => isInView(one, view)),
    total: () => sum(() => true),
    save() {
      for (const id of changed) {
        const one = byId.get(id);
        if (one === undefined) continue;
        const { status, priority, reason, source, isOverdue, isFinal, urgency, isNewestFirst, requests } =
          one;
        upsert.run(
          id,
          status,
          priority,
          reason,
          source,
          Number(isOverdue),
          Number(isFinal),
          urgency,
          Number(isNewestFirst),
          requests,
        );
      }
      changed.clear();
    },
    load() {
      byId.clear();
      byKey.clear();
      changed.clear();
      for (const [id, ...rest] of select.iterate()) {
        const values = rest.slice(0, -1) as ClassValues;
        keep(id, values, rest.at(-1) as number);
      }
    },
  };
  classes.load();
  return classes;
}
