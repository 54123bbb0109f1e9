import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { z } from 'zod';
import { createDeliveries, type DisconnectReason } from './slack/deliveries.ts';
import { createForms } from './slack/forms.ts';
import { createPeople, type People } from './slack/people.ts';
import { createScopes, type Scope } from './slack/scopes.ts';
import { type Answer, createMethods } from './slack/web-api.ts';
import { readWebCall, type WebCall } from './slack/web-call.ts';
import {
  app,
  type ChannelState,
  createWorkspace,
  type Json,
  type WorkspaceMessage,
} from './slack/workspace.ts';
import type { StandIn, StandInContext, StandInReply, StandInRequest } from './stand-in.ts';

/** A message as everybody in the workspace sees it. */
export interface SlackMessage {
  channel: string;
  ts: string;
  /** The message that opened the thread; null where this one did or stands alone. */
  threadTs: string | null;
  user: string;
  isBot: boolean;
  /** Slack's mark-up, `&`, `<` and `>` escaped. */
  text: string;
  blocks: readonly Json[];
  /** The app's own key, from the message's metadata. */
  key: string | null;
  /** For a direct message, whom the channel is with. */
  directTo: string | null;
}

/**
 * A Slack workspace with the app installed: the Web API over HTTP, Socket Mode over WebSocket, and the people in it,
 * who are the world's; a user whom the world lacks can write, too, and is unknown to `users.info`. Every message also
 * reaches the app as an event, its own ones included, as with Slack.
 */
export interface SlackStandIn extends StandIn, People {
  readonly botUserId: string;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Nothing waits for its delivery or acknowledgement, and nobody is in the middle of a form. */
  isQuiet(): boolean;
  stop(): Promise<void>;
  /** The channel of the app's direct messages with the user, to write to. */
  directChannel(user: string): string;
  /** All messages in the order in which they were written. */
  messages(): SlackMessage[];
  /** The replies in a thread, without the message that opened it. */
  repliesTo(threadTs: string): SlackMessage[];
  /** Delivers an envelope with any payload, also a wrong one, until the app acknowledges it. */
  sendPayload(envelope: { type: 'events_api' | 'interactive'; payload: unknown }): Promise<void>;
  /** One frame of any text. Throws `not_found` where the app is not connected. */
  sendRaw(text: string): void;
  /** Asks the app to connect anew, as Slack does before it restarts a machine, or when Socket Mode is switched off. */
  requestReconnect(reason?: DisconnectReason): void;
  /** Cuts the connections as a broken network does. */
  dropConnections(): void;
  openConnections(): number;
  /** The app is taken out of a channel, or invited; the channel is archived, or restored. */
  setChannelState(channel: string, state: Partial<ChannelState>): void;
  /** An admin takes a scope from the app, or gives it back. */
  setScope(scope: Scope, isGranted: boolean): void;
}

