import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { z } from 'zod';
import { type ChatSystem, SandboxState } from '../../shared/contract/contract.ts';
import { AppError } from '../../shared/model/errors.ts';
import type { ConnectorsConfig } from './connections/connectors-config.ts';
import type { Clock, Log } from './ports.ts';
import { sandboxConnectors } from './sandbox/connectors-config.ts';
import { type Sandbox, startSandbox } from './sandbox/server.ts';
import { channelName } from './sandbox/teams/conversations.ts';
import { parseWorld, type World } from './sandbox/world.ts';
import type { Db } from './store/db.ts';
import { takeExclusiveUse } from './store/exclusive-use.ts';
import { History, loadHistory } from './store/history.ts';
import { savePeople } from './store/people.ts';
import { replaceRouting } from './store/routing.ts';
import { listRoutingAudit } from './store/routing-audit.ts';
import { readWorkspaceFact, writeWorkspaceFact } from './store/workspace.ts';

/** A workspace on the stand-ins, to try everything out in. */
export interface DemoWorkspace {
  readonly name: string;
  /** Who one is at first: an ops manager, who sees and may decide everything. */
  readonly user: string | null;
  readonly sandbox: Sandbox;
  readonly connectors: ConnectorsConfig;
  readonly channels: Record<ChatSystem, { id: string; name: string }[]>;
  readonly examples: SandboxState['examples'];
  stop(): Promise<void>;
}

export interface DemoOptions {
  db: Db;
  clock: Clock;
  log: Log;
  /** Called when a stand-in's state has changed. */
  onChange: () => void;
}

const unzip = promisify(gunzip);

/** The same folder from the sources and from the built program. */
const worldFile = 'seed-world.json';
const folder = new URL('../../resources/demo/', import.meta.url);

/** A JSON file of the demo's, packed where its name ends in `.gz`. */
async function readJson(name: string): Promise<unknown> {
  const file = fileURLToPath(new URL(name, folder));
  try {
    const content = await readFile(file);
    return JSON.parse((name.endsWith('.gz') ? await unzip(content) : content).toString('utf8'));
  } catch (thrown) {
    throw new AppError('invalid_input', `The demo's file ${file} cannot be read. Install Switchyard again.`, {
      cause: thrown,
    });
  }
}

const instant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})$/;
const day = /^\d{4}-\d{2}-\d{2}$/;
const dayMs = 86_400_000;

/**
 * Moves every instant in a JSON value by `ms` and every day by whole days, so that a made-up past ends now. Texts that
 * merely contain a date stay.
 */
function moveDates(value: unknown, ms: number): unknown {
  if (typeof value === 'string') {
    if (instant.test(value)) return new Date(Date.parse(value) + ms).toISOString();
    if (day.test(value))
      return new Date(Date.parse(value) + Math.round(ms / dayMs) * dayMs).toISOString().slice(0, 10);
    return value;
  }
  if (Array.isArray(value)) return value.map((item) => moveDates(item, ms));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, moveDates(item, ms)]));
  return value;
}

const DemoFact = z.object({ movedByMs: z.number() });
const Examples = SandboxState.shape.examples;

/** Past corrections are in the store; the stand-ins begin anew with each start and are brought up to date. */
async function replayCorrections(db: Db, sandbox: Sandbox): Promise<void> {
  for (const { system, record, new_owner } of await listRoutingAudit(db.kysely)) {
    const crm = sandbox[system];
    const ownerId = crm.ownerIdOf(new_owner);
    const isThere = Object.hasOwn(crm.owners(), record);
    if (ownerId === null || !isThere || crm.owners()[record] === new_owner) continue;
    crm.patch(record, { [system === 'salesforce' ? 'OwnerId' : 'hubspot_owner_id']: ownerId });
  }
}

async function fillStore({ db, clock }: DemoOptions, world: World, movedByMs: number): Promise<void> {
  const history = History.parse(moveDates(await readJson('history.json.gz'), movedByMs));
  await db.transaction(async (tx) => {
    // What somebody imported before the first start stays alone: its numbers may be the history's own.
    const isEmpty = (await tx.selectFrom('requests').select('ordinal').limit(1).execute()).length === 0;
    await savePeople(tx, world.people);
    await replaceRouting(tx, world.routing, { actor: 'demo', at: clock.now() });
    if (isEmpty) await loadHistory(tx, history);
    await writeWorkspaceFact(tx, 'demo', { movedByMs });
  });
}

/** Opens the demo workspace: fills an empty store with a company, its rules and its past, and starts the stand-ins. */
export async function openDemoWorkspace(options: DemoOptions): Promise<DemoWorkspace> {
  const { db, clock, log, onChange } = options;
  // The stand-ins live in this process: a second one would answer for records that only the first has.
  const giveBack = await takeExclusiveUse(db, 'demo workspace');
  if (!giveBack)
    throw new AppError(
      'invalid_input',
      'This demo workspace is open already. Use the window or link that is there, or open another copy with --data-dir.',
    );
  const worldJson = await readJson(worldFile);
  const { clock: end } = parseWorld(worldJson, worldFile);
  const fact = DemoFact.safeParse(await readWorkspaceFact(db.kysely, 'demo'));
  const movedByMs = fact.success ? fact.data.movedByMs : clock.now().getTime() - Date.parse(end ?? '');
  const world = parseWorld(moveDates(worldJson, movedByMs), worldFile);
  if (!fact.success) await fillStore(options, world, movedByMs);
  // Somebody who tries things out is faster than Slack allows.
  const sandbox = await startSandbox({ world, clock, log: log.child({ room: 'sandbox' }), limitFactor: 10 });
  await replayCorrections(db, sandbox);
  const stopListening = sandbox.onChange(onChange);
  return {
    name: 'Harbourlight Software',
    user: world.people.find(({ active, roles }) => active && roles.includes('ops_manager'))?.email ?? null,
    sandbox,
    connectors: sandboxConnectors(sandbox, world),
    channels: {
      slack: world.channels.slack.map((id) => ({ id, name: id.replace(/^C-/, '').toLowerCase() })),
      teams: world.channels.teams.map((id) => ({ id, name: channelName(id) })),
    },
    examples: Examples.parse(await readJson('examples.json')),
    async stop() {
      stopListening();
      await sandbox.stop();
      await giveBack();
    },
  };
}
