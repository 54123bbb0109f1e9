import { z } from 'zod';
import type { SetUpGuide } from './guide.ts';
import { microsoftFields } from './microsoft.ts';
import { list, text } from './values.ts';

/** A channel of Teams by its ids. */
export interface TeamsChannel {
  team: string;
  channel: string;
}

/** As Teams' "Copy link" gives it, or `team id/channel id`; null for anything else. */
export function readTeamsChannel(words: string): TeamsChannel | null {
  const linked = /^https:\/\/[^/]+\/l\/channel\/([^/?#]+)/.exec(words)?.[1];
  const group = /[?&]groupId=([^&#]+)/.exec(words)?.[1];
  if (linked !== undefined && group !== undefined) {
    return { team: decodeURIComponent(group), channel: decodeURIComponent(linked) };
  }
  const [, team, channel] = /^([^/]+)\/(19:[^/]+)$/.exec(words) ?? [];
  return team !== undefined && channel !== undefined ? { team, channel } : null;
}

const Channels = list.transform((words, context) =>
  words.map((word) => {
    const channel = readTeamsChannel(word);
    if (channel !== null) return channel;
    context.addIssue(`"${word}" is no channel: use the link that Teams copies, or team id/channel id`);
    return z.NEVER;
  }),
);

export const teamsVariables = {
  SWITCHYARD_TEAMS_CHANNELS: Channels,
  /** Of the account that posts, where it signed in elsewhere. */
  SWITCHYARD_TEAMS_REFRESH_TOKEN: text,
} as const;

export const teamsGuide = {
  system: 'teams',
  title: 'Microsoft Teams',
  purpose: 'Takes in reports from channels and chats, and asks approvers there.',
  steps: [],
  permissions: [],
  fields: [
    ...microsoftFields,
    { variable: 'SWITCHYARD_TEAMS_CHANNELS', label: 'Channels', kind: 'list', isRequired: true },
  ],
  signIn: {
    label: 'Sign in to Teams',
    help: 'With the account that Switchyard is to write as: an app alone may not post.',
    ways: ['browser', 'code'],
  },
} satisfies SetUpGuide;
