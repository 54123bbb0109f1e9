import type { WatchedPlace } from '../../../../shared/model/connection.ts';
import type { Log, StateStore } from '../../ports.ts';
import type { CallOptions, ChatConnector, ChatGroup, ChatUser, ListenOptions } from '../connector.ts';
import { checkConnection } from './check-connection.ts';
import { lacking, slackWord } from './failures.ts';
import { createFileReader } from './files.ts';
import { homeView } from './home.ts';
import { createListener, type Identity, type Listener, type ReadIdentity } from './listener.ts';
import { createPosting } from './posting.ts';
import { createWebApi, type WebApi } from './web-api.ts';

export interface SlackOptions {
  /** `xoxb-…`, with the scopes that `scopes.ts` lists. */
  botToken: string;
  /** `xapp-…`, with the scope connections:write. */
  appToken: string;
  /** With a slash at the end; Slack's own where it is left out. */
  slackApiUrl?: string;
  /** For each call, in milliseconds. */
  timeoutMs: number;
  /** The ids of the channels in which every message counts; elsewhere only mentions and direct messages do. */
  channels: readonly string[];
  /** Where it is kept how far was read. */
  state: StateStore;
  log: Log;
}

/**
 * Slack over Socket Mode and the Web API. A message's `eventId` is `channel:ts`: the same for each redelivery, and
 * for the two events (`message` and `app_mention`) that a mention in a watched channel comes as. A button press is
 * known by its message, person and time, a form by its own id. Slack wants an acknowledgement within three seconds
 * and delivers again after that, also while the handler is still at work, so the handler must know what it has.
 * Messages of one thread, and decisions on one request, reach the handler one after another in Slack's order.
 */
export function createSlackConnector(options: SlackOptions): ChatConnector {
  const { log, timeoutMs, slackApiUrl = 'https://slack.com/api/', botToken, appToken, channels } = options;
  const common = { slackApiUrl, timeoutMs, log };
  const webApi = createWebApi({ ...common, token: botToken });
  const identity = createIdentity(webApi);
  let listener: Listener | undefined;

  async function watchedChannel(channel: string, { signal }: CallOptions): Promise<WatchedPlace> {
    const { workspaceUrl } = await identity(signal);
    const answer = await unless(
      ['channel_not_found', 'missing_scope'],
      webApi.call((client) => client.conversations.info({ channel }), signal),
    );
    const name = answer?.channel?.name;
    return {
      kind: 'channel',
      id: channel,
      name: name === undefined ? channel : `#${name}`,
      url: workspaceUrl === null ? null : `${workspaceUrl}archives/${channel}`,
    };
  }

  return {
    system: 'slack',
    testConnection: (callOptions = {}) =>
      checkConnection(
        { webApi, appApi: createWebApi({ ...common, token: appToken }), channels },
        callOptions,
      ),
    async watched(callOptions = {}) {
      const places: WatchedPlace[] = [];
      for (const channel of channels) places.push(await watchedChannel(channel, callOptions));
      return places;
    },
    async listen(handler, onProblem, listenOptions = nothingOpen) {
      listener = createListener({
        ...common,
        appToken,
        webApi,
        channels: new Set(channels),
        state: options.state,
        identity,
        handler,
        onProblem,
        ...listenOptions,
      });
      await listener.start();
    },
    async stop() {
      await listener?.stop();
    },
    ...createPosting(webApi),
    readFile: createFileReader({ ...common, webApi, botToken }),
    async showHome(user, home, { signal } = {}) {
      const { workspaceUrl } = await identity(signal);
      const view = homeView(home, workspaceUrl);
      await webApi.call((client) => client.views.publish({ user_id: user, view }), signal);
    },
    async listGroups({ signal } = {}) {
      const { usergroups = [] } = await webApi.call(
        (client) => client.usergroups.list({ include_users: true }),
        signal,
      );
      return usergroups.flatMap(toChatGroup);
    },
    findUser: (id, { signal } = {}) =>
      unless(
        ['user_not_found', 'user_not_visible'],
        webApi.call((client) => client.users.info({ user: id }), signal),
      ).then(toChatUser),
    findUserByEmail: (email, { signal } = {}) =>
      unless(
        ['users_not_found'],
        webApi.call((client) => client.users.lookupByEmail({ email }), signal),
      ).then(toChatUser),
  };
}

/** For who listens without cases, pages and groups. */
const nothingOpen: ListenOptions = {
  openThreads: async () => [],
  onHomeOpened: async () => {},
  onGroupsChanged: async () => {},
};

/** What the app is in the workspace; asked for once. */
function createIdentity(webApi: WebApi): ReadIdentity {
  let known: Identity | null = null;
  return async (signal) => {
    if (known !== null) return known;
    const answer = await webApi.call((client) => client.auth.test(), signal);
    if (answer.user_id === undefined) throw lacking('the app’s user id');
    known = { botUserId: answer.user_id, workspaceUrl: answer.url ?? null };
    return known;
  };
}

/** The answer, or null where Slack refuses with one of these words. */
function unless<Answer>(words: readonly string[], answer: Promise<Answer>): Promise<Answer | null> {
  return answer.catch((thrown: unknown) => {
    if (words.includes(slackWord(thrown) ?? '')) return null;
    throw thrown;
  });
}

function toChatUser(
  answer: {
    user?: {
      id?: string;
      name?: string;
      real_name?: string;
      deleted?: boolean;
      profile?: { email?: string; real_name?: string };
    };
  } | null,
): ChatUser | null {
  const user = answer?.user;
  if (user?.id === undefined) return null;
  return {
    id: user.id,
    email: user.profile?.email?.toLowerCase() ?? null,
    name: user.profile?.real_name || user.real_name || user.name || user.id,
    isActive: user.deleted !== true,
  };
}

function toChatGroup(group: { id?: string; handle?: string; users?: string[] }): ChatGroup[] {
  const { id, handle, users = [] } = group;
  return id === undefined || handle === undefined
    ? []
    : [{ id, handle: handle.toLowerCase(), members: users }];
}
