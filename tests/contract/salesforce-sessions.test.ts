import { describe, expect, it } from 'vitest';
import { connect, failureOf, startOrganisation, startServer } from './salesforce-organisation.ts';

describe('Salesforce connector: sessions', () => {
  it('shares one request for a token among calls, and renews a session that ran out', async () => {
    const { url, exchanges } = await startOrganisation();
    const connector = connect(url, { accessToken: 'ran-out' });
    await Promise.all(['101', '102', '103'].map((number) => connector.getRecord(`00Q000000000${number}EAA`)));
    await connector.listOwners();
    const tokens = exchanges.filter(({ request }) => request.url.pathname === '/services/oauth2/token');
    expect(tokens).toHaveLength(1);
  });

  it('says so when Salesforce does not know the secret', async () => {
    const { url } = await startOrganisation();
    const failure = await failureOf(
      connect(url, {
        auth: { kind: 'client-credentials', clientId: 'client', clientSecret: 'wrong' },
      }).listOwners(),
    );
    expect([failure.code, failure.message]).toEqual([
      'vendor_auth',
      expect.stringContaining('"invalid client credentials" (invalid_client)'),
    ]);
  });

  it('renews once only when every token is refused', async () => {
    const seen: string[] = [];
    const url = await startServer((request, response) => {
      const isToken = request.url === '/services/oauth2/token';
      seen.push(isToken ? 'token' : 'query');
      const token = {
        access_token: 'another',
        instance_url: `http://${request.headers.host}`,
        token_type: 'Bearer',
      };
      const refusal = [{ errorCode: 'INVALID_SESSION_ID', message: 'Session expired or invalid' }];
      response.writeHead(isToken ? 200 : 401, { 'content-type': 'application/json' });
      response.end(JSON.stringify(isToken ? token : refusal));
    });
    expect((await failureOf(connect(url).listOwners())).code).toBe('vendor_auth');
    expect(seen).toEqual(['token', 'query', 'token', 'query']);
  });
});
