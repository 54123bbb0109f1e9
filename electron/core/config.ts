import { homedir } from 'node:os';
import path from 'node:path';
import { IANAZone } from 'luxon';
import { z } from 'zod';
import { AppError } from '../../shared/model/errors.ts';
import { Email } from '../../shared/model/person.ts';
import { graphUrl } from './connectors/microsoft-graph.ts';
import { loginUrl } from './connectors/microsoft-sign-in.ts';
import type { WatchedChannel } from './connectors/teams/channel-messages.ts';
import type { PollingPace } from './connectors/teams/polling.ts';

/** The app's registration in Entra, with which Microsoft Graph is read; Graph's and the sign-in's addresses. */
export interface MicrosoftApp {
  graphUrl: string;
  loginUrl: string;
  tenantId: string;
  clientId: string;
  clientSecret: string;
}

/** How to reach a vendor; null where it is not connected. */
export interface ConnectorsConfig {
  slack: { botToken: string; appToken: string; channels: string[]; apiUrl: string | null } | null;
  salesforce: {
    loginUrl: string;
    instanceUrl: string | null;
    clientId: string;
    clientSecret: string;
  } | null;
  hubspot: { baseUrl: string; accessToken: string } | null;
  confluence: {
    baseUrl: string;
    auth: { email: string; apiToken: string } | { bearerToken: string };
  } | null;
  teams: {
    app: MicrosoftApp;
    /** Of the account that posts, where it signed in elsewhere. */
    refreshToken: string | null;
    channels: WatchedChannel[];
    pace: PollingPace;
  } | null;
  sharepoint: { app: MicrosoftApp; siteUrl: string; library: string } | null;
}

/** Everything that the environment and the command line say, parsed once. */
export interface Config {
  /** Where this copy keeps everything of its own. */
  dataDir: string;
  /** A shared Postgres; null for the embedded one. */
  databaseUrl: string | null;
  /** `demo` opens on the stand-ins; `own` on what is connected. */
  workspace: 'demo' | 'own';
  connectors: ConnectorsConfig;
  /** The organisation's zone, an IANA name. */
  timeZone: string;
  /** Who sits at this desk: an e-mail of the people list. */
  user: string | null;
  logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** How many requests one runner works on at once. */
  concurrency: number;
  /** For one call to a vendor. */
  vendorTimeoutMs: number;
  /** How long a runner holds a request without a sign of life. */
  leaseMs: number;
  /** The file of SQLite's native part, where it is not the one that comes with the package; null for that one. */
  sqliteBinding: string | null;
}

export type Environment = Readonly<Record<string, string | undefined>>;

const text = z.string().trim().min(1).optional();
const url = z
  .url({ protocol: /^https?$/, error: 'is no http or https address' })
  .transform((address) => address.replace(/\/+$/, ''));

/** Often enough that nobody waits, and seldom enough for Graph's limits with many channels. */
const teamsPace: PollingPace = { shortestMs: 2_000, longestMs: 30_000 };

/** A channel as Teams' "Copy link" gives it, or `team id/channel id`. */
function readTeamsChannel(words: string): WatchedChannel | null {
  if (URL.canParse(words)) {
    const { pathname, searchParams } = new URL(words);
    const team = searchParams.get('groupId');
    const channel = /^\/l\/channel\/([^/]+)/.exec(pathname)?.[1];
    return team !== null && channel !== undefined ? { team, channel: decodeURIComponent(channel) } : null;
  }
  const [, team, channel] = /^([^/]+)\/(19:[^/]+)$/.exec(words) ?? [];
  return team !== undefined && channel !== undefined ? { team, channel } : null;
}

const TeamsChannels = z.string().transform((words, context) =>
  words
    .split(/[\s,]+/)
    .filter((word) => word !== '')
    .map((word) => {
      const channel = readTeamsChannel(word);
      if (channel !== null) return channel;
      context.addIssue(`"${word}" is no channel: use the link that Teams copies, or team id/channel id`);
      return z.NEVER;
    }),
);

