import { existsSync } from 'node:fs';
import path from 'node:path';
import { connectedSystems } from '../../../shared/model/connection.ts';
import { setUpGuides } from '../../../shared/set-up/catalogue.ts';
import type { Config } from '../config.ts';
import { type Area, type Finding, failed, fine, isInOrder, skipped } from '../doctor/finding.ts';
import { examineMachine } from '../doctor/machine.ts';
import { examineSystem } from '../doctor/systems.ts';
import { examineWorkspace } from '../doctor/workspace.ts';
import type { Log, StateStore } from '../ports.ts';
import { openStoreAsItIs, type Store } from '../store/open-store.ts';
import { createStateStore } from '../store/workspace.ts';
import { workspaceFolder } from '../store-session.ts';
import type { Terminal } from './terminal.ts';

export const doctorAreas: readonly Area[] = ['machine', 'workspace', ...connectedSystems];

export interface DoctorCommand {
  config: Config;
  log: Log;
  isJson: boolean;
  only: readonly Area[];
}

const titles: Readonly<Record<'machine' | 'workspace', string>> = {
  machine: 'This machine',
  workspace: 'The store',
};
const marks: Readonly<Record<Finding['state'], string>> = {
  ok: '✓',
  missing: '✗',
  failed: '✗',
  skipped: '–',
};

/** Without a store nothing has to be known again. */
const noState: StateStore = { get: async () => null, set: async () => undefined };

/**
 * Tries everything that the program needs, changes nothing, and says of each what is wrong and what to do. Gives 0
 * where all is in order, 1 where something is not.
 */
export async function runDoctor(
  { config, log, isJson, only }: DoctorCommand,
  { stdout }: Pick<Terminal, 'stdout'> = process,
): Promise<number> {
  const findings: Finding[] = [];
  const tell = (lines: string) => void stdout.write(`${lines}\n`);
  const wanted = doctorAreas.filter((area) => only.includes(area));
  const { store, finding } = await openToLook(config, log, wanted);
  const state = store ? createStateStore(store.db.kysely) : noState;

  async function examine(area: Area): Promise<Finding[]> {
    const found: Finding[] = [];
    for await (const one of findingsOf(area)) {
      found.push(one);
      if (isJson) tell(JSON.stringify(one));
    }
    return found;
  }

  async function* findingsOf(area: Area): AsyncGenerator<Finding, void, void> {
    if (area === 'machine') yield* examineMachine(config, log);
    else if (area !== 'workspace') yield* examineSystem(area, { config, state, log });
    else {
      yield finding;
      if (store) yield* examineWorkspace(store.db, config);
    }
  }

  try {
    // Side by side, and told in their order.
    const examined = wanted.map((area) => ({ area, found: examine(area) }));
    await Promise.allSettled(examined.map(({ found }) => found));
    for (const { area, found } of examined) {
      findings.push(...(await found));
      if (!isJson) tell(sectionWords(area, await found));
    }
    const wrong = findings.filter((one) => !isInOrder(one)).length;
    if (!isJson) tell(summaryWords(wrong));
    return wrong === 0 ? 0 : 1;
  } finally {
    await store?.close();
  }
}

/** The store as it is, where it is wanted and can be had, and what that shows. */
async function openToLook(
  config: Config,
  log: Log,
  wanted: readonly Area[],
): Promise<{ store: Pick<Store, 'db' | 'close'> | null; finding: Finding }> {
  const tried = { area: 'workspace' as const, id: 'store', title: 'Postgres' };
  const dataDir = workspaceFolder(config);
  if (wanted.every((area) => area === 'machine'))
    return { store: null, finding: skipped(tried, 'not looked at') };
  if (config.databaseUrl === null && !existsSync(path.join(dataDir, 'postgres')))
    return { store: null, finding: skipped(tried, 'There is no store yet; the first start makes it.') };
  try {
    const store = await openStoreAsItIs({ dataDir, databaseUrl: config.databaseUrl, maxConnections: 4, log });
    return { store, finding: fine(tried, config.databaseUrl === null ? 'embedded' : 'shared') };
  } catch (thrown) {
    return { store: null, finding: failed(tried, thrown) };
  }
}

const titleOf = (area: Area): string =>
  area === 'machine' || area === 'workspace' ? titles[area] : setUpGuides[area].title;

function sectionWords(area: Area, findings: readonly Finding[]): string {
  return [titleOf(area), ...findings.flatMap(findingLines)].join('\n');
}

function findingLines({ state, title, detail, remedy }: Finding): string[] {
  const head = `  ${marks[state]} ${title}${detail === null ? '' : `: ${detail}`}`;
  if (remedy === null) return [head];
  return [head, `      ${remedy.text}`, ...(remedy.url === null ? [] : [`      ${remedy.url}`])];
}

const summaryWords = (wrong: number): string =>
  wrong === 0
    ? 'All is in order.'
    : `${wrong} ${wrong === 1 ? 'thing is' : 'things are'} to be put right; what to do stands below each.`;
