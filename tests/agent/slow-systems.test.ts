import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createRuleBasedReader } from '../../electron/core/agent/language/rule-based-reader.ts';
import type { RunInput, RunResult } from '../../electron/core/agent/run-result.ts';
import { createTools, newTrail, type Trail } from '../../electron/core/agent/tools.ts';
import { judgeRequest } from '../../electron/core/agent/workflow.ts';
import { connectVendor } from '../../electron/core/connections/connect.ts';
import { readPolicyPage } from '../../electron/core/knowledge/read-page.ts';
import { sandboxConnectors } from '../../electron/core/sandbox/connectors-config.ts';
import { startSandbox } from '../../electron/core/sandbox/server.ts';
import { readWorld } from '../../electron/core/sandbox/world.ts';
import { createScenarioClock } from '../../electron/core/scenario/scenario-clock.ts';
import { silentLog } from '../../electron/core/store/test-database.ts';
import { type SlowRoad, startSlowRoad } from './slow-road.ts';

const worldFile = path.join(import.meta.dirname, '../scenarios/worlds/halden.json');
const rolfIsWrong = 'rolf.haas@haasbau.example is with the wrong person';
/** So long does a case wait for what it can be decided without, in these tests. */
const budget = { systemMs: 150, caseMs: 300 };
const slowMs = 900;
const never = 60_000;

let stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops) await stop();
  stops = [];
});

const asksForOpportunities = (setting: 'Escalate' | 'Allowed') => ({
  confluence: {
    pages: {
      '70010': {
        body: `<p>Every lead belongs to the seller of its territory.</p><table><tr><th>Setting</th><th>Value</th></tr><tr><td>Open opportunity</td><td>${setting}</td></tr></table><p>Requests about laptops are handled by the IT helpdesk.</p>`,
      },
    },
  },
});

interface Desk {
  salesforce: SlowRoad;
  hubspot: SlowRoad;
  /** Judges a message by the real connectors; with how long that took, in milliseconds. */
  judge(text: string): Promise<{ result: RunResult; trail: Trail; tookMs: number }>;
}

/** The real connectors on slow roads to the stand-ins. */
async function startDesk(patch: Record<string, unknown>): Promise<Desk> {
  const world = await readWorld(worldFile, patch);
  const clock = createScenarioClock(new Date(world.clock ?? 0));
  const limitFactor = Number.POSITIVE_INFINITY;
  const sandbox = await startSandbox({ world, clock, log: silentLog, limitFactor });
  const salesforce = await startSlowRoad(sandbox.urls.salesforce);
  const hubspot = await startSlowRoad(sandbox.urls.hubspot);
  stops = [salesforce.stop, hubspot.stop, () => sandbox.stop()];
  const config = sandboxConnectors(sandbox, world);
  if (!config.salesforce || !config.hubspot) throw new Error('The stand-ins have no CRM');
  const nothingKept = { read: async () => null, write: async () => undefined };
  const options = {
    timeoutMs: never,
    clock,
    log: silentLog,
    tokens: nothingKept,
    state: { get: async () => null, set: async () => undefined },
  };
  const tools = createTools({
    crms: {
      salesforce: connectVendor(
        'salesforce',
        { ...config.salesforce, loginUrl: salesforce.url, instanceUrl: salesforce.url },
        options,
      ),
      hubspot: connectVendor('hubspot', { ...config.hubspot, baseUrl: hubspot.url }, options),
    },
    reader: createRuleBasedReader(),
    policy: () => [
      {
        system: 'confluence',
        read: async () => ({
          isOk: true,
          tries: 1,
          value: world.confluence.pages.map((page) =>
            readPolicyPage({ ...page, source: 'confluence', url: null, fetchedAt: '' }, null),
          ),
        }),
      },
    ],
    readRouting: async () => ({ routing: world.routing, poolStates: {} }),
    clock,
    health: { note: () => undefined },
    budget,
  });
  const input = (text: string): RunInput => ({
    now: clock.now(),
    timeZone: 'UTC',
    crms: ['salesforce', 'hubspot'],
    people: world.people,
    requester: world.people.find(({ slack }) => slack === 'U-NINA') ?? null,
    request: {
      source: 'slack',
      targetRecord: null,
      chosenPriority: null,
      candidates: [],
      earlierApprover: null,
    },
    messages: [{ author: null, text }],
  });
  return {
    salesforce,
    hubspot,
    async judge(text) {
      const trail = newTrail();
      const startedAt = performance.now();
      const result = await tools.drive(judgeRequest(input(text)), trail, AbortSignal.timeout(20_000));
      return { result, trail, tookMs: performance.now() - startedAt };
    },
  };
}

