import { z } from 'zod';
import { type GraphPermission, requiredResourceAccess, toSetUpPermission } from './graph-permissions.ts';
import type { SetUpGuide } from './guide.ts';
import { consentStep, microsoftFields, microsoftSteps } from './microsoft.ts';
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

/** What the app reads with, and what the account that posts is asked to allow. */
export const teamsPermissions = [
  {
    kind: 'app',
    name: 'ChannelMessage.Read.All',
    id: '7b2449af-6ccd-4f4d-9f78-e550c193f0d1',
    why: 'Reads the messages of the channels that you enter. Microsoft has none for single channels.',
  },
  {
    kind: 'app',
    name: 'User.Read.All',
    id: 'df021288-bdef-4463-88db-98f22de89214',
    why: 'Knows who wrote, and whether their account is active.',
  },
  {
    kind: 'app',
    name: 'Channel.ReadBasic.All',
    id: '59a6b24b-4225-4393-8165-ebaec5f55d7a',
    why: 'Shows the names of the channels, and finds them by name.',
  },
  {
    kind: 'app',
    name: 'Team.ReadBasic.All',
    id: '2280dda6-0bfd-44ee-a2f4-cb867cfc4c1e',
    why: 'Finds a team by its name. Not needed where channels are entered by their link.',
  },
  {
    kind: 'app',
    name: 'Files.Read.All',
    id: '01d4889c-1287-42c6-ac1f-5d1e02578ef6',
    why: 'Takes a message’s files in as attachments. Without it they are named with a link.',
  },
  {
    kind: 'account',
    name: 'User.Read',
    id: 'e1fe6dd8-ba31-4d61-89e7-88639da4683d',
    why: 'Shows who is signed in.',
  },
  {
    kind: 'account',
    name: 'User.ReadBasic.All',
    id: 'b340eb25-3456-403f-be2f-af7a0d370277',
    why: 'Opens a chat with an approver or a requester.',
  },
  {
    kind: 'account',
    name: 'ChannelMessage.Read.All',
    id: '767156cb-16ae-4d10-8f8b-41b657c8c8c8',
    why: 'Looks into a thread before it writes again, so that nothing is posted twice.',
  },
  {
    kind: 'account',
    name: 'ChannelMessage.Send',
    id: 'ebf0f66e-9fb1-49e4-a278-222f76911cf4',
    why: 'Answers in the thread. Microsoft lets no app do that by itself.',
  },
  {
    kind: 'account',
    name: 'Chat.Create',
    id: '38826093-1258-4dea-98f0-00003be2b8d0',
    why: 'Opens a chat with an approver or a requester.',
  },
  {
    kind: 'account',
    name: 'Chat.ReadWrite',
    id: '9ff7295e-131b-4d94-90e1-69fde507ac11',
    why: 'Asks approvers in a chat and reads their answers there.',
  },
] as const satisfies readonly GraphPermission[];

/** For the app's manifest: the permissions, and that an account may sign in to it without the app's secret. */
const manifest = {
  isFallbackPublicClient: true,
  publicClient: { redirectUris: ['http://localhost'] },
  requiredResourceAccess: requiredResourceAccess(teamsPermissions),
};

export const teamsGuide = {
  system: 'teams',
  title: 'Microsoft Teams',
  purpose: 'Takes in reports from channels and chats, and asks approvers there.',
  steps: [
    ...microsoftSteps,
    {
      text: 'Manifest → Microsoft Graph App Manifest: replace the three properties of these names by these, and save. Where SharePoint is read with the same app, keep what stands in requiredResourceAccess and add to it. By hand it is the same: API permissions → Add a permission → Microsoft Graph, for each permission below; Authentication → Add a platform → Mobile and desktop applications with http://localhost, and Allow public client flows: Yes.',
      copy: { label: 'Copy the properties', text: JSON.stringify(manifest, null, 2) },
    },
    consentStep,
    {
      text: 'Choose the account that Switchyard writes as, best one of its own such as switchyard@acme.com with a licence for Teams, and make it a member of the teams: in Teams, Manage team → Add member.',
      link: { label: 'Users in the Microsoft 365 admin center', url: 'https://admin.microsoft.com/#/users' },
    },
    {
      text: 'Enter the channels in which leads are reported: in Teams … beside the channel → Get link to channel (or Copy link). Then sign in here with the account.',
    },
  ],
  permissions: teamsPermissions.map(toSetUpPermission),
  fields: [
    ...microsoftFields,
    {
      variable: 'SWITCHYARD_TEAMS_CHANNELS',
      label: 'Channels',
      kind: 'list',
      isRequired: true,
      help: 'One in each line: the link that Teams copies, or team name/channel name.',
      placeholder: 'Revenue Operations/Lead routing',
    },
  ],
  signIn: {
    label: 'Sign in to Teams',
    help: 'With the account that Switchyard is to write as, not with your own: an app alone may not post.',
    ways: ['browser', 'code'],
  },
} satisfies SetUpGuide;
