import { AppError, toAppError } from '../../../../shared/model/errors.ts';
import type { Log, StateStore, TokenStore } from '../../ports.ts';
import type {
  CallOptions,
  ChatConnector,
  ChatEvent,
  ConnectorParts,
  OutgoingMessage,
  PostedMessage,
} from '../connector.ts';
import type { MicrosoftSignInOptions } from '../microsoft-entra.ts';
import { createGraph, type Graph, graphPath, hasStatus } from '../microsoft-graph.ts';
import { createAccountSignIn, createAppTokens } from '../microsoft-sign-in.ts';
import { adaptiveCard, cardHtml } from './card.ts';
import { createChannelMessages, type News } from './channel-messages.ts';
import { type ChannelSetting, createChannels, type WatchedChannel } from './channels.ts';
import { createChatMessages } from './chat-messages.ts';
import { checkConnection, listWatched } from './check-connection.ts';
import { readFile } from './file.ts';
import { fittingHtml } from './html.ts';
import { Created, toChatUser, User, userProperties, WrittenMessage } from './map.ts';
import { createPoller, type Poller, type PollingPace } from './polling.ts';
import { referenceOf } from './reference.ts';

/** What the account that posts must be allowed; an admin consents to it once. */
export const accountScopes = [
  'User.Read',
  'User.ReadBasic.All',
  'ChannelMessage.Read.All',
  'ChannelMessage.Send',
  'Chat.Create',
  'Chat.ReadWrite',
] as const;

export interface TeamsOptions extends ConnectorParts {
  tenantId: string;
  /** Of the app's registration in Entra, which public client flows are allowed for. */
  clientId: string;
  /** The app itself reads, with the application permissions of the set-up guide. */
  clientSecret: string;
  /** What a sign-in elsewhere gave for the account that posts; null where it signed in here. */
  refreshToken: string | null;
  /** Where the account's tokens are kept. */
  tokens: TokenStore;
  channels: readonly ChannelSetting[];
  /** How far was read. */
  state: StateStore;
  /** Without a slash at the end; Microsoft's own are `graphUrl` and `loginUrl`. */
  graphUrl: string;
  loginUrl: string;
  pace: PollingPace;
  /** For each call, in milliseconds. */
  timeoutMs: number;
  log: Log;
}

const vendor = 'Microsoft Teams';
/** Teams takes messages of about 28 KB; beside a card there is less room. */
const maximumBytes = { alone: 24_000, withCard: 4_000 } as const;
/** Where a retry looks for a message of its own: among the newest of a channel or a chat. */
const historyPages = 5;
const threadsAtOnce = 8;

export function teamsSignIn(
  options: Omit<MicrosoftSignInOptions, 'vendor'> & Pick<TeamsOptions, 'tokens' | 'refreshToken'>,
) {
  return createAccountSignIn({ ...options, vendor, scopes: accountScopes });
}

/**
 * Teams over Microsoft Graph. Channels are polled by delta query, the account's own chats by their newest messages; an
 * event's id is `channel:message`, the same however often it is read. An app alone may not post, so the account does;
 * messages that it posted carry a reference (see `reference.ts`) by which a retry finds them.
 */
