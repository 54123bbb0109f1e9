import { z } from 'zod';
import { blockProblems } from './block-limits.ts';
import { type Forms, withBlockIds } from './forms.ts';
import { fileJson, messageJson, viewJson } from './payloads.ts';
import { app, type Json, type Workspace, type WorkspaceMessage, type WorkspaceUser } from './workspace.ts';

/** A method's answer: `ok` and what belongs to it, or Slack's word of refusal. */
export type Answer =
  | ({ ok: true } & Json)
  | { ok: false; error: string; needed?: string; provided?: string; response_metadata?: Json };

export interface WebApiParts {
  workspace: Workspace;
  forms: Forms;
  /** Where a socket is opened, e.g. `ws://127.0.0.1:4000/link/?ticket=…`. */
  socketUrl(): string;
  /** Where files are given out, without a slash at the end. */
  baseUrl(): string;
  /** Called after the app has written a message. */
  posted(message: WorkspaceMessage): void;
  /** Called after the app has changed a message of its own. */
  updated(before: WorkspaceMessage, after: WorkspaceMessage): void;
}

export type Method = (sent: Json) => Answer;

const longestText = 40_000;

const flag = z.union([z.boolean(), z.stringbool()]);
const Content = z.object({
  channel: z.string(),
  text: z.string().default(''),
  blocks: z.array(z.looseObject({ type: z.string() })).default([]),
  metadata: z.looseObject({ event_type: z.string(), event_payload: z.looseObject({}) }).optional(),
});
const NewMessage = Content.extend({ thread_ts: z.string().optional() });
const Update = Content.extend({ ts: z.string() });
const Reading = z.object({
  channel: z.string(),
  limit: z.coerce.number().int().positive().max(999).default(100),
  cursor: z.string().default(''),
  oldest: z.string().default('0'),
  latest: z.string().optional(),
  inclusive: flag.default(false),
  include_all_metadata: flag.default(false),
});
type Reading = z.infer<typeof Reading>;

/** The methods by name. A method that is not here is answered with `unknown_method`. */
export function createMethods(parts: WebApiParts): ReadonlyMap<string, Method> {
  const { workspace, forms } = parts;
  return new Map<string, Method>([
    ['auth.test', ownIdentity],
    ['apps.connections.open', () => ({ ok: true, url: parts.socketUrl() })],
    ['chat.postMessage', method(NewMessage, (sent) => postMessage(parts, sent))],
    ['chat.update', method(Update, (sent) => updateMessage(parts, sent))],
    [
      'conversations.open',
      method(z.object({ users: z.string() }), (sent) => openDirect(workspace, sent.users)),
    ],
    [
      'conversations.info',
      method(z.object({ channel: z.string() }), (sent) => channelInfo(workspace, sent.channel)),
    ],
    ['conversations.history', method(Reading, (sent) => history(parts, sent))],
    ['conversations.replies', method(Reading.extend({ ts: z.string() }), (sent) => replies(parts, sent))],
    [
      'users.conversations',
      method(z.object({ types: z.literal('im') }), () => directConversations(workspace)),
    ],
    [
      'usergroups.list',
      method(z.object({ include_users: flag.default(false) }), (sent) =>
        userGroups(workspace, sent.include_users),
      ),
    ],
    ['files.info', method(z.object({ file: z.string() }), ({ file }) => fileInfo(parts, file))],
    [
      'views.publish',
      method(z.object({ user_id: z.string(), view: z.looseObject({ type: z.literal('home') }) }), (sent) =>
        publishView(parts, sent.user_id, sent.view),
      ),
    ],
    [
      'users.info',
      method(z.object({ user: z.string() }), ({ user }) => found(workspace.user(user), 'user_not_found')),
    ],
    [
      'users.lookupByEmail',
      method(z.object({ email: z.string() }), ({ email }) =>
        found(workspace.userByEmail(email), 'users_not_found'),
      ),
    ],
    [
      'views.open',
      method(
        z.object({ trigger_id: z.string(), view: z.looseObject({ type: z.literal('modal') }) }),
        (sent) => openView(forms, sent.trigger_id, sent.view),
      ),
    ],
  ]);
}

function method<Schema extends z.ZodType>(schema: Schema, answer: (sent: z.infer<Schema>) => Answer): Method {
  return (sent) => {
    const parsed = schema.safeParse(sent);
    if (parsed.success) return answer(parsed.data);
    const messages = parsed.error.issues.map(
      ({ path, message }) => `[ERROR] ${message} [/${path.join('/')}]`,
    );
    return { ok: false, error: 'invalid_arguments', response_metadata: { messages } };
  };
}

