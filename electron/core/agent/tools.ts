import type { AppError } from '../../../shared/model/errors.ts';
import type { CrmRecord, CrmSystem } from '../../../shared/model/lead.ts';
import type { PolicyDocument } from '../../../shared/model/policy.ts';
import type { CrmConnector } from '../connectors/connector.ts';
import { type Tried, withRetries } from '../connectors/retry.ts';
import { type PolicySource, wholePolicy } from '../knowledge/policy-library.ts';
import type { Clock } from '../ports.ts';
import type { SystemHealth } from '../system-health.ts';
import type { LanguageReader } from './language/reader.ts';
import type { AnyToolAnswer, AnyToolCall, Steps, Tools } from './tool-calls.ts';

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
  /** CRMs that did not answer, after every retry: the run asks them nothing more. */
  unreachable: Map<CrmSystem, AppError>;
}

export const newTrail = (): Trail => ({ calls: [], vendorMs: 0, unreachable: new Map() });

export interface ToolsOptions {
  crms: Partial<Record<CrmSystem, CrmConnector>>;
  reader: LanguageReader;
  policy: readonly PolicySource[];
  readRouting: () => Promise<Tools['read_routing']['output']>;
  clock: Clock;
  health: Pick<SystemHealth, 'note'>;
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
  /** Drives a part of the workflow to its end, answering each batch of calls side by side. */
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

const count = (items: readonly unknown[], one: string): string =>
  items.length === 0 ? `no ${one}` : items.length === 1 ? `1 ${one}` : `${items.length} ${one}s`;

const recordWords = (record: CrmRecord | null): string =>
  record === null
    ? 'no such record'
    : `${record.name ?? record.id}, owned by ${record.owner?.email ?? record.owner?.name ?? 'nobody'}`;

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

const words = (parts: readonly (string | null)[]): string => parts.filter((part) => part !== null).join(', ');

interface VendorCall {
  system: CrmSystem;
  asked: string;
  make: (crm: CrmConnector, signal: AbortSignal) => Promise<unknown>;
  describe: (value: never) => string;
}

/** How each tool that reads a CRM is called and told about. */
function vendorCallOf(call: AnyToolCall): VendorCall | null {
  const describe = <Value>(say: (value: Value) => string) => say as (value: never) => string;
  switch (call.tool) {
    case 'list_owners':
      return {
        system: call.input.system,
        asked: 'all users',
        make: (crm, signal) => crm.listOwners({ signal }),
        describe: describe((owners: readonly unknown[]) => count(owners, 'user')),
      };
    case 'get_record': {
      const { system, id } = call.input;
      return {
        system,
        asked: id,
        make: (crm, signal) => crm.getRecord(id, { signal }),
        describe: describe(recordWords),
      };
    }
    case 'find_by_email': {
      const { system, email } = call.input;
      return {
        system,
        asked: email,
        make: (crm, signal) => crm.findByEmail(email, { signal }),
        describe: describe((found: readonly unknown[]) => count(found, 'record')),
      };
    }
    case 'find_by_name': {
      const { system, name, company } = call.input;
      return {
        system,
        asked: words([name, company]),
        make: (crm, signal) => crm.findByName({ name, company }, { signal }),
        describe: describe((found: readonly unknown[]) => count(found, 'record')),
      };
    }
    case 'find_duplicates': {
      const { system, record } = call.input;
      return {
        system,
        asked: words([record.name, record.email]),
        make: (crm, signal) => crm.findPossibleDuplicates(record, { signal }),
        describe: describe((found: readonly unknown[]) => count(found, 'possible record')),
      };
    }
    case 'find_accounts': {
      const { system, domain, name, companyId } = call.input;
      return {
        system,
        asked: words([name, domain, companyId]),
        make: (crm, signal) => crm.findAccounts({ domain, name, companyId }, { signal }),
        describe: describe((found: readonly { name: string }[]) =>
          found.length === 0 ? 'no account' : found.map(({ name: title }) => title).join('; '),
        ),
      };
    }
    case 'find_opportunities': {
      const { system, accountIds } = call.input;
      return {
        system,
        asked: words(accountIds),
        make: (crm, signal) => crm.findOpenOpportunities(accountIds, { signal }),
        describe: describe((found: readonly unknown[]) =>
          count(found, 'open opportunity').replace('ys', 'ies'),
        ),
      };
    }
    case 'ownership_history': {
      const { system, id } = call.input;
      return {
        system,
        asked: id,
        make: (crm, signal) => crm.ownershipHistory(id, { signal }),
        describe: describe((found: readonly unknown[]) => count(found, 'change')),
      };
    }
    default:
      return null;
  }
}

/** Makes the calls that the workflow asks for, each with its retries, and notes every one that went to a vendor. */
export function createTools(options: ToolsOptions): ToolRunner {
  const { crms, reader, policy, readRouting, clock, health } = options;

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
    const tried = await call();
    const { tool, system, asked, describe, problemOf = outageOf } = about;
    health.note(system, problemOf(tried));
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

  async function answer(call: AnyToolCall, trail: Trail, signal: AbortSignal): Promise<AnyToolAnswer> {
    if (call.tool === 'read_language') return { isOk: true, value: await reader.read(call.input) };
    if (call.tool === 'read_routing') return { isOk: true, value: await readRouting() };
    if (call.tool === 'read_policy') {
      const about = {
        tool: call.tool,
        asked: 'the policy pages',
        describe: pagesWords,
        problemOf: policyProblem,
      };
      const readings = policy.map(({ system, read }) =>
        note(trail, { ...about, system }, () => read(signal)),
      );
      return wholePolicy(await Promise.all(readings));
    }
    const vendorCall = vendorCallOf(call);
    if (!vendorCall) throw new Error(`No tool is called ${call.tool}`);
    const { system, asked, make, describe } = vendorCall;
    const silent = trail.unreachable.get(system);
    if (silent) return { isOk: false, error: silent };
    const tried = await note<unknown>(
      trail,
      { tool: call.tool, system, asked, describe: describe as (value: unknown) => string },
      () => withRetries(() => make(crmOf(system), signal), { clock, signal }),
    );
    if (!tried.isOk && tried.error.isRetried) trail.unreachable.set(system, tried.error);
    return tried as AnyToolAnswer;
  }

  /** Notes the time during which vendors were waited for. */
  async function timed<Value>(trail: Trail, work: () => Promise<Value>): Promise<Value> {
    const startedAt = performance.now();
    try {
      return await work();
    } finally {
      trail.vendorMs += performance.now() - startedAt;
    }
  }

  const isLocal = ({ tool }: AnyToolCall) => tool === 'read_language' || tool === 'read_routing';

  return {
    note: (trail, about, call) => timed(trail, () => note(trail, about, call)),
    async drive(steps, trail, signal) {
      let step = steps.next();
      while (!step.done) {
        const calls = step.value;
        const all = () => Promise.all(calls.map((call) => answer(call, trail, signal)));
        const answers = calls.every(isLocal) ? await all() : await timed(trail, all);
        step = steps.next(answers);
      }
      return step.value;
    },
    changeOwner({ system, id, ownerId, ifUnmodifiedSince, asked }, trail, signal) {
      const call = async (): Promise<Tried<void>> => {
        const change = { id, ownerId, ifUnmodifiedSince };
        const once = () => crmOf(system).changeOwner(change, { signal });
        return withRetries(once, { clock, signal, tries: 1 });
      };
      const about = { tool: 'change_owner', system, asked, describe: () => 'accepted' };
      return timed(trail, () => note(trail, about, call));
    },
    readRecord({ system, id }, trail, signal) {
      const about = { tool: 'read_back', system, asked: id, describe: recordWords };
      const read = () => crmOf(system).getRecord(id, { signal });
      return timed(trail, () => note(trail, about, () => withRetries(read, { clock, signal })));
    },
  };
}
