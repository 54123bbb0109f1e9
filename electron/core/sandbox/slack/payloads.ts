import type { Button, OpenView } from './forms.ts';
import { app, type Json, type WorkspaceFile, type WorkspaceMessage } from './workspace.ts';

/** What Slack sends through a socket. Source: Slack's "Events API" and "Interactivity" references. */

interface EventOptions {
  eventId: string;
  channelType: 'im' | 'channel';
}

function eventCallback(eventId: string, ts: string, event: Json): Json {
  return {
    token: 'sandbox',
    team_id: app.teamId,
    api_app_id: app.appId,
    type: 'event_callback',
    event_id: eventId,
    event_time: Number.parseInt(ts, 10),
    event: { ...event, event_ts: ts },
    authorizations: [{ team_id: app.teamId, user_id: app.botUserId, is_bot: true }],
  };
}

/** A message as an event, or as the mention that it is as well. */
export function messageEvent(
  message: WorkspaceMessage,
  options: EventOptions & { type: 'message' | 'app_mention'; baseUrl: string },
): Json {
  const { eventId, type, channelType, baseUrl } = options;
  const hasFiles = message.files !== undefined && message.files.length > 0;
  return eventCallback(eventId, message.ts, {
    ...messageJson(message, { withMetadata: true, baseUrl }),
    type,
    ...(hasFiles && type === 'message' ? { subtype: 'file_share' } : {}),
    channel: message.channel,
    ...(type === 'message' ? { channel_type: channelType } : {}),
  });
}

/** What Slack tells of a message that was edited, unfolded, or deleted with replies left under it. */
export function messageChanged(
  change: { before: WorkspaceMessage; after: WorkspaceMessage; ts: string; baseUrl: string } & EventOptions,
): Json {
  const { before, after, ts, baseUrl, eventId, channelType } = change;
  const json = (message: WorkspaceMessage) => messageJson(message, { withMetadata: true, baseUrl });
  return eventCallback(eventId, ts, {
    type: 'message',
    subtype: 'message_changed',
    hidden: true,
    channel: after.channel,
    channel_type: channelType,
    ts,
    message: json(after),
    previous_message: json(before),
  });
}

export function messageDeleted(
  deletion: { message: WorkspaceMessage; ts: string; baseUrl: string } & EventOptions,
): Json {
  const { message, ts, baseUrl, eventId, channelType } = deletion;
  return eventCallback(eventId, ts, {
    type: 'message',
    subtype: 'message_deleted',
    hidden: true,
    channel: message.channel,
    channel_type: channelType,
    ts,
    deleted_ts: message.ts,
    previous_message: messageJson(message, { withMetadata: true, baseUrl }),
  });
}

/** Somebody opens the app's page. */
export function homeOpened(user: string, { eventId, ts }: { eventId: string; ts: string }): Json {
  return eventCallback(eventId, ts, {
    type: 'app_home_opened',
    user,
    channel: `D-${user}`,
    tab: 'home',
  });
}

/** The members of a group have changed. */
export function groupMembersChanged(groupId: string, { eventId, ts }: { eventId: string; ts: string }): Json {
  return eventCallback(eventId, ts, {
    type: 'subteam_members_changed',
    subteam_id: groupId,
    team_id: app.teamId,
  });
}

/** A message as the Web API and interactions show it. */
export function messageJson(
  message: WorkspaceMessage,
  { withMetadata, baseUrl }: { withMetadata: boolean; baseUrl: string },
): Json {
  const { ts, threadTs, user, isBot, text, blocks, metadata, files = [], editedTs, isTombstone } = message;
  return {
    type: 'message',
    user,
    text,
    ts,
    team: app.teamId,
    ...(threadTs === null ? {} : { thread_ts: threadTs }),
    ...(isBot ? { bot_id: app.botId, app_id: app.appId } : {}),
    ...(blocks.length === 0 ? {} : { blocks }),
    ...(withMetadata && metadata !== null ? { metadata } : {}),
    ...(files.length === 0 ? {} : { files: files.map((file) => fileJson(file, baseUrl)) }),
    ...(editedTs === undefined ? {} : { edited: { user, ts: editedTs } }),
    ...(isTombstone ? { subtype: 'tombstone', hidden: true } : {}),
  };
}

/** A file as messages and `files.info` show it; the addresses want the bot's token. */
export function fileJson({ id, name, mediaType, content }: WorkspaceFile, baseUrl: string): Json {
  const place = `${baseUrl}/files-pri/${app.teamId}-${id}`;
  return {
    id,
    name,
    title: name,
    mimetype: mediaType,
    size: content.byteLength,
    mode: 'hosted',
    is_external: false,
    url_private: `${place}/${encodeURIComponent(name)}`,
    url_private_download: `${place}/download/${encodeURIComponent(name)}`,
  };
}

export function blockActions(press: {
  user: string;
  message: WorkspaceMessage;
  button: Button;
  blockId: string;
  triggerId: string;
  actionTs: string;
  baseUrl: string;
}): Json {
  const { user, message, button, blockId, triggerId, actionTs } = press;
  return {
    ...interaction('block_actions', user, triggerId),
    container: {
      type: 'message',
      message_ts: message.ts,
      channel_id: message.channel,
      is_ephemeral: false,
      ...(message.threadTs === null ? {} : { thread_ts: message.threadTs }),
    },
    channel: { id: message.channel, name: message.channel },
    message: messageJson(message, { withMetadata: true, baseUrl: press.baseUrl }),
    state: { values: {} },
    actions: [{ ...button, block_id: blockId, action_ts: actionTs }],
  };
}

/** A button on the app's page. */
export function homeActions(press: {
  user: string;
  view: Json;
  button: Button;
  blockId: string;
  triggerId: string;
  actionTs: string;
}): Json {
  const { user, view, button, blockId, triggerId, actionTs } = press;
  return {
    ...interaction('block_actions', user, triggerId),
    container: { type: 'view', view_id: view.id },
    view,
    actions: [{ ...button, block_id: blockId, action_ts: actionTs }],
  };
}

/** A shortcut from anywhere, or one on a message. */
export function shortcut(call: {
  user: string;
  callbackId: string;
  triggerId: string;
  message: WorkspaceMessage | null;
  baseUrl: string;
}): Json {
  const { user, callbackId, triggerId, message, baseUrl } = call;
  const from = { ...interaction(message === null ? 'shortcut' : 'message_action', user, triggerId) };
  if (message === null) return { ...from, callback_id: callbackId };
  return {
    ...from,
    callback_id: callbackId,
    message_ts: message.ts,
    channel: { id: message.channel, name: message.channel },
    message: messageJson(message, { withMetadata: false, baseUrl }),
  };
}

export function viewSubmission(submission: {
  user: string;
  view: OpenView;
  values: Json;
  triggerId: string;
}): Json {
  const { user, view, values, triggerId } = submission;
  return {
    ...interaction('view_submission', user, triggerId),
    view: viewJson(view, values),
    response_urls: [],
  };
}

export function viewJson({ id, view }: OpenView, values: Json): Json {
  return { ...view, id, team_id: app.teamId, app_id: app.appId, bot_id: app.botId, state: { values } };
}

function interaction(type: string, user: string, triggerId: string): Json {
  return {
    type,
    token: 'sandbox',
    team: { id: app.teamId, domain: 'sandbox' },
    user: { id: user, username: user, team_id: app.teamId },
    api_app_id: app.appId,
    trigger_id: triggerId,
  };
}