function refused(error: string): Answer {
  return { ok: false, error };
}

function ownIdentity(): Answer {
  return {
    ok: true,
    app_id: app.appId,
    url: 'https://sandbox.slack.com/',
    team: 'Sandbox',
    team_id: app.teamId,
    user: app.name,
    user_id: app.botUserId,
    bot_id: app.botId,
    is_enterprise_install: false,
  };
}

/** Slack's refusal of the content, or null. */
function contentProblem({ text, blocks }: { text: string; blocks: readonly Json[] }): Answer | null {
  if (text === '' && blocks.length === 0) return refused('no_text');
  if (text.length > longestText) return refused('msg_too_long');
  const problems = blockProblems(blocks, 'message');
  if (problems.length === 0) return null;
  return { ok: false, error: 'invalid_blocks', response_metadata: { messages: problems } };
}

/** Slack's refusal of a channel that is not there, archived or without the app; null where the app may write. */
function closedTo(workspace: Workspace, channel: string): Answer | null {
  if (!workspace.hasChannel(channel)) return refused('channel_not_found');
  const { isMember, isArchived } = workspace.channelState(channel);
  if (isArchived) return refused('is_archived');
  return isMember ? null : refused('not_in_channel');
}

function postMessage({ workspace, posted, baseUrl }: WebApiParts, sent: z.infer<typeof NewMessage>): Answer {
  const { text, blocks, metadata = null, thread_ts: threadTs = null } = sent;
  const channel =
    workspace.user(sent.channel) === null ? sent.channel : workspace.directChannel(sent.channel);
  const closed = closedTo(workspace, channel);
  if (closed !== null) return closed;
  if (threadTs !== null && workspace.find(channel, threadTs) === null) return refused('thread_not_found');
  const problem = contentProblem(sent);
  if (problem !== null) return problem;
  const message = workspace.add({
    channel,
    threadTs,
    user: app.botUserId,
    isBot: true,
    text,
    blocks: withBlockIds(blocks),
    metadata,
  });
  posted(message);
  return {
    ok: true,
    channel,
    ts: message.ts,
    message: messageJson(message, { withMetadata: true, baseUrl: baseUrl() }),
  };
}

function updateMessage(
  { workspace, updated: tell, baseUrl }: WebApiParts,
  sent: z.infer<typeof Update>,
): Answer {
  const message = workspace.find(sent.channel, sent.ts);
  if (message === null) return refused('message_not_found');
  if (!message.isBot) return refused('cant_update_message');
  const problem = contentProblem(sent);
  if (problem !== null) return problem;
  const { text, blocks, metadata = message.metadata } = sent;
  const updated = { ...message, text, blocks: withBlockIds(blocks), metadata };
  workspace.replace(updated);
  tell(message, updated);
  const shown = messageJson(updated, { withMetadata: true, baseUrl: baseUrl() });
  return { ok: true, channel: message.channel, ts: message.ts, text, message: shown };
}

function openDirect(workspace: Workspace, users: string): Answer {
  const user = workspace.user(users);
  if (user === null) return refused('user_not_found');
  if (user.isDeleted) return refused('user_disabled');
  return { ok: true, channel: { id: workspace.directChannel(user.id) } };
}

function channelInfo(workspace: Workspace, id: string): Answer {
  if (!workspace.hasChannel(id)) return refused('channel_not_found');
  const user = workspace.directUser(id);
  const { isMember, isArchived } = workspace.channelState(id);
  const kind =
    user === null
      ? { is_channel: true, is_im: false, is_member: isMember, name: nameOf(id) }
      : { is_im: true, user };
  return { ok: true, channel: { id, is_archived: isArchived, ...kind } };
}

/** `C-ROUTING` is called `routing`. */
function nameOf(channel: string): string {
  return channel.replace(/^C-/, '').toLowerCase();
}

/** Slack's refusal of a channel that the app may not read; one that is archived it may. */
function unreadable(workspace: Workspace, channel: string): Answer | null {
  if (!workspace.hasChannel(channel)) return refused('channel_not_found');
  return workspace.channelState(channel).isMember ? null : refused('not_in_channel');
}

/** Newest first, without the replies in threads. */
function history(parts: WebApiParts, sent: Reading): Answer {
  const { workspace } = parts;
  const problem = unreadable(workspace, sent.channel);
  if (problem !== null) return problem;
  const messages = workspace
    .messages()
    .filter(({ channel, threadTs, ts }) => channel === sent.channel && (threadTs === null || threadTs === ts))
    .toReversed();
  return page(parts, messages, sent);
}

