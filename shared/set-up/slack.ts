import { z } from 'zod';
import type { SetUpGuide } from './guide.ts';
import { address, list, text } from './values.ts';

export const slackVariables = {
  SWITCHYARD_SLACK_BOT_TOKEN: text.regex(/^xoxb-/, 'is no bot token: those begin with xoxb-'),
  SWITCHYARD_SLACK_APP_TOKEN: text.regex(/^xapp-/, 'is no app-level token: those begin with xapp-'),
  SWITCHYARD_SLACK_CHANNELS: list.pipe(
    z.array(z.string().regex(/^[A-Z0-9][A-Z0-9-]*$/, 'is no channel id such as C0123456789')),
  ),
  SWITCHYARD_SLACK_API_URL: address,
} as const;

export const slackGuide = {
  system: 'slack',
  title: 'Slack',
  purpose: 'Takes in reports from channels, direct messages and mentions, and asks approvers there.',
  steps: [],
  permissions: [],
  fields: [
    { variable: 'SWITCHYARD_SLACK_BOT_TOKEN', label: 'Bot token', kind: 'secret', isRequired: true },
    { variable: 'SWITCHYARD_SLACK_APP_TOKEN', label: 'App-level token', kind: 'secret', isRequired: true },
    { variable: 'SWITCHYARD_SLACK_CHANNELS', label: 'Channels', kind: 'list', isRequired: false },
    {
      variable: 'SWITCHYARD_SLACK_API_URL',
      label: 'API address',
      kind: 'address',
      isRequired: false,
      default: 'https://slack.com/api',
      isAdvanced: true,
      isSecretsTarget: true,
    },
  ],
  signIn: null,
} satisfies SetUpGuide;
