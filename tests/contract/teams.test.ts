import { describe, expect, test } from 'vitest';
import type { ChatConnector } from '../../electron/core/connectors/connector.ts';
import { type Exchange, loadContract, type Verdict } from './contract-check.ts';
import { card, channel, connect, filesIn, quiet, setUp } from './teams-connection.ts';

const contract = await loadContract('graph', { apiRoot: '/v1.0' });

/**
 * Calls that Microsoft documents and the contract leaves out. `Team by name` (teams-list, for who enters a channel by
 * its names) and `file by its address` (shares-get, for a message's files): their answers are read by schemas of our own.
 */
const beyondContract: Readonly<Record<string, RegExp>> = {
  'team by name': /^\/v1\.0\/teams$/,
  'file by its address': /^\/v1\.0\/shares\/u![\w-]+\/driveItem\/content$/,
};

/**
 * Beside whole calls, the contract leaves out replies in a delta query (chatmessage-delta), and what stands in links
 * that Graph itself has built.
 */
function check({ request, reply }: Exchange): Verdict {
  const url = new URL(request.url);
  const documented = Object.entries(beyondContract).find(([, path]) => path.test(url.pathname));
  if (documented) return { operationId: documented[0], problems: [] };
  const isBuilt = url.searchParams.has('$deltatoken') || url.searchParams.has('$skiptoken');
  if (isBuilt) url.search = '';
  if (url.pathname.endsWith('/delta')) url.searchParams.delete('$expand');
  const verdict = contract?.check({ request: { ...request, url }, reply });
  return verdict ?? { operationId: null, problems: [] };
}

/** What a Teams connector has; the rest is null, each with its reason in the connector. */
type Method = Exclude<
  keyof ChatConnector,
  'system' | 'stop' | 'post' | 'settleCard' | 'showHome' | 'listGroups'
>;

describe.skipIf(contract === null)('Teams contract', () => {
  test('every method of the connector asks what Graph takes, and the stand-in answers as it does', async () => {
    const { server, connector, events, listen, standIn, exchanges } = await setUp();
    const files = [{ name: 'leads.csv', content: 'e-mail' }];
    const { id: thread } = standIn.sendMessage({ user: 't-emma', channel, text: 'Hello', files });
    standIn.sendMessage({ user: 't-emma', channel: standIn.directChat('t-emma'), text: 'Hello' });
    const text = 'Done';
    const inThread = { to: { channel, thread }, text, key: 'REV-1:1:requester' };
    const named = connect(server, { channels: [{ team: 'Sandbox', channelName: 'Routing' }] });
    const calls = {
      listen: async () => {
        await listen();
        await quiet(server);
        await connector.stop();
      },
      'post in a thread': () => connector.post({ ...inThread, mayBeThere: false }),
      'post in a thread again': () => connector.post({ ...inThread, mayBeThere: true }),
      'post a card to a person': () =>
        connector.post({ to: { user: 't-pat' }, text, card, key: 'REV-1:1:decide:pat', mayBeThere: true }),
      'post in a channel': () =>
        connector.post({ to: { channel, thread: null }, text, key: 'REV-1:2:channel', mayBeThere: true }),
      findUser: () => connector.findUser('t-emma'),
      findUserByEmail: () => connector.findUserByEmail('emma@example.com'),
      readFile: () =>
        Promise.all(filesIn(events).map((file) => connector.readFile?.(file, { maximumBytes: 100 }))),
      testConnection: () => Array.fromAsync(connector.testConnection()),
      watched: () => connector.watched(),
      'watched by name': () => named.connector.watched(),
    } satisfies Record<Method, () => Promise<unknown>> & Record<string, () => Promise<unknown>>;
    const operations: Record<string, (string | null)[]> = {};
    const problems: string[] = [];
    for (const [method, call] of Object.entries(calls)) {
      const from = exchanges.length;
      await call();
      const made = exchanges.slice(from).filter(({ request }) => request.url.pathname.startsWith('/v1.0/'));
      const verdicts = made.map(check);
      operations[method] = [...new Set(verdicts.map(({ operationId }) => operationId))].sort();
      problems.push(...verdicts.flatMap((verdict) => verdict.problems));
    }
    expect(problems).toEqual([]);
    expect(operations).toEqual({
      listen: ['chat_ListChat', 'chat_ListMessage', 'team.channel.message_delta'],
      'post in a thread': ['team.channel.message_CreateReply'],
      'post in a thread again': ['team.channel.message_ListReply'],
      'post a card to a person': ['chat_CreateChat', 'chat_CreateMessage', 'chat_ListMessage'],
      'post in a channel': ['team.channel_CreateMessage', 'team.channel_ListMessage'],
      findUser: ['user_GetUser'],
      findUserByEmail: ['user_ListUser'],
      readFile: ['file by its address'],
      testConnection: [
        'chat_ListChat',
        'me_GetUser_derived',
        'team.channel.message_delta',
        'team.channel_ListMessage',
        'team_GetChannel',
        'user_ListUser',
      ],
      watched: ['team_GetChannel'],
      'watched by name': ['team by name', 'team_GetChannel', 'team_ListChannel'],
    });
  });
});

describe('Teams connector: people', () => {
  test('are found by id and by e-mail, and nobody is no error', async () => {
    const { connector } = await setUp();
    const pat = { id: 't-pat', email: "o'neil@example.com", name: "Pat O'Neil", isActive: true };
    expect(await connector.findUser('t-pat')).toEqual(pat);
    expect(await connector.findUserByEmail("O'Neil@example.com")).toEqual(pat);
    expect(await connector.findUser('t-left')).toMatchObject({ isActive: false });
    expect(await connector.findUser('t-none')).toBeNull();
    expect(await connector.findUserByEmail('none@example.com')).toBeNull();
  });
});
