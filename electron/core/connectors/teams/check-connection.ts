import { z } from 'zod';
import type { ConnectionCheck, WatchedPlace } from '../../../../shared/model/connection.ts';
import { lacking, skipped, type Trial, tryOut } from '../connection-trial.ts';
import type { CallOptions } from '../connector.ts';
import { type Graph, graphPath, hasStatus } from '../microsoft-graph.ts';
import { entraPage } from '../microsoft-refusals.ts';
import type { AccountSignIn, TokenSource } from '../microsoft-sign-in.ts';
import type { ChannelSetting, Channels, WatchedChannel } from './channels.ts';
import { Chat, User } from './map.ts';

export interface CheckParts {
  clientId: string;
  appToken: TokenSource;
  /** As the app itself. */
  reading: Graph;
  /** As the account that posts. */
  posting: Graph;
  signIn: Pick<AccountSignIn, 'grantedScopes'>;
  channels: Channels;
  /** What the account must have been allowed. */
  scopes: readonly string[];
}

const vendor = 'Microsoft Teams';
const Me = z.object({ displayName: z.string().nullish(), userPrincipalName: z.string().nullish() });
const Anything = z.looseObject({});

/** Tries what the connector lives on, the app's part and then the account's, without writing anything. */
export async function* checkConnection(
  parts: CheckParts,
  call: CallOptions,
): AsyncGenerator<ConnectionCheck, void, void> {
  const app = await tryOut(appSignIn(parts), async () => {
    await parts.appToken({ isRefused: true, signal: call.signal });
    return 'Microsoft accepts the app.';
  });
  yield app;
  yield* checkReading(parts, app.state === 'ok', call);
  const account = await tryOut(accountSignIn, () => readAccount(parts, call));
  yield account;
  yield* checkAccount(parts, account.state === 'ok', call);
}

/** What is watched, with its names; where the app may not read those, with the ids. */
export async function listWatched(channels: Channels, call: CallOptions): Promise<WatchedPlace[]> {
  const places: WatchedPlace[] = [];
  for (const setting of channels.settings) {
    const watched = await channels.find(setting, call);
    places.push(await describedOrNot(channels, watched, call));
  }
  return places;
}

async function describedOrNot(
  channels: Channels,
  watched: WatchedChannel,
  call: CallOptions,
): Promise<WatchedPlace> {
  const { channel: id } = watched;
  try {
    const { displayName, webUrl } = await channels.describe(watched, call);
    return { kind: 'channel', id, name: displayName ?? id, url: webUrl ?? null };
  } catch (thrown) {
    if (!hasStatus(thrown, 403)) throw thrown;
    return { kind: 'channel', id, name: id, url: null };
  }
}

async function* checkReading(
  parts: CheckParts,
  isSignedIn: boolean,
  call: CallOptions,
): AsyncGenerator<ConnectionCheck, void, void> {
  const { reading, channels } = parts;
  const people = findPeople(parts);
  if (isSignedIn) {
    yield await tryOut(people, async () => {
      const query = { $top: '1', $select: 'id,displayName' };
      for await (const { items } of reading.pages(User, '/users', { ...call, query }))
        if (items.length > 0) break;
      return null;
    });
  } else yield skipped(people, waitsForApp);
  if (channels.settings.length === 0)
    yield skipped(
      { id: 'channel-1', title: 'Find a channel' },
      'No channel is entered: only chats are read.',
    );
  for (const [index, setting] of channels.settings.entries()) {
    const trials = channelTrials(parts, index, setting);
    if (!isSignedIn) {
      yield skipped(trials.find, waitsForApp);
      yield skipped(trials.read, waitsForApp);
      continue;
    }
    const found = await tryOut(trials.find, async () => {
      const watched = await channels.find(setting, call);
      const { displayName } = await channels.describe(watched, call);
      return displayName ?? watched.channel;
    });
    yield found;
    // Its name may be hidden while its messages are not.
    if (found.state === 'ok' || 'channel' in setting)
      yield await tryOut(trials.read, () => readNews(reading, setting, parts, call));
    else yield skipped(trials.read, `“${trials.find.title}” has to succeed first.`);
  }
}

/** The very query by which a channel is listened to, for what is new just now. */
async function readNews(
  reading: Graph,
  setting: ChannelSetting,
  { channels }: CheckParts,
  call: CallOptions,
): Promise<null> {
  const { team, channel } = await channels.find(setting, call);
  const query = {
    $top: '1',
    $expand: 'replies',
    $filter: `lastModifiedDateTime gt ${new Date(Date.now() - 60_000).toISOString()}`,
  };
  const path = graphPath`/teams/${team}/channels/${channel}/messages/delta`;
  await reading.get(Anything, path, { ...call, query });
  return null;
}

