import { AppError } from '../../../shared/model/errors.ts';

export const faultSystems = [
  'salesforce',
  'hubspot',
  'slack',
  'teams',
  'confluence',
  'sharepoint',
  'postgres',
] as const;
export type FaultSystem = (typeof faultSystems)[number];

export const faultKinds = ['http_503', 'http_429', 'timeout', 'reset', 'write_then_reset'] as const;
export type FaultKind = (typeof faultKinds)[number];

/** A fault that befalls one request. `retryAfterSeconds` is set on every other `http_429`, as vendors do. */
export interface Fault {
  kind: FaultKind;
  retryAfterSeconds: number | null;
}

export interface Faults {
  /**
   * The next `times` requests to the system fail so; for `write_then_reset` the next writes are carried out and
   * their answers lost. Faults of one system come in the order in which they were armed, but a write fault never
   * holds up those of other kinds. Throws `invalid_input` for an unknown system, kind or count.
   */
  arm(system: FaultSystem, kind: FaultKind, times: number): void;
  /** The fault of the request at hand, used up by the call; null where it is to pass. */
  take(system: FaultSystem, isWrite: boolean): Fault | null;
  /** What has not befallen anything yet. */
  armed(): { system: FaultSystem; kind: FaultKind; times: number }[];
  clear(): void;
}

export function createFaults(): Faults {
  let queue: { system: FaultSystem; kind: FaultKind; times: number }[] = [];
  let busyAnswers = 0;

  return {
    arm(system, kind, times) {
      if (!faultSystems.includes(system)) throw unknownName('system', system, faultSystems);
      if (!faultKinds.includes(kind)) throw unknownName('kind of fault', kind, faultKinds);
      if (!Number.isInteger(times) || times < 1) {
        throw new AppError(
          'invalid_input',
          `A fault's "times" is a whole number from 1 on, not ${String(times)}.`,
        );
      }
      queue.push({ system, kind, times });
    },
    take(system, isWrite) {
      const index = queue.findIndex(
        (fault) => fault.system === system && (isWrite || fault.kind !== 'write_then_reset'),
      );
      const fault = queue[index];
      if (fault === undefined) return null;
      fault.times -= 1;
      if (fault.times === 0) queue.splice(index, 1);
      if (fault.kind === 'http_429') busyAnswers += 1;
      return {
        kind: fault.kind,
        retryAfterSeconds: fault.kind === 'http_429' && busyAnswers % 2 === 1 ? 1 : null,
      };
    },
    armed: () => queue.map((fault) => ({ ...fault })),
    clear() {
      queue = [];
    },
  };
}

function unknownName(what: string, name: unknown, known: readonly string[]): AppError {
  return new AppError(
    'invalid_input',
    `"${String(name)}" is not a ${what} that can be armed. Use one of ${known.join(', ')}.`,
  );
}
