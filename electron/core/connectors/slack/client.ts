import type { WebClient } from '@slack/web-api';
import { AppError } from '../../../../shared/model/errors.ts';
import type { Log } from '../../ports.ts';
import type {
  CallOptions,
  ChatConnector,
  ChatEvent,
  ChatUser,
  OutgoingMessage,
  PostedMessage,
} from '../connector.ts';
import { cardBlocks, decisionForm } from './blocks.ts';
import { slackWord } from './failures.ts';
import { type FormRequest, type Reading, readEnvelope } from './map.ts';
import { escapeMarkup } from './mark-up.ts';
import { createSlackSocket, type Envelope, type SlackSocket } from './socket.ts';
import { createWebApi } from './web-api.ts';

export interface SlackOptions {
  /**
   * `xoxb-…`, with the scopes app_mentions:read, channels:history, chat:write, im:history, im:write, users:read,
   * users:read.email, and groups:history for private channels.
   */
  botToken: string;
  /** `xapp-…`, with the scope connections:write. */
  appToken: string;
  /** With a slash at the end; Slack's own where it is left out. */
  slackApiUrl?: string;
  /** For each call, in milliseconds. */
  timeoutMs: number;
  /** The ids of the channels in which every message counts; elsewhere only mentions and direct messages do. */
  channels: readonly string[];
  log: Log;
}

const postedEvent = 'switchyard_message';
/** Slack takes no longer text. */
const longestText = 40_000;
const pageSize = 200;
/** In a channel, where a retry looks for a message of its own: the newest thousand. */
const historyPages = 5;

/**
 * Slack over Socket Mode and the Web API. A message's `eventId` is `channel:ts`: the same for each redelivery, and
 * for the two events (`message` and `app_mention`) that a mention in a watched channel comes as. A button press is
 * known by its message, person and time, a form by its own id. Slack wants an acknowledgement within three seconds
 * and delivers again after that, also while the handler is still at work, so the handler must know what it has.
 * Messages of one thread, and decisions on one request, reach the handler one after another in Slack's order.
 */
