import { z } from 'zod';
import type { SetUpGuide } from './guide.ts';
import { microsoftFields } from './microsoft.ts';
import { text } from './values.ts';

/** A channel of Teams by its ids. */
export interface TeamsChannel {
  team: string;
  channel: string;
}

/** A channel of Teams by the names that people see, or by the team's id and the channel's name. */
export interface NamedTeamsChannel {
  team: string;
  channelName: string;
}

/**
 * The link that Teams copies for a channel, `team id/channel id`, or `team name/channel name`; null for anything else.
 */
export function readTeamsChannel(words: string): TeamsChannel | NamedTeamsChannel | null {
  if (/^https?:/i.test(words)) return readChannelLink(words);
  const [, team, channel] = /^(.+)\/([^/]+)$/.exec(words) ?? [];
  if (team === undefined || channel === undefined) return null;
  return channel.startsWith('19:') ? { team, channel } : { team: team.trim(), channelName: channel.trim() };
}

function readChannelLink(link: string): TeamsChannel | null {
  const channel = /^https:\/\/[^/]+\/l\/channel\/([^/?#]+)/i.exec(link)?.[1];
  const team = /[?&]groupId=([^&#]+)/i.exec(link)?.[1];
  if (channel === undefined || team === undefined) return null;
  try {
    return { team: decodeURIComponent(team), channel: decodeURIComponent(channel) };
  } catch {
    return null;
  }
}

/** Commas and line ends part channels, and so does a blank before a link or before ids: names may hold blanks. */
const betweenChannels = /[,\n]+|\s+(?=https:\/\/)|\s+(?=\S+\/19:)|(?<=\S\/19:\S+)\s+|(?<=https:\/\/\S+)\s+/;

const Channels = z
  .string()
  .transform((words) => words.split(betweenChannels).flatMap((word) => word.trim() || []))
  .transform((words, context) =>
    words.map((word) => {
      const channel = readTeamsChannel(word);
      if (channel !== null) return channel;
      context.addIssue(
        `"${word}" is no channel: use the link that Teams copies for it, or team name/channel name`,
      );
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
