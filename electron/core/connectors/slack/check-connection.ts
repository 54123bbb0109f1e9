import type { ConnectionCheck } from '../../../../shared/model/connection.ts';
import { lacking, skipped, type Trial, tryFor, tryOut } from '../connection-trial.ts';
import type { CallOptions } from '../connector.ts';
import { slackWord } from './failures.ts';
import { botScopes } from './scopes.ts';
import type { WebApi } from './web-api.ts';

export interface CheckOptions {
  /** With the bot's token. */
  webApi: WebApi;
  /** With the app-level token. */
  appApi: WebApi;
  channels: readonly string[];
}

/** What each scope is for, as the title of its check. */
const scopeTitles: Readonly<Record<string, string>> = {
  'app_mentions:read': 'Hear mentions',
  'channels:history': 'Read messages in public channels',
  'channels:read': 'Know the names of public channels',
  'chat:write': 'Answer in threads and direct messages',
  commands: 'Offer the shortcuts',
  'files:read': 'Fetch files that are sent along',
  'groups:history': 'Read messages in private channels that the app is in',
  'groups:read': 'Know the names of private channels that the app is in',
  'im:history': 'Read direct messages to the app',
  'im:read': 'Find the direct messages to the app',
  'im:write': 'Begin a direct message',
  'usergroups:read': 'Read user groups',
  'users:read': 'Know people by name',
  'users:read.email': 'Find people by e-mail',
};

const appsPage = 'https://api.slack.com/apps';
/** Nobody's address: the domain is reserved for this. */
const nobody = 'nobody@switchyard.invalid';

const vendor = 'Slack';

/** What is known of the app from the first check on. */
interface Identity {
  appId: string | null;
  workspace: string;
  /** Null where Slack did not say. */
  scopes: readonly string[] | null;
}

/** A page of the app's settings; the list of apps where it is not known which. */
const settingsPage = (appId: string | null, name: string): string =>
  appId === null ? appsPage : `${appsPage}/${appId}/${name}`;

/** Tries the tokens, every scope, every watched channel, and the look-ups of people and groups. Posts nothing. */
export async function* checkConnection(
  { webApi, appApi, channels }: CheckOptions,
  { signal }: CallOptions,
): AsyncGenerator<ConnectionCheck, void, void> {
  const { check, found: identity } = await tryFor(botToken, () => readIdentity(webApi, signal));
  yield check;
  const appId = identity?.appId ?? null;
  yield await tryOut(appToken(appId), async () => {
    // Gives out an address, which is not opened.
    await appApi.call((client) => client.apps.connections.open(), signal);
    return null;
  });
  for (const scope of botScopes) {
    const trial = scopeTrial(scope, appId);
    yield identity === null
      ? skipped(trial, afterBotToken)
      : identity.scopes === null
        ? skipped(trial, 'Slack did not say which scopes the token has.')
        : await tryOut(trial, async () => granted(scope, identity.scopes));
  }
  for (const channel of channels) {
    const trial = channelTrial(channel);
    yield identity === null
      ? skipped(trial, afterBotToken)
      : await tryOut(trial, () => lookAtChannel(webApi, channel, signal));
  }
  const people = peopleTrial(appId);
  yield identity === null
    ? skipped(people, afterBotToken)
    : await tryOut(people, () => lookUp(webApi, signal));
  const groups = groupsTrial(appId);
  yield identity === null
    ? skipped(groups, afterBotToken)
    : await tryOut(groups, () => listGroups(webApi, signal));
}

const afterBotToken = 'Tried as soon as Slack takes the bot token.';

const botToken: Trial = {
  id: 'bot-token',
  title: 'Bot token',
  remedy: {
    text: 'Copy the Bot User OAuth Token from OAuth & Permissions of the app.',
    url: appsPage,
  },
};

const appToken = (appId: string | null): Trial => ({
  id: 'app-token',
  title: 'App-level token and Socket Mode',
  remedy: {
    text: 'Switch Socket Mode on, and make an app-level token with connections:write under Basic Information.',
    url: settingsPage(appId, 'socket-mode'),
  },
});

const scopeRemedy = (scope: string, appId: string | null): Trial['remedy'] => ({
  text: `Add ${scope} under OAuth & Permissions → Bot Token Scopes, and install the app again.`,
  url: settingsPage(appId, 'oauth'),
});

const scopeTrial = (scope: string, appId: string | null): Trial => ({
  id: `scope-${scope.replaceAll(/[^a-z]+/g, '-')}`,
  title: scopeTitles[scope] ?? scope,
  remedy: scopeRemedy(scope, appId),
});

const channelTrial = (channel: string): Trial => ({
  id: `channel-${channel.toLowerCase()}`,
  title: `Channel ${channel}`,
  remedy: { text: 'Check the id, and write /invite @Switchyard in the channel.', url: null },
});

const peopleTrial = (appId: string | null): Trial => ({
  id: 'find-people',
  title: 'Look somebody up by e-mail',
  remedy: scopeRemedy('users:read.email', appId),
});

const groupsTrial = (appId: string | null): Trial => ({
  id: 'list-user-groups',
  title: 'List the user groups',
  remedy: scopeRemedy('usergroups:read', appId),
});

async function readIdentity(
  webApi: WebApi,
  signal: AbortSignal | undefined,
): Promise<{ found: Identity; detail: string }> {
  const answer = await webApi.call((client) => client.auth.test(), signal);
  const workspace = answer.team ?? 'your workspace';
  const scopes = answer.response_metadata?.scopes ?? null;
  return {
    found: { appId: answer.app_id ?? null, workspace, scopes },
    detail: `The app is installed in ${workspace}.`,
  };
}

function granted(scope: string, scopes: readonly string[] | null): string {
  if (scopes?.includes(scope)) return scope;
  throw lacking(vendor, `The app lacks the scope ${scope}.`);
}

async function lookAtChannel(webApi: WebApi, id: string, signal: AbortSignal | undefined): Promise<string> {
  const { channel } = await webApi.call((client) => client.conversations.info({ channel: id }), signal);
  const name = `#${channel?.name ?? id}`;
  if (channel?.is_archived) throw lacking(vendor, `${name} is archived: nothing new is written there.`);
  if (channel?.is_member === false)
    throw lacking(vendor, `The app is not in ${name}, so it hears nothing there.`);
  return name;
}

async function lookUp(webApi: WebApi, signal: AbortSignal | undefined): Promise<null> {
  await webApi.call(
    (client) =>
      client.users.lookupByEmail({ email: nobody }).catch((thrown: unknown) => {
        if (slackWord(thrown) !== 'users_not_found') throw thrown;
      }),
    signal,
  );
  return null;
}

async function listGroups(webApi: WebApi, signal: AbortSignal | undefined): Promise<string> {
  const { usergroups = [] } = await webApi.call((client) => client.usergroups.list(), signal);
  const handles = usergroups.flatMap(({ handle }) => (handle === undefined ? [] : [`@${handle}`]));
  return handles.length === 0 ? 'There are none.' : handles.join(', ');
}