export function createSlackConnector(options: SlackOptions): ChatConnector {
  const { log, timeoutMs, slackApiUrl = 'https://slack.com/api/' } = options;
  const webApi = createWebApi({ botToken: options.botToken, slackApiUrl, timeoutMs, log });
  let socket: SlackSocket | undefined;

  return {
    system: 'slack',
    async listen(handler, onUnreadable) {
      const unreadable = (problem: string) => {
        log.warn({ problem }, 'Slack sent something that cannot be read');
        onUnreadable(problem);
      };
      const inOrder = createSequences();
      const channels = new Set(options.channels);
      let botUserId = '';

      async function receive(envelope: Envelope): Promise<object> {
        const reading = readEnvelope(envelope, { botUserId, channels });
        const event = eventOf(reading);
        if (event !== null) await inOrder(sequenceOf(event), () => handler(event));
        if (reading.kind === 'form') await openForm(reading.request);
        if (reading.kind === 'unreadable') unreadable(reading.problem);
        return reading.kind === 'form_errors' ? { response_action: 'errors', errors: reading.errors } : {};
      }

      socket = createSlackSocket({
        appToken: options.appToken,
        slackApiUrl,
        timeoutMs,
        log,
        async prepare(signal) {
          if (botUserId === '') botUserId = await ownUserId(signal);
        },
        receive,
        onUnreadable: unreadable,
      });
      await socket.start();
    },
    async stop() {
      await socket?.stop();
    },
    async post(message, callOptions = {}) {
      const { channel, thread } = await placeOf(message.to, callOptions);
      const posted = message.mayBeThere
        ? await findPosted({ channel, thread, key: message.key }, callOptions)
        : null;
      return posted ?? send({ channel, thread, message }, callOptions);
    },
    findUser: (id, { signal } = {}) =>
      webApi.call(
        (client) =>
          unless(['user_not_found', 'user_not_visible'], client.users.info({ user: id })).then(toChatUser),
        signal,
      ),
    findUserByEmail: (email, { signal } = {}) =>
      webApi.call(
        (client) => unless(['users_not_found'], client.users.lookupByEmail({ email })).then(toChatUser),
        signal,
      ),
  };

  async function ownUserId(signal: AbortSignal): Promise<string> {
    const { user_id: userId } = await webApi.call((client) => client.auth.test(), signal);
    if (userId === undefined) throw lacking('the app’s user id');
    return userId;
  }

  /** A form that Slack will not open any more is given up, so that its press does not come again for nothing. */
  async function openForm(request: FormRequest): Promise<void> {
    const { form, value, triggerId, channel, message } = request;
    const { requestId, version } = value;
    const view = decisionForm(value, { form, requestId, version, channel, message });
    try {
      await webApi.call((client) => client.views.open({ trigger_id: triggerId, view }));
    } catch (thrown) {
      if (thrown instanceof AppError && thrown.isRetried) throw thrown;
      log.warn({ err: thrown, requestId }, 'Slack did not open the form; the button has to be pressed again');
    }
  }

  async function placeOf(
    to: OutgoingMessage['to'],
    { signal }: CallOptions,
  ): Promise<{ channel: string; thread: string | null }> {
    if ('channel' in to) return to;
    const opened = await webApi.call((client) => client.conversations.open({ users: to.user }), signal);
    if (opened.channel?.id === undefined) throw lacking('the direct message’s channel');
    return { channel: opened.channel.id, thread: null };
  }

  async function send(
    outgoing: { channel: string; thread: string | null; message: OutgoingMessage },
    { signal }: CallOptions,
  ): Promise<PostedMessage> {
    const { channel, thread, message } = outgoing;
    const posted = await webApi.call(
      (client) =>
        client.chat.postMessage({
          channel,
          text: escapeMarkup(message.text, longestText),
          unfurl_links: false,
          unfurl_media: false,
          metadata: { event_type: postedEvent, event_payload: { key: message.key } },
          ...(thread === null ? {} : { thread_ts: thread }),
          ...(message.card === undefined ? {} : { blocks: cardBlocks(message.card) }),
        }),
      signal,
    );
    if (posted.ts === undefined) throw lacking('the message’s id');
    return { channel: posted.channel ?? channel, message: posted.ts };
  }

  /** The message with our key in the thread, or among the channel's newest; null where there is none. */
  async function findPosted(
    wanted: { channel: string; thread: string | null; key: string },
    { signal }: CallOptions,
  ): Promise<PostedMessage | null> {
    const { channel, thread, key } = wanted;
    let cursor: string | undefined;
    for (let page = 0; thread !== null || page < historyPages; page += 1) {
      const query = {
        channel,
        limit: pageSize,
        include_all_metadata: true,
        ...(cursor === undefined ? {} : { cursor }),
      };
      const { messages, next } = await webApi.call(
        (client) =>
          thread === null ? readHistory(client, query) : readReplies(client, { ...query, ts: thread }),
        signal,
      );
      const ours = messages.find((message) => message.key === key);
      if (ours !== undefined) return { channel, message: ours.ts };
      if (next === undefined) return null;
      cursor = next;
    }
    return null;
  }
}

interface Page {
  messages: { ts: string; key: unknown }[];
  next: string | undefined;
}

async function readHistory(
  client: WebClient,
  query: Parameters<WebClient['conversations']['history']>[0] & object,
): Promise<Page> {
  return toPage(await client.conversations.history(query));
}

async function readReplies(
  client: WebClient,
  query: Parameters<WebClient['conversations']['replies']>[0] & object,
): Promise<Page> {
  return toPage(await client.conversations.replies(query));
}

function toPage(answer: {
  messages?: { ts?: string; metadata?: { event_type?: string; event_payload?: object } }[];
  response_metadata?: { next_cursor?: string };
}): Page {
  const messages = (answer.messages ?? []).flatMap(({ ts, metadata }) => {
    const payload: { key?: unknown } = metadata?.event_payload ?? {};
    return ts !== undefined && metadata?.event_type === postedEvent ? [{ ts, key: payload.key }] : [];
  });
  return { messages, next: answer.response_metadata?.next_cursor || undefined };
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

function eventOf(reading: Reading): ChatEvent | null {
  return reading.kind === 'message' || reading.kind === 'action' ? reading.event : null;
}

function sequenceOf(event: ChatEvent): string {
  return event.kind === 'message' ? `${event.channel}:${event.thread}` : event.requestId;
}

/** Runs tasks of one name one after another, in the order in which they came, also after one that failed. */
function createSequences(): (name: string, task: () => Promise<void>) => Promise<void> {
  const last = new Map<string, Promise<void>>();
  return (name, task) => {
    const run = (last.get(name) ?? Promise.resolve()).then(task);
    const settled = run
      .catch(() => {})
      .then(() => {
        if (last.get(name) === settled) last.delete(name);
      });
    last.set(name, settled);
    return run;
  };
}

function lacking(what: string): AppError {
  return new AppError(
    'vendor_garbled',
    `Slack's answer lacks ${what}. Check the address of Slack, and for a proxy in between.`,
    { details: { vendor: 'Slack' } },
  );
}
