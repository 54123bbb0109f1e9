import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { systemClock } from '../../electron/core/ports.ts';
import { type Sandbox, startSandbox } from '../../electron/core/sandbox/server.ts';
import { applyPatch, parseWorld, type World } from '../../electron/core/sandbox/world.ts';
import { silentLog } from '../../electron/core/store/test-database.ts';

const worldFile = path.resolve(import.meta.dirname, '../../resources/demo/seed-world.json');

/** All six vendors of a company, apart from the program, as the real ones are. */
export interface VendorsBeside {
  sandbox: Sandbox;
  world: World;
}

/** The demo's company, with a channel in Teams and a policy page in SharePoint beside. */
export async function startVendors(): Promise<VendorsBeside> {
  const seed: unknown = JSON.parse(await readFile(worldFile, 'utf8'));
  const more = {
    clock: null,
    channels: { teams: ['19:routing@thread.tacv2'] },
    sharepoint: {
      pages: {
        'SP-1': {
          title: 'Routing in the regions',
          version: 1,
          site: 'revops',
          library: 'Policies',
          labels: ['lead-routing-policy'],
          body: '<p>Regional owners are named by the rules.</p>',
        },
      },
    },
  };
  const world = parseWorld(applyPatch(seed, more), worldFile);
  const sandbox = await startSandbox({
    world,
    clock: systemClock,
    log: silentLog,
    limitFactor: Number.POSITIVE_INFINITY,
  });
  return { sandbox, world };
}
