import type { AppError } from '../../../shared/model/errors.ts';
import type { CrmRecord, CrmSystem } from '../../../shared/model/lead.ts';
import type { PolicyDocument } from '../../../shared/model/policy.ts';
import type { CrmConnector } from '../connectors/connector.ts';
import { type Tried, withRetries } from '../connectors/retry.ts';
import { type PolicyLibrary, wholePolicy } from '../knowledge/policy-library.ts';
import type { Clock } from '../ports.ts';
import type { SystemHealth } from '../system-health.ts';
import type { LanguageReader } from './language/reader.ts';
import {
  type CallEnd,
  type ContextBudget,
  contextBudget,
  createReadsUnderWay,
  type Patience,
  type ReadsUnderWay,
} from './reads-under-way.ts';
import type { AnyToolAnswer, AnyToolCall, Steps, Tools } from './tool-calls.ts';
import { type CrmCall, datedBy, recordWords, vendorCallOf } from './vendor-calls.ts';

/** One call to a vendor, as the audit log keeps it. */
export interface ToolCallDetails {
  tool: string;
  system: string;
  /** What was asked, in a few words. */
  asked: string;
  outcome: 'ok' | 'failed';
  /** What came back, in a few words, or the failure in the vendor's own. */
  result: string;
  tries: number;
  durationMs: number;
}

/** What a run did to the vendors so far, and how long it waited for them. */
export interface Trail {
  calls: ToolCallDetails[];
  /** Time in which at least one vendor call was under way, in milliseconds. */
  vendorMs: number;
  /** Vendor calls that are under way, and since when without a break. */
  underWay: number;
  underWaySince: number;
  patience: Patience;
  /** CRMs that did not answer, after every retry: the run asks them nothing more. */
  unreachable: Map<CrmSystem, AppError>;
}

export const newTrail = (): Trail => ({
  calls: [],
  vendorMs: 0,
  underWay: 0,
  underWaySince: 0,
  patience: new Map(),
  unreachable: new Map(),
});

export interface ToolsOptions {
  crms: Partial<Record<CrmSystem, CrmConnector>>;
  reader: LanguageReader;
  policy: PolicyLibrary;
  readRouting: () => Promise<Tools['read_routing']['output']>;
  clock: Clock;
  health: Pick<SystemHealth, 'note'>;
  /** How long a case waits for what it can be decided without; `contextBudget` if left out. */
  budget?: ContextBudget;
}

/** A vendor call, as it is told about. */
export interface NotedCall<Value> {
  tool: string;
  system: string;
  asked: string;
  describe: (value: Value) => string;
  /** What the call shows to be wrong with the system; by default an outage, or a sign-in that does not hold. */
  problemOf?: (tried: Tried<Value>) => string | null;
}

export interface ToolRunner {
  /**
   * Drives a part of the workflow to its end. What it begins runs side by side; what it did not wait for is given the
   * rest of its time, so that every call is on record when the part is over.
   */
  drive<Result>(steps: Steps<Result>, trail: Trail, signal: AbortSignal): Promise<Result>;
  /** Changes an owner, once; the caller knows what to do about a failure. */
  changeOwner(
    change: {
      system: CrmSystem;
      id: string;
      ownerId: string;
      ifUnmodifiedSince: string | null;
      asked: string;
    },
    trail: Trail,
    signal: AbortSignal,
  ): Promise<Tried<void>>;
  /** Reads a record anew, with retries. */
  readRecord(
    record: { system: CrmSystem; id: string },
    trail: Trail,
    signal: AbortSignal,
  ): Promise<Tried<CrmRecord | null>>;
  /** Notes a vendor call that was made elsewhere. */
  note<Value>(
    trail: Trail,
    about: NotedCall<Value>,
    call: () => Promise<Tried<Value>>,
  ): Promise<Tried<Value>>;
}

/** A refusal of one call is no trouble of the system. */
const outageOf = (tried: Tried<unknown>): string | null =>
  !tried.isOk && (tried.error.isRetried || tried.error.code === 'vendor_auth') ? tried.error.message : null;

const pagesWords = (documents: readonly PolicyDocument[]): string =>
  documents.length === 0
    ? 'no page'
    : documents
        .map(
          ({ id, version, cachedAt }) =>
            `${id}@${version}${cachedAt === null ? '' : `, copy of ${cachedAt}`}`,
        )
        .join('; ');

/** Whatever keeps the policy from being read is trouble: cases wait for it. */
const policyProblem = (tried: Tried<PolicyDocument[]>): string | null => {
  if (!tried.isOk) return tried.error.message;
  const copy = tried.value.find(({ cachedAt }) => cachedAt !== null);
  return copy ? `The policy pages cannot be read. The copies of ${copy.cachedAt} are used for a day.` : null;
};

/** Counts the time while a vendor call is under way; calls side by side count once. */
async function whileUnderWay<Value>(trail: Trail, work: () => Promise<Value>): Promise<Value> {
  if (trail.underWay === 0) trail.underWaySince = performance.now();
  trail.underWay += 1;
  try {
    return await work();
  } finally {
    trail.underWay -= 1;
    if (trail.underWay === 0) trail.vendorMs += performance.now() - trail.underWaySince;
  }
}

