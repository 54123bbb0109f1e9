import path from 'node:path';
import { connectGiven } from '../../electron/core/connections/connect-given.ts';
import { type Connectors, createLiveConnectors } from '../../electron/core/connections/live-connectors.ts';
import type { Clock, StateStore } from '../../electron/core/ports.ts';
import { sandboxConnectors } from '../../electron/core/sandbox/connectors-config.ts';
import { type Sandbox, startSandbox } from '../../electron/core/sandbox/server.ts';
import { readWorld } from '../../electron/core/sandbox/world.ts';
import { silentLog } from '../../electron/core/store/test-database.ts';
import { createSystemHealth } from '../../electron/core/system-health.ts';
import { createTokenStore } from '../../electron/core/token-store.ts';

/** A client gives up after this; long enough for a busy machine, short enough for a time-out in every row. */
export const timeoutMs = 500;

/** All connectors before their stand-ins, without a store. */
export interface VendorBench {
  sandbox: Sandbox;
  connectors: Connectors;
  clock: Clock;
  /** How long was slept, in milliseconds, since the last call; none of it took real time. */
  takeWaits(): number[];
  stop(): Promise<void>;
}

const worldFile = path.join(import.meta.dirname, '../scenarios/worlds/halden.json');

function memoryState(): StateStore {
  const kept = new Map<string, string>();
  return {
    get: (name) => Promise.resolve(kept.get(name) ?? null),
    async set(name, value) {
      kept.set(name, value);
    },
  };
}

const policyFile = {
  title: 'Lead routing',
  version: 3,
  site: 'RevOps',
  library: 'Policies',
  labels: [],
  body: '<p>A lead belongs to the owner of its territory.</p>',
};

/** @param options.patch on the world of the scenarios; @param options.aheadMs by how much our clock is ahead of theirs */
export async function startVendorBench(
  options: { patch?: Record<string, unknown>; aheadMs?: number; vendorTimeoutMs?: number } = {},
): Promise<VendorBench> {
  const sharepoint = { pages: { '3b6e0000-0000-4000-8000-000000000001': policyFile } };
  const world = await readWorld(worldFile, { clock: null, sharepoint, ...options.patch });
  const vendorClock: Clock = { now: () => new Date(), sleep: () => Promise.resolve() };
  const sandbox = await startSandbox({
    world,
    clock: vendorClock,
    log: silentLog,
    limitFactor: Number.POSITIVE_INFINITY,
    slackAckMs: 2_000,
  });
  let waits: number[] = [];
  const clock: Clock = {
    now: () => new Date(Date.now() + (options.aheadMs ?? 0)),
    async sleep(ms) {
      waits.push(ms);
    },
  };
  const connectors = createLiveConnectors({ health: createSystemHealth({ clock }), log: silentLog });
  const state = memoryState();
  connectGiven(
    connectors,
    sandboxConnectors(sandbox, world, { shortestMs: 20, longestMs: 50 }),
    (system) => ({
      timeoutMs: options.vendorTimeoutMs ?? timeoutMs,
      clock,
      log: silentLog,
      tokens: createTokenStore(`${system} account`, null, silentLog),
      state,
    }),
  );
  return {
    sandbox,
    connectors,
    clock,
    takeWaits() {
      const taken = waits;
      waits = [];
      return taken;
    },
    async stop() {
      await Promise.all(Object.values(connectors.chats).map((chat) => chat.stop()));
      await sandbox.stop();
    },
  };
}
