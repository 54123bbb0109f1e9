import type { Button, OpenView } from './forms.ts';
import { app, type Json, type WorkspaceMessage } from './workspace.ts';

/** What Slack sends through a socket. Source: Slack's "Events API" and "Interactivity" references. */

/** A message as an event, or as the mention that it is as well. */
export function messageEvent(
  message: WorkspaceMessage,
  options: { eventId: string; type: 'message' | 'app_mention'; channelType: 'im' | 'channel' },
): Json {
  const { eventId, type, channelType } = options;
  return {
    token: 'sandbox',
    team_id: app.teamId,
    api_app_id: app.appId,
    type: 'event_callback',
    event_id: eventId,
    event_time: Number.parseInt(message.ts, 10),
    event: {
      ...messageJson(message, { withMetadata: true }),
      type,
      channel: message.channel,
      event_ts: message.ts,
      ...(type === 'message' ? { channel_type: channelType } : {}),
    },
    authorizations: [{ team_id: app.teamId, user_id: app.botUserId, is_bot: true }],
  };
}

/** A message as the Web API and interactions show it. */
export function messageJson(message: WorkspaceMessage, { withMetadata }: { withMetadata: boolean }): Json {
  const { ts, threadTs, user, isBot, text, blocks, metadata } = message;
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
  };
}

export function blockActions(press: {
  user: string;
  message: WorkspaceMessage;
  button: Button;
  blockId: string;
  triggerId: string;
  actionTs: string;
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
    message: messageJson(message, { withMetadata: true }),
    state: { values: {} },
    actions: [{ ...button, block_id: blockId, action_ts: actionTs }],
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