/** A call that is given up ends as a failure that is on record; whatever else is thrown is thrown on. */
async function unlessGivenUp<Value>(
  { givenUpBecause }: CallEnd,
  call: () => Promise<Tried<Value>>,
): Promise<Tried<Value>> {
  try {
    return await call();
  } catch (thrown) {
    const error = givenUpBecause();
    if (error === null) throw thrown;
    return { isOk: false, error, tries: 1 };
  }
}

/** Answers the workflow's moves until it has its result. */
async function follow<Result>(steps: Steps<Result>, reads: ReadsUnderWay): Promise<Result> {
  let step = steps.next();
  while (!step.done) {
    const move = step.value;
    if (move.kind === 'begin') step = steps.next(reads.begin(move.call));
    else if (move.waits === 'in time') step = steps.next(await reads.finishInTime(move.ticket));
    else step = steps.next(await reads.finish(move.ticket));
  }
  return step.value;
}

/** Makes the calls that the workflow asks for, each with its retries, and notes every one that went to a vendor. */
export function createTools(options: ToolsOptions): ToolRunner {
  const { crms, reader, policy, readRouting, clock, health, budget = contextBudget } = options;

  const crmOf = (system: CrmSystem): CrmConnector => {
    const crm = crms[system];
    if (!crm) throw new Error(`The workflow asked for ${system}, which is not connected`);
    return crm;
  };

  async function note<Value>(
    trail: Trail,
    about: NotedCall<Value>,
    call: () => Promise<Tried<Value>>,
  ): Promise<Tried<Value>> {
    const startedAt = performance.now();
    const tried = await whileUnderWay(trail, call);
    const { tool, system, asked, describe, problemOf = outageOf } = about;
    // A call that was given up says nothing of the system.
    if (tried.isOk || tried.error.code !== 'cancelled') health.note(system, problemOf(tried));
    trail.calls.push({
      tool,
      system,
      asked,
      outcome: tried.isOk ? 'ok' : 'failed',
      result: tried.isOk ? describe(tried.value) : tried.error.message,
      tries: tried.tries,
      durationMs: Math.round(performance.now() - startedAt),
    });
    return tried;
  }

  async function readPolicy(trail: Trail, end: CallEnd): Promise<AnyToolAnswer> {
    const about = {
      tool: 'read_policy',
      asked: 'the policy pages',
      describe: pagesWords,
      problemOf: policyProblem,
    };
    const readings = policy().map(({ system, read }) =>
      note(trail, { ...about, system }, () => unlessGivenUp(end, () => read(end.signal))),
    );
    const whole = wholePolicy(await Promise.all(readings));
    return whole.isOk ? { ...whole, at: clock.now().toISOString() } : whole;
  }

  async function askVendor(call: CrmCall, trail: Trail, end: CallEnd): Promise<AnyToolAnswer> {
    const { signal } = end;
    const { system, asked, make, describe, isDated } = vendorCallOf(call);
    const silent = trail.unreachable.get(system);
    if (silent) return { isOk: false, error: silent };
    const about = { tool: call.tool, system, asked, describe: describe as (value: unknown) => string };
    const tried = await note<unknown>(trail, about, () =>
      unlessGivenUp(end, () => withRetries(() => make(crmOf(system), signal), { clock, signal })),
    );
    if (!tried.isOk) return { isOk: false, error: tried.error };
    const at = clock.now().toISOString();
    return { isOk: true, value: isDated ? datedBy(at, tried.value) : tried.value, at } as AnyToolAnswer;
  }

  async function answer(call: AnyToolCall, trail: Trail, end: CallEnd): Promise<AnyToolAnswer> {
    const at = clock.now().toISOString();
    if (call.tool === 'read_language') return { isOk: true, value: await reader.read(call.input), at };
    if (call.tool === 'read_routing') return { isOk: true, value: await readRouting(), at };
    if (call.tool === 'read_policy') return readPolicy(trail, end);
    return askVendor(call, trail, end);
  }

  return {
    note,
    async drive(steps, trail, signal) {
      const reads = createReadsUnderWay({
        answer: (call, end) => answer(call, trail, end),
        signal,
        budget,
        patience: trail.patience,
        onNeeded({ input }, answered) {
          if (!answered.isOk && answered.error.isRetried && 'system' in input)
            trail.unreachable.set(input.system, answered.error);
        },
      });
      try {
        const result = await follow(steps, reads);
        await reads.end();
        return result;
      } catch (thrown) {
        reads.giveUp();
        throw thrown;
      }
    },
    changeOwner({ system, id, ownerId, ifUnmodifiedSince, asked }, trail, signal) {
      const call = async (): Promise<Tried<void>> => {
        const change = { id, ownerId, ifUnmodifiedSince };
        const once = () => crmOf(system).changeOwner(change, { signal });
        return withRetries(once, { clock, signal, tries: 1 });
      };
      const about = { tool: 'change_owner', system, asked, describe: () => 'accepted' };
      return note(trail, about, call);
    },
    readRecord({ system, id }, trail, signal) {
      const about = { tool: 'read_back', system, asked: id, describe: recordWords };
      const read = () => crmOf(system).getRecord(id, { signal });
      return note(trail, about, () => withRetries(read, { clock, signal }));
    },
  };
}
