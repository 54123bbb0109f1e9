import type { CrmSystem } from '../../../shared/model/lead.ts';
import { createConfluenceConnector } from '../connectors/confluence/client.ts';
import type { ChatConnector, CrmConnector, KnowledgeConnector } from '../connectors/connector.ts';
import { createHubspotConnector } from '../connectors/hubspot/client.ts';
import { createAppTokens } from '../connectors/microsoft-sign-in.ts';
import { createSalesforceConnector } from '../connectors/salesforce/client.ts';
import { createSharepointConnector } from '../connectors/sharepoint/client.ts';
import { createSlackConnector } from '../connectors/slack/client.ts';
import { createTeamsConnector } from '../connectors/teams/client.ts';
import type { Clock, Log, SecretStore, StateStore } from '../ports.ts';
import { createTokenStore } from '../token-store.ts';
import type { ConnectorsConfig } from './connectors-config.ts';

/** The vendors that this program is connected to. */
export interface Connectors {
  chats: Partial<Record<'slack' | 'teams', ChatConnector>>;
  crms: Partial<Record<CrmSystem, CrmConnector>>;
  knowledge: KnowledgeConnector[];
}

export interface ConnectOptions {
  timeoutMs: number;
  clock: Clock;
  log: Log;
  /** Null where this machine keeps no secrets. */
  secrets: SecretStore | null;
  state: StateStore;
}

/** Builds the connectors that are configured; none of them calls its vendor yet. */
export function connectVendors(
  config: ConnectorsConfig,
  { timeoutMs, clock, log, secrets, state }: ConnectOptions,
): Connectors {
  const { slack, salesforce, hubspot, confluence, teams, sharepoint } = config;
  const common = (system: string) => ({ timeoutMs, log: log.child({ system }) });
  const connectors: Connectors = { chats: {}, crms: {}, knowledge: [] };
  if (slack) {
    const { apiUrl, ...rest } = slack;
    connectors.chats.slack = createSlackConnector({
      ...common('slack'),
      ...rest,
      ...(apiUrl === null ? {} : { slackApiUrl: apiUrl }),
    });
  }
  if (teams) {
    const { app, ...rest } = teams;
    connectors.chats.teams = createTeamsConnector({
      ...common('teams'),
      ...app,
      ...rest,
      tokens: createTokenStore('teams account', secrets, log),
      state,
      clock,
    });
  }
  if (salesforce) {
    const { instanceUrl, ...rest } = salesforce;
    connectors.crms.salesforce = createSalesforceConnector({
      ...common('salesforce'),
      ...rest,
      instanceUrl: instanceUrl ?? undefined,
      tokens: createTokenStore('salesforce account', secrets, log),
      clock,
    });
  }
  if (hubspot) connectors.crms.hubspot = createHubspotConnector({ ...common('hubspot'), ...hubspot });
  if (confluence)
    connectors.knowledge.push(createConfluenceConnector({ ...common('confluence'), ...confluence, clock }));
  if (sharepoint) {
    const { app, ...place } = sharepoint;
    const parts = { ...common('sharepoint'), vendor: 'SharePoint' };
    connectors.knowledge.push(
      createSharepointConnector({
        ...parts,
        ...place,
        baseUrl: app.graphUrl,
        token: createAppTokens({ ...parts, ...app }),
        clock,
      }),
    );
  }
  return connectors;
}
