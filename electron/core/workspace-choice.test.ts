import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readConfig } from './config.ts';
import { readWorkspaceChoice, writeWorkspaceChoice } from './workspace-choice.ts';

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'switchyard-choice-'));
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

const opened = (environment: Record<string, string> = {}) => {
  const { workspace, user } = readConfig(environment, { dataDir });
  return { workspace, user };
};

test('without a choice the demo opens, and with one what was chosen, by who chose it', async () => {
  const before = opened();
  await writeWorkspaceChoice(dataDir, { workspace: 'own', user: 'mei@acme.com' });
  const own = opened();
  await writeWorkspaceChoice(dataDir, { workspace: 'demo', user: 'mei@acme.com' });
  expect({ before, own, back: opened(), files: await readdir(dataDir) }).toEqual({
    before: { workspace: 'demo', user: null },
    own: { workspace: 'own', user: 'mei@acme.com' },
    back: { workspace: 'demo', user: null },
    files: ['workspace.json'],
  });
});

test('the environment goes before a choice', async () => {
  await writeWorkspaceChoice(dataDir, { workspace: 'demo', user: 'mei@acme.com' });
  expect([
    opened({ SWITCHYARD_HUBSPOT_TOKEN: 'pat-1' }),
    opened({ SWITCHYARD_HUBSPOT_TOKEN: 'pat-1', SWITCHYARD_USER: 'ana@acme.com' }),
  ]).toEqual([
    { workspace: 'own', user: 'mei@acme.com' },
    { workspace: 'own', user: 'ana@acme.com' },
  ]);
});

test('a file that cannot be used says which it is and what to do', async () => {
  const file = path.join(dataDir, 'workspace.json');
  for (const content of ['{', '{"workspace":"other"}']) {
    await writeFile(file, content);
    expect(() => readWorkspaceChoice(dataDir)).toThrow(`${file}, which says what workspace to open`);
  }
});