const Variables = z.object({
  DATABASE_URL: text,
  SWITCHYARD_DATA_DIR: text,
  SWITCHYARD_TIME_ZONE: z
    .string()
    .refine((zone) => IANAZone.isValidZone(zone), 'is no IANA time zone such as Europe/Berlin')
    .default('UTC'),
  SWITCHYARD_USER: Email.optional(),
  SWITCHYARD_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
  SWITCHYARD_CONCURRENCY: z.coerce.number().int().min(1).max(64).default(4),
  SWITCHYARD_SQLITE_BINDING: text,
  SWITCHYARD_SLACK_BOT_TOKEN: text,
  SWITCHYARD_SLACK_APP_TOKEN: text,
  SWITCHYARD_SLACK_CHANNELS: text,
  SWITCHYARD_SALESFORCE_LOGIN_URL: url.optional(),
  SWITCHYARD_SALESFORCE_CLIENT_ID: text,
  SWITCHYARD_SALESFORCE_CLIENT_SECRET: text,
  SWITCHYARD_HUBSPOT_TOKEN: text,
  SWITCHYARD_CONFLUENCE_URL: url.optional(),
  SWITCHYARD_CONFLUENCE_EMAIL: text,
  SWITCHYARD_CONFLUENCE_TOKEN: text,
  SWITCHYARD_MICROSOFT_TENANT: text,
  SWITCHYARD_MICROSOFT_CLIENT_ID: text,
  SWITCHYARD_MICROSOFT_CLIENT_SECRET: text,
  SWITCHYARD_TEAMS_CHANNELS: TeamsChannels.optional(),
  SWITCHYARD_TEAMS_REFRESH_TOKEN: text,
  SWITCHYARD_SHAREPOINT_SITE: url.optional(),
  SWITCHYARD_SHAREPOINT_LIBRARY: text,
});
type Variables = z.infer<typeof Variables>;

/** The values of variables that only make sense together: all, or null where none is set. */
function togetherOrNone<Name extends keyof Variables>(
  variables: Variables,
  names: readonly Name[],
): { [Key in Name]: NonNullable<Variables[Key]> } | null {
  const missing = names.filter((name) => variables[name] === undefined);
  if (missing.length === names.length) return null;
  if (missing.length > 0) {
    const set = names.filter((name) => variables[name] !== undefined);
    throw new AppError(
      'invalid_input',
      `${set.join(' and ')} is set, but ${missing.join(' and ')} is not. Set all of them, or none.`,
    );
  }
  return variables as { [Key in Name]: NonNullable<Variables[Key]> };
}

const microsoftNames = [
  'SWITCHYARD_MICROSOFT_TENANT',
  'SWITCHYARD_MICROSOFT_CLIENT_ID',
  'SWITCHYARD_MICROSOFT_CLIENT_SECRET',
] as const;

/** The app that a product of Microsoft's is read with, where any of the product's own variables is set; all of them then. */
function microsoftProduct<Name extends keyof Variables>(variables: Variables, names: readonly Name[]) {
  if (names.every((name) => variables[name] === undefined)) return null;
  const values = togetherOrNone(variables, [...microsoftNames, ...names]);
  return (
    values && {
      values,
      app: {
        graphUrl,
        loginUrl,
        tenantId: values.SWITCHYARD_MICROSOFT_TENANT,
        clientId: values.SWITCHYARD_MICROSOFT_CLIENT_ID,
        clientSecret: values.SWITCHYARD_MICROSOFT_CLIENT_SECRET,
      } satisfies MicrosoftApp,
    }
  );
}

