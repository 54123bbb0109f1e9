import { describe, expect, it } from 'vitest';
import {
  connect,
  failureOf,
  jonas,
  startAnswering,
  startOrganisation,
  startServer,
} from './salesforce-organisation.ts';

describe('Salesforce connector: failures, each tried once', () => {
  it.each([
    ['http_503', 'vendor_unreachable'],
    ['http_429', 'vendor_busy'],
    ['timeout', 'vendor_unreachable'],
    ['reset', 'vendor_unreachable'],
  ] as const)('%s is %s', async (kind, code) => {
    const { connector, faults } = await startOrganisation();
    await connector.listOwners();
    faults.arm('salesforce', kind, 2);
    const failure = await failureOf(connector.listOwners());
    expect([failure.code, failure.isRetried, faults.armed()]).toEqual([
      code,
      true,
      [{ system: 'salesforce', kind, times: 1 }],
    ]);
    expect(failure.retryAfterMs).toBe(kind === 'http_429' ? 1000 : undefined);
  });

  it('recovers when the describe before the first query failed', async () => {
    const { connector, faults } = await startOrganisation();
    await connector.listOwners();
    faults.arm('salesforce', 'reset', 1);
    expect((await failureOf(connector.getRecord(jonas))).code).toBe('vendor_unreachable');
    expect((await connector.getRecord(jonas))?.id).toBe(jonas);
  });

  const refusal = (errorCode: string) => JSON.stringify([{ errorCode, message: 'words of the vendor' }]);
  it.each([
    ['a web page', 200, '<html>Sign in</html>', 'text/html', 'vendor_garbled'],
    ['a truncated body', 200, '{"done": true, "records": [{"Id"', 'application/json', 'vendor_garbled'],
    ['data of another form', 200, '{"records": "none"}', 'application/json', 'vendor_garbled'],
    ['a web page for an error', 404, '<html>Not here</html>', 'text/html', 'vendor_garbled'],
    ['a redirect', 302, '', 'text/html', 'vendor_garbled'],
    ['a gateway that gives up', 502, '<html>Bad gateway</html>', 'text/html', 'vendor_unreachable'],
    ['a row lock', 400, refusal('UNABLE_TO_LOCK_ROW'), 'application/json', 'vendor_busy'],
    ['the daily limit', 403, refusal('REQUEST_LIMIT_EXCEEDED'), 'application/json', 'vendor_refused'],
    ['a missing right', 403, refusal('INSUFFICIENT_ACCESS'), 'application/json', 'vendor_refused'],
  ])('%s (HTTP %i)', async (_what, status, body, contentType, code) => {
    const { connector, seen } = await startAnswering(status, body, contentType);
    const failure = await failureOf(connector.findOwner('ana.silva@example.com'));
    expect([failure.code, seen]).toEqual([code, ['GET /services/data/v62.0/query']]);
    if (body.includes('words')) expect(failure.message).toContain('words of the vendor');
    expect(failure.message).not.toContain('ana.silva');
  });

  it('a connection that breaks off within the body is vendor_unreachable', async () => {
    const url = await startServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' });
      response.write('{"done"', () => response.destroy());
    });
    const failure = await failureOf(connect(url, { accessToken: 'salesforce-token' }).listOwners());
    expect(failure.code).toBe('vendor_unreachable');
  });

  it('ends at once when the caller gives up, also while it signs in or looks what there is', async () => {
    const { connector, faults } = await startOrganisation();
    for (const part of ['sign-in', 'describe']) {
      faults.arm('salesforce', 'timeout', 1);
      const call = connector.getRecord(jonas, { signal: AbortSignal.timeout(30) });
      expect([part, (await failureOf(call)).code]).toEqual([part, 'cancelled']);
      // The part that nobody waits for any more is still under way, and fails by itself.
      await failureOf(connector.getRecord(jonas));
      await connector.listOwners();
    }
  });

  it('ends at once when the caller gives up while it is answered', async () => {
    const { connector, faults } = await startOrganisation();
    await connector.listOwners();
    faults.arm('salesforce', 'timeout', 1);
    const call = connector.listOwners({ signal: AbortSignal.timeout(30) });
    expect((await failureOf(call)).code).toBe('cancelled');
  });
});
