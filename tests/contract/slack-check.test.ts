import { describe, expect, it } from 'vitest';
import type { ConnectionCheck } from '../../shared/model/connection.ts';
import { type Bench, startBench } from './slack-bench.ts';

async function checksOf({ connector }: Bench): Promise<ConnectionCheck[]> {
  const checks: ConnectionCheck[] = [];
  for await (const check of connector.testConnection()) checks.push(check);
  return checks;
}

const statesOf = (checks: readonly ConnectionCheck[]) =>
  Object.fromEntries(checks.map(({ id, state }) => [id, state]));
const named = (checks: readonly ConnectionCheck[], id: string) => checks.find((check) => check.id === id);

describe('the test of the connection', () => {
  it('tries the tokens, each scope, each channel, people and groups, and writes nothing', async () => {
    const bench = await startBench();
    bench.slack.setGroup({ id: 'S1', handle: 'approvers', name: 'Approvers', users: [] });
    const checks = await checksOf(bench);
    expect(checks.filter(({ state }) => state !== 'ok')).toEqual([]);
    expect(checks.map(({ id }) => id)).toEqual([
      'bot-token',
      'app-token',
      'scope-app-mentions-read',
      'scope-channels-history',
      'scope-channels-read',
      'scope-chat-write',
      'scope-commands',
      'scope-files-read',
      'scope-groups-history',
      'scope-groups-read',
      'scope-im-history',
      'scope-im-read',
      'scope-im-write',
      'scope-usergroups-read',
      'scope-users-read',
      'scope-users-read-email',
      'channel-c-routing',
      'find-people',
      'list-user-groups',
    ]);
    expect([named(checks, 'channel-c-routing')?.detail, named(checks, 'list-user-groups')?.detail]).toEqual([
      '#routing',
      '@approvers',
    ]);
    expect(bench.called('chat.postMessage') + bench.called('conversations.open')).toBe(0);
  });

  it('names a scope that is missing and the page where it is added', async () => {
    const bench = await startBench();
    bench.slack.setScope('usergroups:read', false);
    const checks = await checksOf(bench);
    const remedy = {
      text: 'Add usergroups:read under OAuth & Permissions → Bot Token Scopes, and install the app again.',
      url: 'https://api.slack.com/apps/A-SWITCHYARD/oauth',
    };
    expect(checks.filter(({ state }) => state !== 'ok')).toEqual([
      {
        id: 'scope-usergroups-read',
        title: 'Read user groups',
        state: 'missing',
        detail: 'The app lacks the scope usergroups:read.',
        remedy,
      },
      {
        id: 'list-user-groups',
        title: 'List the user groups',
        state: 'missing',
        detail:
          'The Slack app lacks the scope "usergroups:read". Add it in the app\'s settings and install the app again.',
        remedy,
      },
    ]);
  });

  it('says of each channel whether the app is in it, and whether it is there', async () => {
    const bench = await startBench({ channels: ['C-ROUTING', 'C-OUT', 'C-OLD', 'C-NOWHERE'] });
    for (const channel of ['C-OUT', 'C-OLD']) bench.slack.sendMessage({ user: 'U-EMMA', channel, text: 'x' });
    bench.slack.setChannelState('C-OUT', { isMember: false });
    bench.slack.setChannelState('C-OLD', { isArchived: true });
    const checks = await checksOf(bench);
    const details = checks.flatMap(({ id, state, detail }) =>
      id.startsWith('channel-') ? [[state, detail]] : [],
    );
    expect(details).toEqual([
      ['ok', '#routing'],
      ['missing', 'The app is not in #out, so it hears nothing there.'],
      ['missing', '#old is archived: nothing new is written there.'],
      ['missing', 'Slack knows no such channel, or it is private. Check its id, and invite the app to it.'],
    ]);
    expect((await bench.connector.watched()).map(({ name, url }) => [name, url])).toEqual([
      ['#routing', 'https://sandbox.slack.com/archives/C-ROUTING'],
      ['#out', 'https://sandbox.slack.com/archives/C-OUT'],
      ['#old', 'https://sandbox.slack.com/archives/C-OLD'],
      ['C-NOWHERE', 'https://sandbox.slack.com/archives/C-NOWHERE'],
    ]);
  });

  it('skips what a wrong bot token keeps from being tried', async () => {
    const states = statesOf(await checksOf(await startBench({ botToken: 'xoxb-wrong' })));
    const { 'bot-token': bot, 'app-token': app, ...others } = states;
    expect({ bot, app, others: [...new Set(Object.values(others))] }).toEqual({
      bot: 'missing',
      app: 'ok',
      others: ['skipped'],
    });
  });

  it('tells what could not be found out from what is missing', async () => {
    const bench = await startBench();
    bench.faults.arm('slack', 'http_503', 1);
    const [first] = await checksOf(bench);
    expect(first).toMatchObject({ id: 'bot-token', state: 'failed', remedy: null });
  });
});