/** The message that opened the thread and its replies, oldest first. */
function replies(parts: WebApiParts, sent: Reading & { ts: string }): Answer {
  const { workspace } = parts;
  const problem = unreadable(workspace, sent.channel);
  if (problem !== null) return problem;
  if (workspace.find(sent.channel, sent.ts) === null) return refused('thread_not_found');
  const messages = workspace
    .messages()
    .filter(
      ({ channel, threadTs, ts }) => channel === sent.channel && (ts === sent.ts || threadTs === sent.ts),
    );
  return page(parts, messages, sent);
}

function page(parts: WebApiParts, messages: readonly WorkspaceMessage[], sent: Reading): Answer {
  const { limit, cursor, oldest, latest, inclusive } = sent;
  const isWithin = ({ ts }: WorkspaceMessage) =>
    (ts > oldest && (latest === undefined || ts < latest)) || (inclusive && (ts === oldest || ts === latest));
  const wanted = messages.filter(isWithin);
  const start = cursor === '' ? 0 : wanted.findIndex(({ ts }) => cursorAt(ts) === cursor);
  if (start === -1) return refused('invalid_cursor');
  const next = wanted[start + limit];
  const replies = latestReplies(parts.workspace);
  // A message that has replies is its own thread.
  const threadOf = ({ channel, ts }: WorkspaceMessage) => {
    const latest = replies.get(`${channel} ${ts}`);
    return latest === undefined ? {} : { thread_ts: ts, latest_reply: latest };
  };
  return {
    ok: true,
    messages: wanted.slice(start, start + limit).map((message) => ({
      ...messageJson(message, { withMetadata: sent.include_all_metadata, baseUrl: parts.baseUrl() }),
      // A message that has replies is its own thread.
      ...threadOf(message),
    })),
    has_more: next !== undefined,
    ...(next === undefined ? {} : { response_metadata: { next_cursor: cursorAt(next.ts) } }),
  };
}

/** The newest reply under each message that has any, by channel and `ts`. */
function latestReplies(workspace: Workspace): ReadonlyMap<string, string> {
  const latest = new Map<string, string>();
  for (const { channel, threadTs, ts } of workspace.messages())
    if (threadTs !== null && threadTs !== ts) latest.set(`${channel} ${threadTs}`, ts);
  return latest;
}

function cursorAt(ts: string): string {
  return Buffer.from(`next_ts:${ts}`).toString('base64');
}

function found(user: WorkspaceUser | null, word: string): Answer {
  if (user === null) return refused(word);
  const { id, name, email, isDeleted } = user;
  return {
    ok: true,
    user: {
      id,
      team_id: app.teamId,
      name: email.split('@')[0],
      real_name: name,
      deleted: isDeleted,
      is_bot: false,
      profile: { real_name: name, display_name: name, email },
    },
  };
}

function openView(forms: Forms, triggerId: string, view: Json): Answer {
  const problems = blockProblems(view, 'view');
  if (problems.length > 0) {
    return { ok: false, error: 'invalid_arguments', response_metadata: { messages: problems } };
  }
  const opened = forms.open(triggerId, view);
  return typeof opened === 'string' ? refused(opened) : { ok: true, view: viewJson(opened, {}) };
}

function publishView({ workspace, forms }: WebApiParts, user: string, view: Json): Answer {
  if (workspace.user(user) === null) return refused('user_not_found');
  const problems = blockProblems(view, 'view');
  if (problems.length > 0) {
    return { ok: false, error: 'invalid_arguments', response_metadata: { messages: problems } };
  }
  return { ok: true, view: viewJson(forms.publish(user, view), {}) };
}

function directConversations(workspace: Workspace): Answer {
  const channels = workspace
    .directChannels()
    .map((id) => ({ id, is_im: true, user: workspace.directUser(id) }));
  return { ok: true, channels };
}

function userGroups(workspace: Workspace, withUsers: boolean): Answer {
  const usergroups = workspace.groups().map(({ id, handle, name, users }) => ({
    id,
    team_id: app.teamId,
    is_usergroup: true,
    handle,
    name,
    ...(withUsers ? { users } : {}),
  }));
  return { ok: true, usergroups };
}

function fileInfo({ workspace, baseUrl }: WebApiParts, id: string): Answer {
  const file = workspace.file(id);
  return file === null ? refused('file_not_found') : { ok: true, file: fileJson(file, baseUrl()) };
}
