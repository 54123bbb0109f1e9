import type { SetUpPermission } from './guide.ts';

/** The bot's scopes, and what each is for. */
export const slackScopes = [
  { name: 'app_mentions:read', why: 'Hears when somebody mentions it in any channel that it is in.' },
  { name: 'channels:history', why: 'Reads reports and answers in public channels that it is in.' },
  { name: 'channels:read', why: 'Shows the names of the public channels that are watched.' },
  {
    name: 'chat:write',
    why: 'Answers in threads and direct messages, and takes the buttons off decided cases.',
  },
  { name: 'commands', why: 'Offers “Report a routing error” on every message and in the shortcuts menu.' },
  { name: 'files:read', why: 'Keeps the files that are sent along with a report.' },
  { name: 'groups:history', why: 'Reads reports and answers in private channels that it is invited to.' },
  { name: 'groups:read', why: 'Shows the names of the private channels that are watched.' },
  { name: 'im:history', why: 'Reads the direct messages that people send to it.' },
  { name: 'im:read', why: 'Finds the direct messages that came while it was not connected.' },
  { name: 'im:write', why: 'Asks approvers, and answers people, by direct message.' },
  { name: 'usergroups:read', why: 'Knows who is in a user group that is named as approver.' },
  { name: 'users:read', why: 'Knows people by name, and whether their account is active.' },
  { name: 'users:read.email', why: 'Finds people by their e-mail address.' },
] as const satisfies readonly SetUpPermission[];

/** Whether somebody calls the form on a message or from anywhere; the app knows its shortcuts by these names. */
const shortcuts = [
  {
    name: 'Report a routing error',
    type: 'message',
    callback_id: 'switchyard_report_message',
    description: 'Reports the lead that this message is about.',
  },
  {
    name: 'Report a routing error',
    type: 'global',
    callback_id: 'switchyard_report',
    description: 'Reports a lead that is with the wrong person.',
  },
] as const;

/** The app as Slack creates it from a manifest. Source: Slack's "App manifest reference". */
export const slackManifest = {
  display_information: {
    name: 'Switchyard',
    description: 'Report leads that are with the wrong person, hear back, and decide.',
  },
  features: {
    app_home: {
      home_tab_enabled: true,
      messages_tab_enabled: true,
      messages_tab_read_only_enabled: false,
    },
    bot_user: { display_name: 'Switchyard', always_online: true },
    shortcuts,
  },
  oauth_config: { scopes: { bot: slackScopes.map(({ name }) => name) } },
  settings: {
    event_subscriptions: {
      bot_events: [
        'app_home_opened',
        'app_mention',
        'message.channels',
        'message.groups',
        'message.im',
        'subteam_members_changed',
        'subteam_updated',
      ],
    },
    interactivity: { is_enabled: true },
    org_deploy_enabled: false,
    socket_mode_enabled: true,
    token_rotation_enabled: false,
  },
} as const;

export const slackManifestText = JSON.stringify(slackManifest, null, 2);

/** Slack's own page for a new app, with the manifest filled in. */
export const slackNewAppUrl = `https://api.slack.com/apps?new_app=1&manifest_json=${encodeURIComponent(JSON.stringify(slackManifest))}`;
