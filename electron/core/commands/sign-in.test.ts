import { Writable } from 'node:stream';
import { expect, onTestFinished, test } from 'vitest';
import { readConfig } from '../config.ts';
import { systemClock } from '../ports.ts';
import { sandboxConnectors } from '../sandbox/connectors-config.ts';
import { startSandbox } from '../sandbox/server.ts';
import { parseWorld } from '../sandbox/world.ts';
import { silentLog } from '../store/test-database.ts';
import { runSignIn } from './sign-in.ts';

/** Keeps what is written, and calls back with it. */
function createText(onWrite: (text: string) => void = () => undefined) {
  let text = '';
  const stream = new Writable({
    write(chunk, _encoding, done) {
      text += String(chunk);
      onWrite(text);
      done();
    },
  });
  return { stream, text: () => text };
}

const world = parseWorld({ channels: { teams: ['19:routing@thread.tacv2'] } }, 'the test world');

async function startWorld() {
  const sandbox = await startSandbox({ world, clock: systemClock, log: silentLog });
  onTestFinished(() => sandbox.stop());
  return { sandbox, connectors: sandboxConnectors(sandbox, world) };
}

const base = readConfig({ HOME: '/home/ana' });
const command = { system: 'teams', isBrowser: false, log: silentLog } as const;

test('who enters the code is signed in, and the environment gets what posts from then on', async () => {
  const { sandbox, connectors } = await startWorld();
  const stdout = createText();
  const stderr = createText((text) => {
    const code = /enter the code (\w+)/.exec(text)?.[1];
    if (code !== undefined) sandbox.teams.signIn.enterCode(code);
  });
  const config = { ...base, connectors };
  const terminal = { stdout: stdout.stream, stderr: stderr.stream };
  expect(await runSignIn({ ...command, config }, terminal)).toBe(0);
  expect(stdout.text()).toMatch(/^SWITCHYARD_TEAMS_REFRESH_TOKEN=sandbox-refresh-\d+\n$/);
  expect(stderr.text()).toContain('switchyard@sandbox.example is signed in');
});

test('without Teams in the environment it says what to set', async () => {
  const signingIn = runSignIn({ ...command, config: base });
  await expect(signingIn).rejects.toMatchObject({
    code: 'invalid_input',
    message: expect.stringContaining('SWITCHYARD_TEAMS_CHANNELS'),
  });
});

test('Salesforce by another way has nobody to sign in', async () => {
  const { connectors } = await startWorld();
  const signingIn = runSignIn({ ...command, system: 'salesforce', config: { ...base, connectors } });
  await expect(signingIn).rejects.toMatchObject({
    code: 'invalid_input',
    message: expect.stringContaining('SWITCHYARD_SALESFORCE_AUTH=web'),
  });
});
