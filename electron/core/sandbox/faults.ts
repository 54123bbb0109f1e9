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
export type VendorSystem = Exclude<FaultSystem, 'postgres'>;

/** The faults that scenarios know; they befall vendors and Postgres alike. */
export const scenarioFaultKinds = ['http_503', 'http_429', 'timeout', 'reset', 'write_then_reset'] as const;
/** Refusals with this status, in the vendor's own form; 401 as for credentials that have run out. */
const refusalKinds = ['http_401', 'http_403', 'http_404', 'http_409', 'http_412', 'http_500'] as const;
/** 429 with each form of Retry-After; `http_429_skewed` with a date by a vendor's clock that is far from ours. */
const busyKinds = [
  'http_429_bare',
  'http_429_seconds',
  'http_429_fraction',
  'http_429_date',
  'http_429_skewed',
] as const;
/**
 * Answers that are not what they should be: the work is done and the body breaks off on the wire, or within its JSON;
 * or a web page comes instead and nothing is done.
 */
const bodyKinds = ['truncated_body', 'truncated_json', 'html_page'] as const;
/** A page of a list without anything on it that is not the last, or one that is followed by itself. */
const pageKinds = ['empty_page', 'page_loop'] as const;
export const faultKinds = [
  ...scenarioFaultKinds,
  ...refusalKinds,
  ...busyKinds,
  ...bodyKinds,
  ...pageKinds,
] as const;

export type ScenarioFaultKind = (typeof scenarioFaultKinds)[number];
export type FaultKind = (typeof faultKinds)[number];
export type PageFaultKind = (typeof pageKinds)[number];

/** Which requests a fault waits for. Reads are those with credentials; a request for a token is neither. */
export type FaultTarget = 'any' | 'read' | 'write';

/** A fault that befalls one request. `retryAfterSeconds` is set on every other `http_429`, as vendors do. */
export interface Fault {
  kind: Exclude<FaultKind, PageFaultKind>;
  retryAfterSeconds: number | null;
}

/** What of a request decides which faults may befall it. */
export interface FaultableRequest {
  isWrite: boolean;
  /** Whether it has to carry credentials. */
  needsCredentials: boolean;
}

export interface Faults {
  /**
   * The next `times` requests to the system that `target` means fail so; for `write_then_reset` the next writes are
   * carried out and their answers lost. Faults of one system come in the order in which they were armed, but one that
   * waits for another sort of request never holds up the rest. Throws `invalid_input` for an unknown system, kind or
   * count.
   */
  arm(system: FaultSystem, kind: FaultKind, times: number, target?: FaultTarget): void;
  /** The fault of the request at hand, used up by the call; null where it is to pass. */
  take(system: FaultSystem, request: FaultableRequest): Fault | null;
  /** The fault of the page of a list that is about to be sent, used up by the call. */
  takeForPage(system: FaultSystem): PageFaultKind | null;
  /** What has not befallen anything yet. */
  armed(): { system: FaultSystem; kind: FaultKind; times: number }[];
  clear(): void;
}

interface ArmedFault {
  system: FaultSystem;
  kind: FaultKind;
  times: number;
  target: FaultTarget;
}

export function createFaults(): Faults {
  let queue: ArmedFault[] = [];
  let busyAnswers = 0;

  function use(fault: ArmedFault): void {
    fault.times -= 1;
    if (fault.times === 0) queue = queue.filter((other) => other !== fault);
  }

  return {
    arm(system, kind, times, target = kind === 'write_then_reset' ? 'write' : 'any') {
      if (!faultSystems.includes(system)) throw unknownName('system', system, faultSystems);
      const kinds = system === 'postgres' ? scenarioFaultKinds : faultKinds;
      if (!kinds.some((known) => known === kind)) throw unknownName('kind of fault', kind, kinds);
      if (!Number.isInteger(times) || times < 1) {
        throw new AppError(
          'invalid_input',
          `A fault's "times" is a whole number from 1 on, not ${String(times)}.`,
        );
      }
      queue.push({ system, kind, times, target });
    },
    take(system, request) {
      for (const fault of queue) {
        const { kind } = fault;
        if (fault.system !== system || isPageKind(kind) || !befalls(fault, request)) continue;
        use(fault);
        if (kind === 'http_429') busyAnswers += 1;
        return { kind, retryAfterSeconds: kind === 'http_429' && busyAnswers % 2 === 1 ? 1 : null };
      }
      return null;
    },
    takeForPage(system) {
      for (const fault of queue) {
        if (fault.system !== system || !isPageKind(fault.kind)) continue;
        use(fault);
        return fault.kind;
      }
      return null;
    },
    armed: () => queue.map(({ system, kind, times }) => ({ system, kind, times })),
    clear() {
      queue = [];
    },
  };
}

function isPageKind(kind: FaultKind): kind is PageFaultKind {
  return pageKinds.some((known) => known === kind);
}

function befalls({ kind, target }: ArmedFault, { isWrite, needsCredentials }: FaultableRequest): boolean {
  if (kind === 'http_401' && !needsCredentials) return false;
  if (target === 'write') return isWrite;
  return target === 'any' || (!isWrite && needsCredentials);
}

function unknownName(what: string, name: unknown, known: readonly string[]): AppError {
  return new AppError(
    'invalid_input',
    `"${String(name)}" is not a ${what} that can be armed. Use one of ${known.join(', ')}.`,
  );
}
