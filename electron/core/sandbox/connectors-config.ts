import type { ConnectorsConfig, MicrosoftApp } from '../connections/connectors-config.ts';
import type { PollingPace } from '../connectors/teams/polling.ts';
import type { Sandbox } from './server.ts';
import { policyPlaceOf } from './sharepoint/libraries.ts';
import { sandboxTeam } from './teams/conversations.ts';
import type { World } from './world.ts';

/** The stand-ins' addresses and credentials, as an admin would enter a vendor's own, and what there is to watch. */
export function sandboxConnectors(
  { urls, credentials }: Pick<Sandbox, 'urls' | 'credentials'>,
  world: Pick<World, 'channels' | 'sharepoint'>,
  /** How often Teams is asked for news; somebody who tries things out does not wait for long. */
  teamsPace: PollingPace = { shortestMs: 500, longestMs: 1_500 },
): ConnectorsConfig {
  const { clientId, clientSecret } = credentials.salesforce;
  const { email, apiToken } = credentials.confluence;
  const { refreshToken, ...microsoft } = credentials.microsoft;
  const appAt = (url: string): MicrosoftApp => ({ ...microsoft, graphUrl: url, loginUrl: url });
  const policyPlace = policyPlaceOf(world.sharepoint.pages);
  return {
    slack: { ...credentials.slack, channels: [...world.channels.slack], apiUrl: urls.slack },
    salesforce: {
      loginUrl: urls.salesforce,
      instanceUrl: urls.salesforce,
      auth: { kind: 'client-credentials', clientId, clientSecret },
    },
    hubspot: {
      baseUrl: urls.hubspot,
      accessToken: credentials.hubspot.accessToken,
      // The stand-in holds its own bounds, which a scenario may have switched off.
      searchesPerSecond: Number.POSITIVE_INFINITY,
    },
    confluence: { baseUrl: urls.confluence, auth: { email, apiToken }, spaces: [] },
    teams:
      world.channels.teams.length === 0
        ? null
        : {
            app: appAt(urls.teams),
            refreshToken,
            channels: world.channels.teams.map((channel) => ({ team: sandboxTeam, channel })),
            pace: teamsPace,
          },
    sharepoint: policyPlace && { app: appAt(urls.sharepoint), ...policyPlace },
  };
}
