import { readdirSync, readFileSync } from 'node:fs';
import type {
  FilesInfoArguments,
  UsergroupsListArguments,
  UsersConversationsArguments,
  ViewsPublishArguments,
} from '@slack/web-api';
import { describe, expect, it, vi } from 'vitest';
import { shortcutIds } from '../../electron/core/connectors/slack/interactions.ts';
import {
  appMethodScopes,
  botScopes,
  eventScopes,
  methodScopes,
} from '../../electron/core/connectors/slack/scopes.ts';
import { slackManifest, slackScopes } from '../../shared/set-up/slack-manifest.ts';
import { type Exchange, loadContract } from './contract-check.ts';
import { type Bench, card, quiet, soon, startBench } from './slack-bench.ts';

const contract = await loadContract('slack', { apiRoot: '/api' });

const methodOf = ({ request }: Exchange): string => request.url.pathname.slice('/api/'.length);

/**
 * Not in the contract, which is trimmed to what the connector called before these were added. Their requests are held
 * to the arguments that the SDK's types name; the names are checked by the compiler.
 */
const notInTheContract: Readonly<Record<string, readonly string[]>> = {
  'files.info': ['file'] satisfies (keyof FilesInfoArguments)[],
  'usergroups.list': ['include_users'] satisfies (keyof NonNullable<UsergroupsListArguments>)[],
  'users.conversations': ['types', 'limit', 'cursor'] satisfies (keyof UsersConversationsArguments)[],
  'views.publish': ['user_id', 'view'] satisfies (keyof ViewsPublishArguments)[],
};

function problemsOf(exchange: Exchange): string[] {
  const method = methodOf(exchange);
  const known = Object.hasOwn(notInTheContract, method) ? notInTheContract[method] : undefined;
  if (known === undefined) return contract?.check(exchange).problems ?? ['not checked'];
  const sent = [...new URLSearchParams(exchange.request.body).keys()];
  return sent.filter((name) => !known.includes(name)).map((name) => `${method}: ${name} is no argument`);
}

const isFile = ({ request }: Exchange): boolean => request.url.pathname.startsWith('/files-pri/');

/** Has the connector make every call that it knows. */
async function exercise(bench: Bench): Promise<void> {
  const { slack, connector } = bench;
  slack.setGroup({ id: 'S1', handle: 'approvers', name: 'Approvers', users: ['U-MEI'] });
  await bench.listen();
  const { ts } = slack.sendMessage({
    user: 'U-EMMA',
    channel: 'C-ROUTING',
    text: 'Please',
    files: [{ name: 'lead.csv', mediaType: 'text/csv', content: Buffer.from('a,b') }],
  });
  const message = { text: 'Done', key: 'k', mayBeThere: true };
  await connector.post({ ...message, to: { channel: 'C-ROUTING', thread: ts } });
  await connector.post({ ...message, to: { channel: 'C-ROUTING', thread: ts } });
  const place = await connector.post({ ...message, to: { user: 'U-MEI' }, card });
  await connector.post({ ...message, to: { user: 'U-MEI' } });
  await slack.pressForRequest({ user: 'U-MEI', requestId: 'REV-1048', action: 'reject', note: 'No.' });
  await connector.settleCard?.({
    place,
    card,
    outcome: 'Mei rejected it.',
    decidedAt: '2026-05-18T09:00:00Z',
  });
  await slack.reportError({ user: 'U-EMMA', from: 'anywhere', entered: { 'What is wrong?': 'A lead' } });
  const entry = { requestId: 'REV-1', title: 'A lead', state: 'Being looked at', place };
  await connector.showHome?.('U-EMMA', { requests: [entry], toDecide: [] });
  await connector.listGroups?.();
  const file = { id: 'F00000001', name: 'lead.csv', mediaType: 'text/csv', sizeBytes: 3, url: null };
  await connector.readFile?.(file, { maximumBytes: 100 });
  await connector.watched();
  for await (const _ of connector.testConnection());
  await connector.findUser('U-EMMA');
  await connector.findUser('U-NOBODY');
  await connector.findUserByEmail('emma.clarke@example.com');
  await quiet(bench);
  // After a time without a connection the history and the threads are read.
  slack.dropConnections();
  await vi.waitFor(() => expect(bench.called('users.conversations')).toBe(2), soon);
  await vi.waitFor(() => expect(bench.called('conversations.replies')).toBeGreaterThan(1), soon);
}

describe.skipIf(contract === null)('Slack contract', () => {
  it('takes every request that the connector makes, and has every reply of the stand-in', async () => {
    const bench = await startBench({ isAtVendor: true });
    await exercise(bench);
    const calls = bench.exchanges.filter((exchange) => !isFile(exchange));
    expect(calls.flatMap(problemsOf)).toEqual([]);
    expect([...new Set(calls.map(methodOf))].toSorted()).toEqual(methodsInSource());
  });

  it('has the replies to direct-message channels, too', async () => {
    const bench = await startBench();
    await fetch(`${bench.url}/api/conversations.info`, {
      method: 'POST',
      headers: { authorization: 'Bearer xoxb-test' },
      body: new URLSearchParams({ channel: bench.slack.directChannel('U-MEI') }),
    });
    expect(bench.exchanges.flatMap(problemsOf)).toEqual([]);
    expect(bench.exchanges).toHaveLength(1);
  });
});

describe('the app’s manifest', () => {
  it('asks for the scopes that the calls, events and shortcuts need, and for nothing more', () => {
    expect({
      called: [...Object.keys(methodScopes), ...Object.keys(appMethodScopes)].toSorted(),
      scopes: slackManifest.oauth_config.scopes.bot,
      permissions: slackScopes.map(({ name }) => name),
      events: slackManifest.settings.event_subscriptions.bot_events,
      shortcuts: slackManifest.features.shortcuts.map(({ type, callback_id: id }) => [type, id]),
    }).toEqual({
      called: methodsInSource(),
      scopes: botScopes,
      permissions: botScopes,
      events: Object.keys(eventScopes),
      shortcuts: Object.entries(shortcutIds),
    });
  });
});

/** The Web API methods that the connector's source calls, and the one that the SDK's socket client calls itself. */
function methodsInSource(): string[] {
  const folder = new URL('../../electron/core/connectors/slack/', import.meta.url);
  const sources = readdirSync(folder)
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => readFileSync(new URL(name, folder), 'utf8'));
  const called = sources.flatMap((source) =>
    [...source.matchAll(/client\.([a-z]+(?:\.[a-z]+)?\.[a-zA-Z]+)\(/g)].map(([, method]) => method ?? ''),
  );
  return [...new Set(called)].toSorted();
}
