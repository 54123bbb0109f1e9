import { z } from 'zod';
import type { SetUpGuide } from './guide.ts';
import { slackManifestText, slackNewAppUrl, slackScopes } from './slack-manifest.ts';
import { address, list, text } from './values.ts';

/** A channel's id, also out of the link that Slack copies; null for anything else. */
export function readSlackChannel(words: string): string | null {
  return /^(?:https:\/\/[^/]+\/archives\/)?([A-Z0-9][A-Z0-9-]*)\/?$/.exec(words)?.[1] ?? null;
}

const Channels = list.transform((words, context) =>
  words.map((word) => {
    const channel = readSlackChannel(word);
    if (channel !== null) return channel;
    context.addIssue(`"${word}" is no channel: use an id such as C0123456789, or the link that Slack copies`);
    return z.NEVER;
  }),
);

export const slackVariables = {
  SWITCHYARD_SLACK_BOT_TOKEN: text.regex(/^xoxb-/, 'is no bot token: those begin with xoxb-'),
  SWITCHYARD_SLACK_APP_TOKEN: text.regex(/^xapp-/, 'is no app-level token: those begin with xapp-'),
  SWITCHYARD_SLACK_CHANNELS: Channels,
  SWITCHYARD_SLACK_API_URL: address,
} as const;

const appsPage = { label: 'Your Slack apps', url: 'https://api.slack.com/apps' } as const;

export const slackGuide = {
  system: 'slack',
  title: 'Slack',
  purpose: 'Takes in reports from channels, direct messages and mentions, and asks approvers there.',
  steps: [
    {
      text: 'Create the app from a manifest: choose your workspace and create it. If the manifest is not filled in, choose From a manifest, JSON, and paste it.',
      link: { label: 'Create the app', url: slackNewAppUrl },
      copy: { label: 'App manifest', text: slackManifestText },
    },
    {
      text: 'Basic Information → App-Level Tokens → Generate Token and Scopes: add the scope connections:write. It gives the app-level token, xapp-….',
      link: appsPage,
      copy: { label: 'Scope of the app-level token', text: 'connections:write' },
    },
    {
      text: 'Install App → Install to your workspace, and allow it. It gives the bot token, xoxb-…. Some workspaces ask an admin of theirs to approve the app first.',
      link: appsPage,
    },
    {
      text: 'In each channel in which leads are reported, invite the app. Elsewhere it hears only what mentions it.',
      copy: { label: 'Write this in the channel', text: '/invite @Switchyard' },
    },
    {
      text: 'To have a user group approve, name it in escalation_owners by its handle, such as @approvers-emea, instead of an e-mail address. The first of its members who is known here decides, and the second is the delegate where the row names none.',
    },
  ],
  permissions: slackScopes,
  fields: [
    {
      variable: 'SWITCHYARD_SLACK_BOT_TOKEN',
      label: 'Bot token',
      kind: 'secret',
      isRequired: true,
      help: 'OAuth & Permissions → Bot User OAuth Token. It begins with xoxb-.',
      placeholder: 'xoxb-…',
    },
    {
      variable: 'SWITCHYARD_SLACK_APP_TOKEN',
      label: 'App-level token',
      kind: 'secret',
      isRequired: true,
      help: 'Basic Information → App-Level Tokens. It begins with xapp-.',
      placeholder: 'xapp-…',
    },
    {
      variable: 'SWITCHYARD_SLACK_CHANNELS',
      label: 'Channels',
      kind: 'list',
      isRequired: false,
      help: 'Where every message counts. Right-click the channel in Slack → Copy → Copy link; or its id, at the end of View channel details. Blanks or commas between. Without any, only mentions and direct messages count.',
      placeholder: 'C0123456789',
    },
    {
      variable: 'SWITCHYARD_SLACK_API_URL',
      label: 'API address',
      kind: 'address',
      isRequired: false,
      help: 'Only where Slack is reached through a gateway of yours.',
      default: 'https://slack.com/api',
      isAdvanced: true,
      isSecretsTarget: true,
    },
  ],
  signIn: null,
} satisfies SetUpGuide;
