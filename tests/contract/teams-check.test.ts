import { describe, expect, test } from 'vitest';
import type { ConnectionCheck } from '../../shared/model/connection.ts';
import { channel, isPost, setUp } from './teams-connection.ts';

const statesOf = (checks: readonly ConnectionCheck[]) =>
  Object.fromEntries(checks.map(({ id, state }) => [id, state]));
const all = {
  'app-sign-in': 'ok',
  'find-people': 'ok',
  'channel-1': 'ok',
  'read-channel-1': 'ok',
  account: 'ok',
  'account-permissions': 'ok',
  'read-chats': 'ok',
  'account-channel-1': 'ok',
};

describe('Teams connection test', () => {
  test('tells what works with what was found, and writes nothing', async () => {
    const { connector, exchanges } = await setUp();
    const checks = await Array.fromAsync(connector.testConnection());
    expect(statesOf(checks)).toEqual(all);
    const details = Object.fromEntries(checks.map(({ id, detail }) => [id, detail]));
    expect(details).toMatchObject({
      'channel-1': 'routing',
      account: 'Switchyard, switchyard@sandbox.example is signed in.',
      'account-permissions': expect.stringContaining('Granted: User.Read, User.ReadBasic.All'),
    });
    expect(exchanges.filter(({ request }) => isPost(request))).toEqual([]);
  });

  test.each([
    ['app', 'User.Read.All', { 'find-people': 'missing' }],
    ['app', 'Channel.ReadBasic.All', { 'channel-1': 'missing' }],
    ['app', 'ChannelMessage.Read.All', { 'read-channel-1': 'missing' }],
    ['account', 'ChannelMessage.Send', { 'account-permissions': 'missing' }],
    ['account', 'Chat.ReadWrite', { 'account-permissions': 'missing', 'read-chats': 'missing' }],
    [
      'account',
      'ChannelMessage.Read.All',
      { 'account-permissions': 'missing', 'account-channel-1': 'missing' },
    ],
  ] as const)('without the permission of the %s %s', async (caller, permission, states) => {
    const { connector, standIn } = await setUp();
    standIn.signIn.permissions.revoke(caller, permission);
    const checks = await Array.fromAsync(connector.testConnection());
    expect(statesOf(checks)).toEqual({ ...all, ...states });
    const missing = checks.filter(({ state }) => state === 'missing');
    const words = missing.map(({ detail, remedy }) => `${detail} ${remedy?.text}`).join();
    expect(words).toContain(permission);
    expect(missing[0]?.remedy?.url).toContain('/CallAnAPI/appId/test-app');
  });

  test('an account that is not in the team is told so', async () => {
    const { connector, standIn } = await setUp();
    standIn.setMember(false);
    const checks = await Array.fromAsync(connector.testConnection());
    expect(statesOf(checks)).toEqual({ ...all, 'account-channel-1': 'missing' });
    expect(checks.at(-1)).toMatchObject({
      remedy: { text: expect.stringContaining('Add the account to the team') },
    });
  });

  test('where nobody is signed in, what depends on it waits', async () => {
    const { connector } = await setUp({ refreshToken: null });
    const checks = await Array.fromAsync(connector.testConnection());
    const waiting = {
      'account-permissions': 'skipped',
      'read-chats': 'skipped',
      'account-channel-1': 'skipped',
    };
    expect(statesOf(checks)).toEqual({ ...all, account: 'missing', ...waiting });
    expect(checks.find(({ id }) => id === 'account')?.detail).toContain(
      'Sign in: Connectors → Microsoft Teams',
    );
  });

  test('where the app is not accepted, its part waits and the account is tried all the same', async () => {
    const { connector, answerNext } = await setUp();
    const error_description = 'AADSTS7000222: The secret is expired.';
    answerNext({ status: 401, body: { error: 'invalid_client', error_description } });
    const checks = await Array.fromAsync(connector.testConnection());
    expect(checks[0]).toMatchObject({
      state: 'missing',
      detail: expect.stringContaining('The client secret has expired.'),
      remedy: { url: expect.stringContaining('/Credentials/appId/test-app') },
    });
    const waiting = { 'find-people': 'skipped', 'channel-1': 'skipped', 'read-channel-1': 'skipped' };
    expect(statesOf(checks)).toMatchObject({ ...waiting, account: 'ok' });
  });

  test('what cannot be found out is a failure, not a missing permission', async () => {
    const { connector, faults } = await setUp({ timeoutMs: 200 });
    await connector.findUser('t-emma');
    faults.arm('teams', 'http_503', 1);
    const [app] = await Array.fromAsync(connector.testConnection());
    expect(app).toMatchObject({ state: 'failed', remedy: null });
  });

  test('the watched channels have their names and links, or their ids where the app may not see those', async () => {
    const { connector, standIn } = await setUp();
    const place = { kind: 'channel', id: channel };
    expect(await connector.watched()).toEqual([
      { ...place, name: 'routing', url: expect.stringContaining('https://teams.microsoft.com/l/channel/') },
    ]);
    standIn.signIn.permissions.revoke('app', 'Channel.ReadBasic.All');
    expect(await connector.watched()).toEqual([{ ...place, name: channel, url: null }]);
  });
});
