import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ORPCError } from '@orpc/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ConnectionDraft } from '../../shared/contract/contract.ts';
import { memorySecrets } from '../memory-secrets.ts';
import { type Client, type Company, foundCompany, type OpenOptions, openWorkspace } from './own-workspace.ts';

let company: Company;
beforeAll(async () => {
  company = await foundCompany();
});
afterAll(() => company.stop());

async function withWorkspace<Value>(options: OpenOptions, work: (client: Client) => Promise<Value>) {
  const workspace = await openWorkspace(company, options);
  try {
    return await work(workspace.client);
  } finally {
    await workspace.close();
  }
}

/** The code of the error that a call ends with, and the variable that it names. */
const refusal = (call: Promise<unknown>) =>
  call.then(
    () => null,
    (thrown: unknown) =>
      thrown instanceof ORPCError
        ? { code: thrown.code, data: thrown.data, message: thrown.message }
        : thrown,
  );
const connectionIn = async (client: Client, system: string) =>
  (await client.connections.list()).connections.find((connection) => connection.system === system);

async function testOf(client: Client, draft: ConnectionDraft) {
  const checks = [];
  for await (const check of await client.connections.test(draft)) checks.push(check);
  return checks;
}

describe('who may change connections', () => {
  it('is an admin; who works the queue looks, and a requester does not', async () => {
    const draft = { system: 'hubspot' as const, values: company.typed.hubspot };
    const calls = (client: Client) => ({
      save: () => client.connections.save(draft),
      disconnect: () => client.connections.disconnect({ system: 'hubspot' }),
      test: () => testOf(client, draft),
      pause: () => client.connections.pause({ system: 'hubspot', isPaused: true }),
      signIn: () => client.connections.signIn({ system: 'teams', way: 'code' }),
    });
    const secrets = memorySecrets();
    await withWorkspace({ secrets, user: 'rosa.vance@halden.example', desk: 'rosa' }, async (client) => {
      expect((await client.connections.list()).mayNotChangeBecause).toContain('Only admins');
      for (const call of Object.values(calls(client)))
        expect(await refusal(call())).toMatchObject({ code: 'forbidden' });
    });
    await withWorkspace({ secrets, user: 'nina.brandt@halden.example', desk: 'nina' }, async (client) => {
      expect(await refusal(client.connections.list())).toMatchObject({ code: 'forbidden' });
    });
    expect([...secrets.kept.keys()]).toEqual([]);
  });
});

describe('where settings come from', () => {
  it('what the environment sets is shown without its secrets, can be tried, and is not changed here', async () => {
    const environment = company.typed.hubspot;
    await withWorkspace({ secrets: memorySecrets(), environment }, async (client) => {
      expect(await connectionIn(client, 'hubspot')).toMatchObject({
        setBy: 'environment',
        values: { SWITCHYARD_HUBSPOT_API_URL: company.sandbox.urls.hubspot },
        keptSecrets: ['SWITCHYARD_HUBSPOT_TOKEN'],
      });
      const draft = { system: 'hubspot' as const, values: {} };
      expect((await testOf(client, draft)).some(({ state }) => state === 'ok')).toBe(true);
      expect(await refusal(client.connections.save(draft))).toMatchObject({
        code: 'forbidden',
        message: expect.stringContaining('environment'),
      });
    });
  });

  it('without a keychain nothing with a secret is saved, and the variables to set are named', async () => {
    const locked = memorySecrets();
    locked.lock('The keychain is locked. Unlock it.');
    for (const secrets of [undefined, locked]) {
      await withWorkspace(secrets ? { secrets } : {}, async (client) => {
        const { keepsNoSecretsBecause } = await client.connections.list();
        expect(keepsNoSecretsBecause).toMatch(/keychain/);
        const saving = client.connections.save({ system: 'slack', values: company.typed.slack });
        expect(await refusal(saving)).toMatchObject({
          code: 'forbidden',
          message: expect.stringContaining('SWITCHYARD_SLACK_BOT_TOKEN, SWITCHYARD_SLACK_APP_TOKEN'),
        });
      });
    }
  });
});

describe('settings that are entered', () => {
  it('are refused by the field that is wrong, and then nothing is kept', async () => {
    const secrets = memorySecrets();
    await withWorkspace({ secrets }, async (client) => {
      const values = { ...company.typed.slack, SWITCHYARD_SLACK_BOT_TOKEN: 'xapp-wrong' };
      expect(await refusal(client.connections.save({ system: 'slack', values }))).toMatchObject({
        code: 'invalid_input',
        data: { variable: 'SWITCHYARD_SLACK_BOT_TOKEN' },
      });
      expect([secrets.kept.size, (await connectionIn(client, 'slack'))?.state]).toEqual([0, 'not connected']);
    });
  });

  it('keep a secret that is left empty, but never send it to another address', async () => {
    const secrets = memorySecrets();
    await withWorkspace({ secrets }, async (client) => {
      const { confluence } = company.typed;
      const { SWITCHYARD_CONFLUENCE_TOKEN: _token, ...open } = confluence;
      await client.connections.save({ system: 'confluence', values: confluence });
      const spaces = { ...open, SWITCHYARD_CONFLUENCE_SPACES: 'OPS' };
      expect(await client.connections.save({ system: 'confluence', values: spaces })).toMatchObject({
        values: spaces,
        keptSecrets: ['SWITCHYARD_CONFLUENCE_TOKEN'],
      });
      const elsewhere = { ...open, SWITCHYARD_CONFLUENCE_URL: company.sandbox.urls.hubspot };
      const draft = { system: 'confluence' as const, values: elsewhere };
      for (const call of [() => client.connections.save(draft), () => testOf(client, draft)]) {
        expect(await refusal(call())).toMatchObject({
          code: 'invalid_input',
          data: { variable: 'SWITCHYARD_CONFLUENCE_TOKEN' },
        });
      }
      await client.connections.disconnect({ system: 'confluence' });
      expect([...secrets.kept]).toEqual([]);
    });
  });

  it('lie in a file for this user only; a damaged one is told, kept aside and set up anew', async () => {
    const folder = path.join(company.folder, 'first');
    const file = path.join(folder, 'connections.json');
    const secrets = memorySecrets();
    await withWorkspace({ secrets }, (client) =>
      client.connections.save({ system: 'hubspot', values: company.typed.hubspot }),
    );
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    await writeFile(file, '{ "systems": ');
    await withWorkspace({ secrets }, async (client) => {
      expect((await client.system.status()).systems).toContainEqual({
        system: 'connections',
        state: 'trouble',
        detail: expect.stringContaining('Set it up again'),
      });
      expect((await connectionIn(client, 'hubspot'))?.setBy).toBeNull();
    });
    const aside = (await readdir(folder)).find((name) => name.startsWith('connections.json.damaged-'));
    expect(await readFile(path.join(folder, aside ?? ''), 'utf8')).toBe('{ "systems": ');
  });
});
