import type { ConnectorsConfig } from '../config.ts';
import type { Sandbox } from './server.ts';

/** The stand-ins' addresses and credentials, as an admin would enter a vendor's own. */
export function sandboxConnectors(
  { urls, credentials }: Pick<Sandbox, 'urls' | 'credentials'>,
  slackChannels: readonly string[],
): ConnectorsConfig {
  const { clientId, clientSecret } = credentials.salesforce;
  const { email, apiToken } = credentials.confluence;
  return {
    slack: { ...credentials.slack, channels: [...slackChannels], apiUrl: urls.slack },
    salesforce: { loginUrl: urls.salesforce, instanceUrl: urls.salesforce, clientId, clientSecret },
    hubspot: { baseUrl: urls.hubspot, accessToken: credentials.hubspot.accessToken },
    confluence: { baseUrl: urls.confluence, auth: { email, apiToken } },
  };
}
