import { z } from 'zod';
import { AppError } from '../../../shared/model/errors.ts';
import { connectionVariables } from '../../../shared/set-up/catalogue.ts';
import type { NamedTeamsChannel, TeamsChannel } from '../../../shared/set-up/teams.ts';
import { loginUrl } from '../connectors/microsoft-entra.ts';
import { graphUrl } from '../connectors/microsoft-graph.ts';
import type { SalesforceAuth } from '../connectors/salesforce/session.ts';
import type { PollingPace } from '../connectors/teams/polling.ts';

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
  salesforce: { loginUrl: string; instanceUrl: string | null; auth: SalesforceAuth } | null;
  hubspot: {
    baseUrl: string;
    accessToken: string;
    /** HubSpot's own bound where it is left out. */
    searchesPerSecond?: number;
  } | null;
  confluence: {
    baseUrl: string;
    auth: { email: string; apiToken: string } | { bearerToken: string };
    /** Keys of the spaces that policy is read from; empty for all. */
    spaces: string[];
  } | null;
  teams: {
    app: MicrosoftApp;
    /** Of the account that posts, where it signed in elsewhere. */
    refreshToken: string | null;
    channels: (TeamsChannel | NamedTeamsChannel)[];
    pace: PollingPace;
  } | null;
  sharepoint: { app: MicrosoftApp; siteUrl: string; library: string } | null;
}

/** Often enough that nobody waits, and seldom enough for Graph's limits with many channels. */
const teamsPace: PollingPace = { shortestMs: 2_000, longestMs: 30_000 };

const Variables = z.object(connectionVariables).partial();
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
        graphUrl: variables.SWITCHYARD_MICROSOFT_GRAPH_URL ?? graphUrl,
        loginUrl: variables.SWITCHYARD_MICROSOFT_LOGIN_URL ?? loginUrl,
        tenantId: values.SWITCHYARD_MICROSOFT_TENANT,
        clientId: values.SWITCHYARD_MICROSOFT_CLIENT_ID,
        clientSecret: values.SWITCHYARD_MICROSOFT_CLIENT_SECRET,
      } satisfies MicrosoftApp,
    }
  );
}

const salesforceApp = ['SWITCHYARD_SALESFORCE_LOGIN_URL', 'SWITCHYARD_SALESFORCE_CLIENT_ID'] as const;

function salesforceOf(variables: Variables): ConnectorsConfig['salesforce'] {
  const kind = variables.SWITCHYARD_SALESFORCE_AUTH ?? 'client-credentials';
  const place = (loginUrl: string) => ({ loginUrl, instanceUrl: null });
  if (kind === 'web') {
    const app = togetherOrNone(variables, salesforceApp);
    return (
      app && {
        ...place(app.SWITCHYARD_SALESFORCE_LOGIN_URL),
        auth: {
          kind,
          clientId: app.SWITCHYARD_SALESFORCE_CLIENT_ID,
          clientSecret: variables.SWITCHYARD_SALESFORCE_CLIENT_SECRET ?? null,
          refreshToken: variables.SWITCHYARD_SALESFORCE_REFRESH_TOKEN ?? null,
        },
      }
    );
  }
  if (kind === 'jwt') {
    const app = togetherOrNone(variables, [
      ...salesforceApp,
      'SWITCHYARD_SALESFORCE_USERNAME',
      'SWITCHYARD_SALESFORCE_PRIVATE_KEY',
    ]);
    return (
      app && {
        ...place(app.SWITCHYARD_SALESFORCE_LOGIN_URL),
        auth: {
          kind,
          clientId: app.SWITCHYARD_SALESFORCE_CLIENT_ID,
          username: app.SWITCHYARD_SALESFORCE_USERNAME,
          privateKey: app.SWITCHYARD_SALESFORCE_PRIVATE_KEY,
        },
      }
    );
  }
  const app = togetherOrNone(variables, [...salesforceApp, 'SWITCHYARD_SALESFORCE_CLIENT_SECRET']);
  return (
    app && {
      ...place(app.SWITCHYARD_SALESFORCE_LOGIN_URL),
      auth: {
        kind,
        clientId: app.SWITCHYARD_SALESFORCE_CLIENT_ID,
        clientSecret: app.SWITCHYARD_SALESFORCE_CLIENT_SECRET,
      },
    }
  );
}

/**
 * Reads the connections from variables by name; others and empty ones are left aside. Throws `invalid_input` that
 * names the variable and what is wrong with it.
 */
export function readConnectors(values: Readonly<Record<string, string | undefined>>): ConnectorsConfig {
  const present = Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined && value.trim() !== ''),
  );
  const parsed = Variables.safeParse(present);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path: [name], message }) => `${String(name)}: ${message}`);
    throw new AppError('invalid_input', `The connections cannot be used. ${problems.join('; ')}`);
  }
  return connectorsOf(parsed.data);
}

function connectorsOf(variables: Variables): ConnectorsConfig {
  const slack = togetherOrNone(variables, ['SWITCHYARD_SLACK_BOT_TOKEN', 'SWITCHYARD_SLACK_APP_TOKEN']);
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
      channels: variables.SWITCHYARD_SLACK_CHANNELS ?? [],
      apiUrl: variables.SWITCHYARD_SLACK_API_URL ?? null,
    },
    salesforce: salesforceOf(variables),
    hubspot:
      hubspotToken === undefined
        ? null
        : {
            baseUrl: variables.SWITCHYARD_HUBSPOT_API_URL ?? 'https://api.hubapi.com',
            accessToken: hubspotToken,
          },
    confluence: confluence && {
      baseUrl: confluence.SWITCHYARD_CONFLUENCE_URL,
      auth: {
        email: confluence.SWITCHYARD_CONFLUENCE_EMAIL,
        apiToken: confluence.SWITCHYARD_CONFLUENCE_TOKEN,
      },
      spaces: variables.SWITCHYARD_CONFLUENCE_SPACES ?? [],
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
