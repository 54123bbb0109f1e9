import type { ConnectedSystem, RateBudget } from '../../../shared/model/connection.ts';
import { createConfluenceConnector } from '../connectors/confluence/client.ts';
import type { ChatConnector, CrmConnector, KnowledgeConnector } from '../connectors/connector.ts';
import { createHubspotConnector } from '../connectors/hubspot/client.ts';
import { createAppTokens } from '../connectors/microsoft-sign-in.ts';
import { createSalesforceConnector } from '../connectors/salesforce/client.ts';
import { createSharepointConnector } from '../connectors/sharepoint/client.ts';
import { createSlackConnector } from '../connectors/slack/client.ts';
import { createTeamsConnector } from '../connectors/teams/client.ts';
import type { Clock, Log, StateStore, TokenStore } from '../ports.ts';
import type { ConnectorsConfig } from './connectors-config.ts';

/** What each system is to the work. */
export interface ConnectorOf {
  slack: ChatConnector;
  teams: ChatConnector;
  salesforce: CrmConnector;
  hubspot: CrmConnector;
  confluence: KnowledgeConnector;
  sharepoint: KnowledgeConnector;
}
export type AnyConnector = ConnectorOf[ConnectedSystem];

/** The settings of one system, where it is connected. */
export type ConfigOf<System extends ConnectedSystem> = NonNullable<ConnectorsConfig[System]>;

export interface ConnectOptions {
  timeoutMs: number;
  clock: Clock;
  log: Log;
  /** Of the account that signed in at the vendor. */
  tokens: TokenStore;
  /** How far the vendor was read. */
  state: StateStore;
  onBudget?: ((budget: RateBudget) => void) | undefined;
}

type Builders = {
  [System in ConnectedSystem]: (config: ConfigOf<System>, options: ConnectOptions) => ConnectorOf[System];
};

const builders: Builders = {
  slack: ({ apiUrl, ...rest }, options) =>
    createSlackConnector({
      ...partsOf(options),
      ...rest,
      ...(apiUrl === null ? {} : { slackApiUrl: apiUrl }),
    }),
  teams: ({ app, ...rest }, options) =>
    createTeamsConnector({ ...partsOf(options), ...app, ...rest, tokens: options.tokens }),
  salesforce: ({ instanceUrl, ...rest }, options) =>
    createSalesforceConnector({
      ...partsOf(options),
      ...rest,
      instanceUrl: instanceUrl ?? undefined,
      tokens: options.tokens,
    }),
  hubspot: (config, options) => createHubspotConnector({ ...partsOf(options), ...config }),
  confluence: (config, options) => createConfluenceConnector({ ...partsOf(options), ...config }),
  sharepoint({ app, ...place }, options) {
    const parts = { ...partsOf(options), vendor: 'SharePoint' };
    const token = createAppTokens({ ...parts, ...app });
    return createSharepointConnector({
      ...parts,
      ...place,
      clientId: app.clientId,
      baseUrl: app.graphUrl,
      token,
    });
  },
};

/** What every connector may make use of. */
const partsOf = ({ timeoutMs, log, clock, state, onBudget }: ConnectOptions) => ({
  timeoutMs,
  log,
  clock,
  state,
  onBudget,
});

/** Builds the connector of a system; it does not call its vendor yet. */
export function connectVendor<System extends ConnectedSystem>(
  system: System,
  config: ConfigOf<System>,
  options: ConnectOptions,
): ConnectorOf[System] {
  return builders[system](config, { ...options, log: options.log.child({ system }) });
}

/** How to build the connector of a system; null where it is not configured. */
export function builderOf<System extends ConnectedSystem>(
  system: System,
  config: ConnectorsConfig,
  options: () => ConnectOptions,
): (() => ConnectorOf[System]) | null {
  const settings = config[system];
  return settings ? () => connectVendor(system, settings as ConfigOf<System>, options()) : null;
}
