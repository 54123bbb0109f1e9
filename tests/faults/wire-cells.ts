import { withRetries } from '../../electron/core/connectors/retry.ts';
import type { VendorSystem } from '../../electron/core/sandbox/faults.ts';
import { type ErrorCode, toAppError } from '../../shared/model/errors.ts';
import { createConfluenceHarness } from './confluence-harness.ts';
import type { FaultRow } from './fault-rows.ts';
import { createHubspotHarness } from './hubspot-harness.ts';
import { createSalesforceHarness } from './salesforce-harness.ts';
import { createSharepointHarness } from './sharepoint-harness.ts';
import { createSlackHarness } from './slack-harness.ts';
import { createTeamsHarness } from './teams-harness.ts';
import type { VendorBench } from './vendor-bench.ts';
import type { CreateHarness, VendorHarness } from './vendor-harness.ts';

export const harnesses: Readonly<Record<VendorSystem, CreateHarness>> = {
  slack: createSlackHarness,
  teams: createTeamsHarness,
  salesforce: createSalesforceHarness,
  hubspot: createHubspotHarness,
  confluence: createConfluenceHarness,
  sharepoint: createSharepointHarness,
};

/** What one call came to: what it gives without a fault, something else, or an error with the words for people. */
type Outcome =
  | { kind: 'as ever' }
  | { kind: 'other'; value: unknown }
  | { kind: 'error'; code: ErrorCode; words: string };

/** What a connector's call does in a fault. */
export interface WireCell {
  /** A fault that passes, under the retries that every call has, and the waits between the tries, in milliseconds. */
  passing: Outcome;
  waitsMs: number[];
  /** A fault that goes on, at the first try. */
  lasting: Outcome;
  /** Requests that were made for that one call. */
  requests: number;
  /** The next call, once the fault is over. */
  afterwards: Outcome;
}

/** More than any call may make before it gives up. */
const untilCleared = 300;

async function outcomeOf(call: () => Promise<unknown>, healthy: unknown): Promise<Outcome> {
  try {
    const value = await call();
    return JSON.stringify(value) === JSON.stringify(healthy) ? { kind: 'as ever' } : { kind: 'other', value };
  } catch (thrown) {
    const { code, message } = toAppError(thrown);
    return { kind: 'error', code, words: message };
  }
}

/** Lets the fault befall the connector's call: for a while, on and on, and not any more. */
export async function wireCell(
  bench: VendorBench,
  { system, call }: VendorHarness,
  { kind, call: callKind, times }: FaultRow,
): Promise<WireCell> {
  const { sandbox, clock } = bench;
  const target = callKind === 'write' ? 'write' : 'read';
  const { signal } = new AbortController();
  const make = () => call(callKind);
  const healthy = await make();
  bench.takeWaits();

  sandbox.faults.arm(system, kind, times, target);
  const retried = async () => {
    const tried = await withRetries(make, { clock, signal });
    if (!tried.isOk) throw tried.error;
    return tried.value;
  };
  const passing = await outcomeOf(retried, healthy);
  const waitsMs = bench.takeWaits();
  sandbox.faults.clear();

  sandbox.faults.arm(system, kind, untilCleared, target);
  const lasting = await outcomeOf(make, healthy);
  const left = sandbox.faults.armed()[0]?.times ?? 0;
  sandbox.faults.clear();

  const afterwards = await outcomeOf(make, healthy);
  return { passing, waitsMs, lasting, requests: untilCleared - left, afterwards };
}