export function createTeamsConnector(options: TeamsOptions): ChatConnector {
  const { tenantId, clientId, clientSecret, graphUrl, loginUrl, timeoutMs, log, state } = options;
  const entra = { vendor, loginUrl, tenantId, clientId, timeoutMs, log };
  const signIn = teamsSignIn({ ...entra, tokens: options.tokens, refreshToken: options.refreshToken });
  const graphWith = (token: Parameters<typeof createGraph>[0]['token']): Graph =>
    createGraph({ vendor, baseUrl: graphUrl, timeoutMs, log, token, onBudget: options.onBudget });
  const posting = graphWith(signIn.token);
  const appToken = createAppTokens({ ...entra, clientSecret });
  const reading = graphWith(appToken);
  const channels = createChannels(reading, options.channels);
  const directChats = new Map<string, string>();
  const pollers: Poller[] = [];

  /** Null where nobody is signed in: then nothing in a channel is ours. */
  async function knownAccountId(): Promise<string | null> {
    try {
      return (await signIn.account()).id;
    } catch (thrown) {
      if (thrown instanceof AppError && thrown.code === 'vendor_auth') return null;
      throw thrown;
    }
  }

  return {
    system: 'teams',
    async listen(handler, onProblem) {
      const problems = createProblems(onProblem);
      const unreadable = (problem: string) => {
        log.warn({ problem }, 'Teams sent something that cannot be read');
        onProblem(problem);
      };
      const common = { state, onUnreadable: unreadable };
      const readerOf = (watched: WatchedChannel) =>
        createChannelMessages({
          ...common,
          ...watched,
          vendor,
          graph: reading,
          accountId: knownAccountId,
          log,
        });
      const sources = [
        ...options.channels.map((setting) => {
          let reader: ReturnType<typeof readerOf> | null = null;
          return {
            name: 'channel' in setting ? setting.channel : `${setting.team}/${setting.channelName}`,
            async read(signal: AbortSignal) {
              reader ??= readerOf(await channels.find(setting, { signal }));
              return reader(signal);
            },
          };
        }),
        {
          name: 'chats',
          read: createChatMessages({ ...common, graph: posting, account: () => signIn.account() }),
        },
      ];
      for (const { name, read } of sources) {
        pollers.push(
          createPoller({
            pace: options.pace,
            poll: async (signal) => takeIn(await read(signal), handler),
            onRound(problem) {
              if (problem !== null) log.warn({ source: name, code: problem.code }, problem.message);
              problems.note(name, problem?.message ?? null);
            },
          }),
        );
      }
      await Promise.all(pollers.map((poller) => poller.start()));
    },
    async stop() {
      await Promise.all(pollers.map((poller) => poller.stop()));
    },
    // A message can be changed by an app for moderation only; what was decided is answered in the thread.
    settleCard: null,
    readFile: (file, call) => readFile(reading, file, call),
    showHome: null,
    // Whom a tag of a team stands for, Graph tells to nobody but the team's own members.
    listGroups: null,
    async post(message, call = {}) {
      const place = await placeOf(message.to, call);
      try {
        const posted = message.mayBeThere ? await findPosted(place, referenceOf(message.key), call) : null;
        return posted ?? (await send(place, message, call));
      } catch (thrown) {
        const isClosed = hasStatus(thrown, 404) || (place.isInChannel && hasStatus(thrown, 403));
        throw isClosed ? placeGone(thrown) : thrown;
      }
    },
    testConnection: (call = {}) =>
      checkConnection(
        { clientId, appToken, reading, posting, signIn, channels, scopes: accountScopes },
        call,
      ),
    watched: (call = {}) => listWatched(channels, call),
    async findUser(id, call = {}) {
      const query = { $select: userProperties };
      return orNull(reading.get(User, graphPath`/users/${id}`, { query, ...call }).then(toChatUser));
    },
    async findUserByEmail(email, call = {}) {
      const literal = `'${email.replaceAll("'", "''")}'`;
      const query = {
        $select: userProperties,
        $filter: `mail eq ${literal} or userPrincipalName eq ${literal}`,
      };
      for await (const page of reading.pages(User, '/users', { query, ...call })) {
        const [user] = page.items;
        if (user !== undefined) return toChatUser(user);
      }
      return null;
    },
  };

  /** Where a message is posted, as Graph's path, and where it is then found. */
  async function placeOf(to: OutgoingMessage['to'], call: CallOptions): Promise<Place> {
    if ('user' in to) return chatPlace(await directChat(to.user, call));
    const watched = await channels.byId(to.channel, call);
    if (watched === null) return chatPlace(to.channel);
    const { team, channel } = watched;
    const path =
      to.thread === null
        ? graphPath`/teams/${team}/channels/${channel}/messages`
        : graphPath`/teams/${team}/channels/${channel}/messages/${to.thread}/replies`;
    return { channel, path, isThread: to.thread !== null, isInChannel: true };
  }

  /** Graph gives the chat that there is, or makes one. */
  async function directChat(user: string, call: CallOptions): Promise<string> {
    const known = directChats.get(user);
    if (known !== undefined) return known;
    const account = await signIn.account();
    const members = [account.id, user].map((id) => ({
      '@odata.type': '#microsoft.graph.aadUserConversationMember',
      roles: ['owner'],
      'user@odata.bind': `https://graph.microsoft.com/v1.0/users('${id.replaceAll("'", "''")}')`,
    }));
    const { id } = await posting.post(Created, '/chats', { chatType: 'oneOnOne', members }, call);
    directChats.set(user, id);
    return id;
  }

  async function send(place: Place, message: OutgoingMessage, call: CallOptions): Promise<PostedMessage> {
    const { channel, path } = place;
    const end = `<p>${referenceOf(message.key)}</p>`;
    const text = fittingHtml(message.text, maximumBytes[message.card === undefined ? 'alone' : 'withCard']);
    const post = async (html: string, attachments: readonly object[] = []) => {
      const body = { body: { contentType: 'html', content: html }, attachments };
      return { channel, message: (await posting.post(Created, path, body, call)).id };
    };
    if (message.card === undefined) return post(text + end);
    const id = 'decision';
    const content = adaptiveCard(message.card);
    const card = { id, contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content };
    try {
      return await post(`${text}<attachment id="${id}"></attachment>${end}`, [card]);
    } catch (thrown) {
      // Some organisations let no account post cards.
      if (!hasStatus(thrown, 400, 403)) throw thrown;
      return post(text + cardHtml(message.card) + end);
    }
  }

  /** The message with the reference in the thread, or among the newest; null where there is none. */
  async function findPosted(
    { channel, path, isThread }: Place,
    reference: string,
    call: CallOptions,
  ): Promise<PostedMessage | null> {
    let pages = 0;
    for await (const { items } of posting.pages(WrittenMessage, path, { query: { $top: '50' }, ...call })) {
      const ours = items.find(({ body }) => body?.content?.includes(reference));
      if (ours !== undefined) return { channel, message: ours.id };
      pages += 1;
      if (!isThread && pages >= historyPages) return null;
    }
    return null;
  }
}

