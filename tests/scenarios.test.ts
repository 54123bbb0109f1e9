import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runScenario, type ScenarioResult } from '../electron/core/scenario/run-scenario.ts';
import { readScenario } from '../electron/core/scenario/scenario-file.ts';
import { type ScenarioStore, startScenarioStore } from '../electron/core/scenario/scenario-store.ts';
import type { Db } from '../electron/core/store/db.ts';
import { silentLog } from '../electron/core/store/test-database.ts';

const ownFolder = path.join(import.meta.dirname, 'scenarios');
const publicFolder = path.join(import.meta.dirname, '../../shared/scenarios/public');
/** Two at once keep two cores busy; more would only wait for each other. */
const atOnce = 2;

const scenariosIn = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => path.join(folder, name));

/** Lets so many through at once. */
function createGate(width: number): <Value>(work: () => Promise<Value>) => Promise<Value> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (running >= width) await new Promise<void>((resolve) => waiting.push(resolve));
    running += 1;
    try {
      return await work();
    } finally {
      running -= 1;
      waiting.shift()?.();
    }
  };
}

/** What must be so at the end of any scenario, whatever it is about. */
function brokenPromises({ requests, salesforce, hubspot, routing_audit }: ScenarioResult): string[] {
  const broken: string[] = [];
  for (const [name, request] of Object.entries(requests)) {
    if (request === null) continue;
    const { audit, output, replies } = request;
    const isFinal = ['Completed', 'Rejected', 'Closed'].includes(output.status);
    const closures = audit.filter((type) => type === 'Closure').length;
    if (audit[0] !== 'Message') broken.push(`${name}: the audit begins with ${audit[0]}`);
    if (closures !== (isFinal ? 1 : 0)) broken.push(`${name}: ${closures} closures while ${output.status}`);
    if (isFinal && audit.at(-1) !== 'Closure') broken.push(`${name}: something follows the closure`);
    if (['New', 'Triaging'].includes(output.status)) broken.push(`${name}: left as ${output.status}`);
    for (const text of [output.rationale, ...replies])
      if (/[.!?]\.(?!\d)(?!\.)|\bundefined\b| {2}/.test(text)) broken.push(`${name}: says "${text}"`);
  }
  const writes = [...Object.values(salesforce.writes), ...Object.values(hubspot.writes)];
  const written = writes.reduce((sum, count) => sum + count, 0);
  if (written !== routing_audit.length)
    broken.push(`${written} owners were changed, and ${routing_audit.length} changes recorded`);
  return broken;
}

/** What the store must not be left with. */
async function leftOver({ kysely }: Db): Promise<Record<string, number>> {
  const count = async (query: Promise<unknown[]>) => (await query).length;
  return {
    'messages unsent': await count(
      kysely
        .selectFrom('messages')
        .select('key')
        .where('direction', '=', 'out')
        .where('sent_at', 'is', null)
        .where('undeliverable', 'is', null)
        .execute(),
    ),
    'intents unfinished': await count(
      kysely.selectFrom('intents').select('intent_id').where('state', '=', 'planned').execute(),
    ),
    'requests held': await count(
      kysely
        .selectFrom('requests')
        .select('request_id')
        .where((eb) => eb.or([eb('lease_until', 'is not', null), eb('open_plan', 'is not', null)]))
        .execute(),
    ),
    'decisions pending': await count(
      kysely.selectFrom('human_decisions').select('ordinal').where('state', '=', 'pending').execute(),
    ),
  };
}

const nothingLeft = {
  'messages unsent': 0,
  'intents unfinished': 0,
  'requests held': 0,
  'decisions pending': 0,
};

describe.concurrent('scenarios', () => {
  const gate = createGate(atOnce);
  let store: ScenarioStore;

  beforeAll(async () => {
    store = await startScenarioStore(silentLog);
  });
  afterAll(() => store.stop());

  const isPublicThere = existsSync(publicFolder);
  if (!isPublicThere) console.log(`${publicFolder} not found, skipped`);
  const files = [...scenariosIn(ownFolder), ...(isPublicThere ? scenariosIn(publicFolder) : [])];

  it.for(files.map((file) => [path.basename(file, '.json'), file] as const))(
    '%s',
    { timeout: 600_000 },
    async ([, file]) => {
      await gate(async () => {
        const scenario = await readScenario(file);
        let left: Record<string, number> = {};
        const { result, problems } = await runScenario(scenario, store, {
          log: silentLog,
          logLevel: 'silent',
          onEnd: async ({ db }) => {
            left = await leftOver(db);
          },
        });
        expect({ problems, broken: brokenPromises(result), left }).toEqual({
          problems: [],
          broken: [],
          left: nothingLeft,
        });
      });
    },
  );
});