async function readAccount({ posting }: CheckParts, call: CallOptions): Promise<string> {
  const query = { $select: 'id,displayName,userPrincipalName' };
  const { displayName, userPrincipalName } = await posting.get(Me, '/me', { ...call, query });
  const names = [displayName, userPrincipalName].filter(Boolean);
  return `${names.join(', ') || 'An account'} is signed in.`;
}

async function* checkAccount(
  parts: CheckParts,
  isSignedIn: boolean,
  call: CallOptions,
): AsyncGenerator<ConnectionCheck, void, void> {
  const { posting, signIn, channels, scopes } = parts;
  const permissions = accountPermissions(parts);
  const members = channels.settings.map((setting, index) => ({ setting, trial: member(index, setting) }));
  if (!isSignedIn) {
    for (const trial of [permissions, readChats, ...members.map(({ trial }) => trial)])
      yield skipped(trial, 'The account has to be signed in first.');
    return;
  }
  yield await tryOut(permissions, async () => {
    const granted = (await signIn.grantedScopes(call)).map((scope) => scope.toLowerCase());
    const missing = scopes.filter((scope) => !granted.includes(scope.toLowerCase()));
    if (missing.length > 0) throw lacking(vendor, `These are not granted: ${missing.join(', ')}.`);
    return `Granted: ${scopes.join(', ')}. Posting itself is not tried: everybody would see it.`;
  });
  yield await tryOut(readChats, async () => {
    await posting.get(z.object({ value: z.array(Chat) }), '/chats', { ...call, query: { $top: '1' } });
    return null;
  });
  for (const { setting, trial } of members) {
    yield await tryOut(trial, async () => {
      const { team, channel } = await channels.find(setting, call);
      const path = graphPath`/teams/${team}/channels/${channel}/messages`;
      await posting.get(Anything, path, { ...call, query: { $top: '1' } });
      return null;
    });
  }
}

const waitsForApp = 'The app has to be signed in first.';

const nameOf = (setting: ChannelSetting, index: number): string =>
  'channelName' in setting ? `the channel ${setting.channelName}` : `channel ${index + 1}`;

function appSignIn({ clientId }: CheckParts): Trial {
  return {
    id: 'app-sign-in',
    title: 'Sign in as the app',
    remedy: {
      text: 'Compare directory id, client id and client secret with the app in Entra.',
      url: entraPage(clientId, 'Certificates & secrets'),
    },
  };
}

function findPeople({ clientId }: CheckParts): Trial {
  return {
    id: 'find-people',
    title: 'Look people up',
    remedy: allow('application', 'User.Read.All', clientId),
  };
}

function channelTrials({ clientId }: CheckParts, index: number, setting: ChannelSetting) {
  const name = nameOf(setting, index);
  const permissions =
    'channelName' in setting ? 'Team.ReadBasic.All and Channel.ReadBasic.All' : 'Channel.ReadBasic.All';
  return {
    find: {
      id: `channel-${index + 1}`,
      title: `Find ${name}`,
      remedy: {
        text: `Copy the channel's link in Teams anew. Where the app may not see it: ${allow('application', permissions, clientId).text}`,
        url: entraPage(clientId, 'API permissions'),
      },
    },
    read: {
      id: `read-channel-${index + 1}`,
      title: `Read the messages of ${name}`,
      remedy: allow('application', 'ChannelMessage.Read.All', clientId),
    },
  } satisfies Record<string, Trial>;
}

const accountSignIn: Trial = {
  id: 'account',
  title: 'Act as the account that posts',
  remedy: { text: `Sign the account in: Connectors → ${vendor}, or switchyard sign-in.`, url: null },
};

function accountPermissions({ clientId, scopes }: CheckParts): Trial {
  const { text, url } = allow('delegated', scopes.join(', '), clientId);
  return {
    id: 'account-permissions',
    title: 'What the account may do',
    remedy: { text: `${text} Then sign the account in again: it keeps what it was allowed then.`, url },
  };
}

const readChats: Trial = {
  id: 'read-chats',
  title: 'Read the account’s chats',
  remedy: {
    text: 'The account needs a licence for Teams, and the delegated permission Chat.ReadWrite.',
    url: 'https://admin.microsoft.com/#/users',
  },
};

function member(index: number, setting: ChannelSetting): Trial {
  return {
    id: `account-channel-${index + 1}`,
    title: `The account is a member of ${nameOf(setting, index)}`,
    remedy: {
      text: 'Add the account to the team in Teams (Manage team → Add member), and to the channel where it is private.',
      url: 'https://teams.microsoft.com',
    },
  };
}

function allow(kind: 'application' | 'delegated', permissions: string, clientId: string): Trial['remedy'] {
  return {
    text: `In Entra, add the ${kind} permissions ${permissions} of Microsoft Graph, and grant admin consent.`,
    url: entraPage(clientId, 'API permissions'),
  };
}