/** The thread, channel or chat is not there any more, or the account is no member of it any more. */
function placeGone(cause: unknown): AppError {
  const { message, details } = toAppError(cause);
  return new AppError('vendor_refused', message, { cause, details: { ...details, isPlaceGone: true } });
}

interface Place {
  channel: string;
  path: string;
  isThread: boolean;
  isInChannel: boolean;
}

function chatPlace(chat: string): Place {
  return { channel: chat, path: graphPath`/chats/${chat}/messages`, isThread: false, isInChannel: false };
}

/** Hands the news on, each thread in order, and notes how far was read once all of it is stored. */
async function takeIn(news: News, handler: (event: ChatEvent) => Promise<void>): Promise<boolean> {
  const waiting = news.threads.values();
  const workThrough = async () => {
    for (const thread of waiting) await handleInOrder(thread, handler);
  };
  const work = Array.from({ length: threadsAtOnce }, workThrough);
  const failed = (await Promise.allSettled(work)).find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
  await news.keep();
  return news.isAny;
}

async function handleInOrder(
  thread: readonly ChatEvent[],
  handler: (event: ChatEvent) => Promise<void>,
): Promise<void> {
  for (const event of thread) await handler(event);
}

/** Tells a problem of any of several sources when it is another than before, and null when none has one any more. */
function createProblems(tell: (problem: string | null) => void) {
  const problems = new Map<string, string>();
  let told: string | null = null;
  return {
    note(source: string, problem: string | null): void {
      if (problem === null) problems.delete(source);
      else problems.set(source, problem);
      const [first = null] = problems.values();
      if (first !== told) tell(first);
      told = first;
    },
  };
}

/** What the call gives, or null for 404. */
function orNull<Result>(call: Promise<Result>): Promise<Result | null> {
  return call.catch((thrown: unknown) => {
    if (hasStatus(thrown, 404)) return null;
    throw thrown;
  });
}