function connectorsOf(variables: Variables): ConnectorsConfig {
  const slack = togetherOrNone(variables, ['SWITCHYARD_SLACK_BOT_TOKEN', 'SWITCHYARD_SLACK_APP_TOKEN']);
  const salesforce = togetherOrNone(variables, [
    'SWITCHYARD_SALESFORCE_LOGIN_URL',
    'SWITCHYARD_SALESFORCE_CLIENT_ID',
    'SWITCHYARD_SALESFORCE_CLIENT_SECRET',
  ]);
  const confluence = togetherOrNone(variables, [
    'SWITCHYARD_CONFLUENCE_URL',
    'SWITCHYARD_CONFLUENCE_EMAIL',
    'SWITCHYARD_CONFLUENCE_TOKEN',
  ]);
  const teams = microsoftProduct(variables, ['SWITCHYARD_TEAMS_CHANNELS']);
  const sharepoint = microsoftProduct(variables, [
    'SWITCHYARD_SHAREPOINT_SITE',
    'SWITCHYARD_SHAREPOINT_LIBRARY',
  ]);
  if (!teams && !sharepoint && microsoftNames.some((name) => variables[name] !== undefined)) {
    throw new AppError(
      'invalid_input',
      `An app of Microsoft's is set, but nothing to use it for. Set SWITCHYARD_TEAMS_CHANNELS for Teams, or SWITCHYARD_SHAREPOINT_SITE and SWITCHYARD_SHAREPOINT_LIBRARY for SharePoint.`,
    );
  }
  const hubspotToken = variables.SWITCHYARD_HUBSPOT_TOKEN;
  return {
    slack: slack && {
      botToken: slack.SWITCHYARD_SLACK_BOT_TOKEN,
      appToken: slack.SWITCHYARD_SLACK_APP_TOKEN,
      channels: (variables.SWITCHYARD_SLACK_CHANNELS ?? '').split(/[\s,]+/).filter((id) => id !== ''),
      apiUrl: null,
    },
    salesforce: salesforce && {
      loginUrl: salesforce.SWITCHYARD_SALESFORCE_LOGIN_URL,
      instanceUrl: null,
      clientId: salesforce.SWITCHYARD_SALESFORCE_CLIENT_ID,
      clientSecret: salesforce.SWITCHYARD_SALESFORCE_CLIENT_SECRET,
    },
    hubspot:
      hubspotToken === undefined ? null : { baseUrl: 'https://api.hubapi.com', accessToken: hubspotToken },
    confluence: confluence && {
      baseUrl: confluence.SWITCHYARD_CONFLUENCE_URL,
      auth: {
        email: confluence.SWITCHYARD_CONFLUENCE_EMAIL,
        apiToken: confluence.SWITCHYARD_CONFLUENCE_TOKEN,
      },
    },
    teams: teams && {
      app: teams.app,
      refreshToken: variables.SWITCHYARD_TEAMS_REFRESH_TOKEN ?? null,
      channels: teams.values.SWITCHYARD_TEAMS_CHANNELS,
      pace: teamsPace,
    },
    sharepoint: sharepoint && {
      app: sharepoint.app,
      siteUrl: sharepoint.values.SWITCHYARD_SHAREPOINT_SITE,
      library: sharepoint.values.SWITCHYARD_SHAREPOINT_LIBRARY,
    },
  };
}

/** The folder in which each system keeps the data of a user's programs. */
function defaultDataDir(platform: NodeJS.Platform, environment: Environment, home: string): string {
  if (platform === 'win32')
    return path.join(environment.LOCALAPPDATA ?? path.join(home, 'AppData', 'Local'), 'Switchyard');
  if (platform === 'darwin') return path.join(home, 'Library', 'Application Support', 'Switchyard');
  // Postgres never runs as root, and no other user may enter root's home.
  if (home === '/root') return '/var/lib/switchyard';
  return path.join(environment.XDG_DATA_HOME ?? path.join(home, '.local', 'share'), 'switchyard');
}

/**
 * Reads the environment; `dataDir` of the command line goes before it. Throws `invalid_input` that names the variable
 * and what is wrong with it.
 */
export function readConfig(
  environment: Environment = process.env,
  options: { dataDir?: string | undefined } = {},
): Config {
  const present = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value.trim() !== ''),
  );
  const parsed = Variables.safeParse(present);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path: [name], message }) => `${String(name)}: ${message}`);
    throw new AppError('invalid_input', `The environment cannot be used. ${problems.join('; ')}`);
  }
  const variables = parsed.data;
  const connectors = connectorsOf(variables);
  const isConnected = Object.values(connectors).some((connector) => connector !== null);
  const databaseUrl = variables.DATABASE_URL ?? null;
  return {
    dataDir: path.resolve(
      options.dataDir ??
        variables.SWITCHYARD_DATA_DIR ??
        defaultDataDir(process.platform, environment, homedir()),
    ),
    databaseUrl,
    workspace: isConnected || databaseUrl !== null ? 'own' : 'demo',
    connectors,
    timeZone: variables.SWITCHYARD_TIME_ZONE,
    user: variables.SWITCHYARD_USER ?? null,
    logLevel: variables.SWITCHYARD_LOG_LEVEL,
    concurrency: variables.SWITCHYARD_CONCURRENCY,
    vendorTimeoutMs: 15_000,
    leaseMs: 30_000,
    sqliteBinding: variables.SWITCHYARD_SQLITE_BINDING ?? null,
  };
}