/** `ackMs` is after how long an envelope that was not acknowledged is delivered again; Slack's own are 3 000. */
export function createSlackStandIn(context: StandInContext, { ackMs }: { ackMs: number }): SlackStandIn {
  const { world, clock, log, credentials, changed } = context;
  const workspace = createWorkspace(world, clock);
  const forms = createForms();
  const deliveries = createDeliveries({ ackMs, log, changed });
  const scopes = createScopes(workspace);
  const { baseUrl } = context;
  const { announce, announceChange, isQuiet, ...people } = createPeople({
    workspace,
    forms,
    deliveries,
    changed,
    baseUrl,
  });
  const methods = createMethods({
    workspace,
    forms,
    socketUrl: () => context.baseUrl().replace(/^http/, 'ws') + deliveries.issueTicket(),
    baseUrl,
    posted: announce,
    updated: announceChange,
  });
  function shown(message: WorkspaceMessage): SlackMessage {
    const { channel, ts, threadTs, user, isBot, text, blocks, metadata } = message;
    return {
      channel,
      ts,
      threadTs,
      user,
      isBot,
      text,
      blocks,
      key: keyOf(metadata),
      directTo: workspace.directUser(channel),
    };
  }

  return {
    ...people,
    botUserId: app.botUserId,
    upgrade: deliveries.upgrade,
    isQuiet: () => isQuiet() && deliveries.isQuiet(),
    stop: deliveries.stop,
    directChannel: workspace.directChannel,
    messages: () => workspace.messages().map(shown),
    repliesTo: (threadTs) =>
      workspace
        .messages()
        .filter((message) => message.threadTs === threadTs)
        .map(shown),
    async sendPayload(envelope) {
      await deliveries.deliver(envelope);
    },
    sendRaw: deliveries.sendRaw,
    requestReconnect: (reason = 'refresh_requested') => deliveries.requestReconnect(reason),
    setChannelState: workspace.setChannelState,
    setScope: scopes.set,
    dropConnections: deliveries.drop,
    openConnections: deliveries.openSockets,

    async handle(request) {
      const call = readWebCall(request);
      if (call.method === null) return download(request);
      const method = methods.get(call.method);
      if (method === undefined) return answered({ ok: false, error: 'unknown_method' });
      if (!call.isBodyReadable) return answered({ ok: false, error: 'invalid_json' });
      const needed = scopes.lackingFor(call.method, call.arguments);
      const provided = scopes.granted().join(',');
      const answer =
        needed === null
          ? method(call.arguments)
          : ({ ok: false, error: 'missing_scope', needed, provided } as const);
      changed();
      return { ...answered(answer), headers: { 'x-oauth-scopes': provided } };
    },
    refuse(request) {
      const call = readWebCall(request);
      const word = call.method !== null && methods.has(call.method) ? credentialProblem(call) : null;
      return word === null ? null : answered({ ok: false, error: word });
    },
    busy: (_request, retryAfterSeconds) => ({
      status: 429,
      headers: retryAfterSeconds === null ? {} : { 'retry-after': String(retryAfterSeconds) },
      body: { ok: false, error: 'ratelimited' },
    }),
    unavailable: () => ({
      status: 503,
      headers: { 'content-type': 'text/html' },
      body: '<html><body><h1>503 Service Unavailable</h1></body></html>',
    }),
    isWrite: (request) => ['chat.postMessage', 'chat.update'].includes(readWebCall(request).method ?? ''),
    limits(request) {
      const { method, arguments: sent } = readWebCall(request);
      return method === 'chat.postMessage' ? [{ key: `post ${sent.channel}`, max: 1, perMs: 1_000 }] : [];
    },
  };

  /** A file, to whoever shows the bot's token; everybody else is sent to the sign-in page, as in a browser. */
  function download({ url, headers }: StandInRequest): StandInReply {
    const id = /^\/files-pri\/[^/]+-(F\d+)\//.exec(url.pathname)?.[1];
    if (id === undefined) return { status: 404, body: 'Not Found' };
    const isOurs = headers.authorization === `Bearer ${credentials.slack.botToken}`;
    if (!isOurs || !scopes.has('files:read'))
      return { status: 302, headers: { location: 'https://sandbox.slack.com/?redir=files' }, body: '' };
    const file = workspace.file(id);
    if (file === null) return { status: 404, body: 'Not Found' };
    return { status: 200, headers: { 'content-type': file.mediaType }, body: file.content };
  }

  function credentialProblem({ method, token }: WebCall): string | null {
    const { botToken, appToken } = credentials.slack;
    const [wanted, other] = method === 'apps.connections.open' ? [appToken, botToken] : [botToken, appToken];
    if (token === null) return 'not_authed';
    if (token === wanted) return null;
    return token === other ? 'not_allowed_token_type' : 'invalid_auth';
  }
}

function answered(answer: Answer): StandInReply {
  return { status: 200, body: answer };
}

const ownMetadata = z.object({ event_payload: z.object({ key: z.string() }) });

function keyOf(metadata: Json | null): string | null {
  const parsed = ownMetadata.safeParse(metadata);
  return parsed.success ? parsed.data.event_payload.key : null;
}