/** Without how long a system was waited for, which depends on how busy the machine is. */
const timeless = (words: string): string => words.replace(/within [\d.]+ s/, 'in time');

/** What the console would be told of a judgement. */
const outlineOf = ({ result, trail }: Awaited<ReturnType<Desk['judge']>>) => ({
  kind: result.kind,
  reason: 'reason' in result ? result.reason : null,
  owner: 'owner' in result ? result.owner : null,
  unknown: result.caseFile.reads.flatMap(({ what, unknownBecause }) =>
    unknownBecause === null ? [] : [`${what}: ${timeless(unknownBecause)}`],
  ),
  failed: trail.calls
    .filter(({ outcome }) => outcome === 'failed')
    .map(({ tool, result: said }) => `${tool}: ${timeless(said)}`)
    .toSorted(),
});

const late = 'Salesforce did not answer in time.';
const isExtra = (words: string) => /LeadHistory|FROM(?:\+|%20| )Opportunity/.test(words);

describe('a slow system', () => {
  it('does not hold up a case that can be decided without what it is slow with', async () => {
    const desk = await startDesk(asksForOpportunities('Allowed'));
    desk.salesforce.slowDown(isExtra, never);
    const judged = await desk.judge(rolfIsWrong);
    expect([outlineOf(judged), judged.tookMs < 5_000]).toEqual([
      {
        kind: 'change',
        reason: null,
        owner: 'alma.keller@halden.example',
        unknown: [`opportunities: ${late}`, `history: ${late}`],
        failed: [`find_opportunities: ${late}`, `ownership_history: ${late}`],
      },
      true,
    ]);
  });

  it('is waited for by a case that hangs on it, which is decided once it answers', async () => {
    const desk = await startDesk(asksForOpportunities('Escalate'));
    desk.salesforce.slowDown(isExtra, slowMs);
    const judged = await desk.judge(rolfIsWrong);
    expect([outlineOf(judged), judged.tookMs > slowMs]).toEqual([
      {
        kind: 'escalate',
        reason: 'policy_requires_approval',
        owner: null,
        unknown: [`history: ${late}`],
        failed: [],
      },
      true,
    ]);
  });

  it('is waited for where it may know another record of the person, however long that takes', async () => {
    const desk = await startDesk(asksForOpportunities('Allowed'));
    desk.hubspot.slowDown(() => true, slowMs / 2);
    const judged = await desk.judge(rolfIsWrong);
    expect([outlineOf(judged), judged.tookMs > slowMs]).toEqual([
      { kind: 'change', reason: null, owner: 'alma.keller@halden.example', unknown: [], failed: [] },
      true,
    ]);
  });

  it('does not hold up a request that needs no system at all', async () => {
    const desk = await startDesk(asksForOpportunities('Allowed'));
    desk.salesforce.slowDown(() => true, never);
    desk.hubspot.slowDown(() => true, never);
    const judged = await desk.judge('My laptop is broken, who can help?');
    expect([outlineOf(judged).reason, judged.result.policy, judged.tookMs < 5_000]).toEqual([
      'out_of_scope',
      ['70010@3'],
      true,
    ]);
  });
});

it('a record and an account carry the time at which they were read, and so do the facts taken from them', async () => {
  const desk = await startDesk({});
  const { result } = await desk.judge(rolfIsWrong);
  const { target, sources } = result.caseFile;
  const readAt = target?.readAt;
  expect([readAt, sources.map(({ origin, readAt: at, url }) => [origin, at, url !== null])]).toEqual([
    '2026-03-10T10:00:00.000Z',
    [
      ['Salesforce lead 00Q000000000327EAA', readAt, true],
      ['Salesforce account 001000000000427AAA', readAt, true],
    ],
  ]);
});
