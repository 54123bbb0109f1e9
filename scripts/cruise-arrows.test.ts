import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { cruiseArrows } from './cruise-arrows.ts';

const root = path.resolve(import.meta.dirname, '..');
let tree: string;

/** A small tree in which nothing is forbidden. */
beforeEach(() => {
  tree = mkdtempSync(path.join(tmpdir(), 'switchyard-arrows-'));
  symlinkSync(path.join(root, 'node_modules'), path.join(tree, 'node_modules'));
  for (const config of ['package.json', 'tsconfig.base.json']) {
    cpSync(path.join(root, config), path.join(tree, config));
  }
  write('shared/model/lead.ts', 'export const lead = 1;\n');
  write('electron/core/routing/match.ts', "export { lead } from '../../../shared/model/lead.ts';\n");
  write('electron/core/store/rows.ts', "export { Pool } from 'pg';\n");
  write('renderer/main.tsx', "export { lead } from '../shared/model/lead.ts';\n");
});
afterEach(() => rmSync(tree, { recursive: true }));

function write(file: string, content: string): void {
  mkdirSync(path.dirname(path.join(tree, file)), { recursive: true });
  writeFileSync(path.join(tree, file), content);
}

const rulesBroken = async () =>
  (await cruiseArrows(tree)).violations.map((line) => line.split(':')[0]).sort();

it('finds nothing where every import follows the arrows', async () => {
  expect(await cruiseArrows(tree)).toMatchObject({ violations: [] });
});

it.each([
  ['shared reaches into the core', 'shared/model/planted.ts', '../../electron/core/store/rows.ts'],
  ['the page reaches into the core', 'renderer/planted.ts', '../electron/core/routing/match.ts'],
  ['the core reaches into the page', 'electron/core/planted.ts', '../../renderer/main.tsx'],
  ['routing reaches the store', 'electron/core/routing/planted.ts', '../store/rows.ts'],
  ['the cache reaches the store', 'electron/core/cache/planted.ts', '../store/rows.ts'],
  ['a connector reaches the store', 'electron/core/connectors/slack/planted.ts', '../../store/rows.ts'],
  ['the shell reaches past the host', 'electron/shell/planted.ts', '../core/store/rows.ts'],
  ['Postgres is used outside the store', 'electron/core/rpc/planted.ts', 'pg'],
  ['Electron is used outside the shell', 'electron/core/rpc/planted.ts', 'electron'],
  ['a vendor’s package is used outside its connector', 'electron/core/agent/planted.ts', '@slack/web-api'],
  ['routing reads a file', 'electron/core/routing/planted.ts', 'node:fs'],
])('says so when %s', async (_title, file, target) => {
  write(file, `export * from '${target}';\n`);
  expect((await cruiseArrows(tree)).violations).toContainEqual(expect.stringContaining(`${file} → `));
});

it('says so when two files import each other', async () => {
  write('shared/model/lead.ts', "import { b } from './b.ts';\nexport const lead = b;\n");
  write('shared/model/b.ts', "import { lead } from './lead.ts';\nexport const b = lead;\n");
  expect(await rulesBroken()).toEqual(['no-cycles']);
});

it('fails when it has read nothing', async () => {
  for (const room of ['shared', 'electron', 'renderer']) {
    rmSync(path.join(tree, room), { recursive: true });
    mkdirSync(path.join(tree, room));
  }
  expect(await rulesBroken()).toEqual(['no-modules']);
});
