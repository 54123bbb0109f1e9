import { describe, expect, test } from 'vitest';
import type { StandInReply } from '../../electron/core/sandbox/stand-in.ts';
import { setUp } from './hubspot-bench.ts';

const refusal = (status: number): StandInReply => ({
  status,
  body: { status: 'error', message: 'In their words', correlationId: 'c-1', category: 'MISSING_SCOPES' },
});

describe('Test connection with HubSpot', () => {
  const check = async (bench: Awaited<ReturnType<typeof setUp>>) =>
    Array.fromAsync(bench.connector.testConnection());

  test('tries each scope by a read of its own, and looks up the right to write without writing', async () => {
    const bench = await setUp();
    expect((await check(bench)).map(({ id, state, detail }) => [id, state, detail])).toEqual([
      ['sign-in', 'ok', 'Account 48000101, at app.hubspot.example.'],
      ['read-contacts', 'ok', null],
      ['search-contacts', 'ok', null],
      ['read-companies', 'ok', null],
      ['read-associations', 'ok', null],
      ['read-owners', 'ok', null],
      ['change-owners', 'ok', 'The token carries crm.objects.contacts.write.'],
    ]);
    expect(Object.values(bench.standIn.writes()).every((count) => count === 0)).toBe(true);
  });

  test('says which scope is missing and where it is added', async () => {
    const bench = await setUp();
    bench.answerNext(refusal(403), ({ url }) => url.pathname.startsWith('/crm/v3/owners'));
    bench.answerNext(
      { status: 200, body: { userId: 1, hubId: 1, appId: 1, scopes: ['crm.objects.contacts.read'] } },
      ({ url }) => url.pathname.startsWith('/oauth'),
    );
    const checks = await check(bench);
    const url = 'https://app.hubspot.example/service-keys/48000101';
    expect(checks.filter(({ state }) => state !== 'ok')).toEqual([
      {
        id: 'read-owners',
        title: 'Read owners',
        state: 'missing',
        detail: expect.stringContaining('In their words'),
        remedy: { text: expect.stringContaining('crm.objects.owners.read'), url },
      },
      {
        id: 'change-owners',
        title: 'Change the owner of a contact',
        state: 'missing',
        detail: expect.stringContaining('does not carry crm.objects.contacts.write'),
        remedy: { text: expect.stringContaining('crm.objects.contacts.write'), url },
      },
    ]);
  });

  test('a token that is not taken is the one thing that is missing', async () => {
    const bench = await setUp({ accessToken: 'wrong-token' });
    const checks = await check(bench);
    expect(checks.map(({ state }) => state)).toEqual(['missing', ...Array(6).fill('skipped')]);
    expect(JSON.stringify(checks)).not.toContain('wrong-token');
  });

  test('an outage is no missing scope, and what cannot be looked up is left open', async () => {
    const bench = await setUp();
    bench.answerNext(refusal(503), ({ url }) => url.pathname === '/crm/v3/objects/companies/search');
    bench.answerNext(refusal(404), ({ url }) => url.pathname.startsWith('/oauth'));
    const states = (await check(bench)).map(({ id, state }) => [id, state]);
    expect(states).toContainEqual(['read-companies', 'failed']);
    expect(states).toContainEqual(['change-owners', 'skipped']);
  });

  test('an account that HubSpot does not tell costs the links, and nothing else', async () => {
    const bench = await setUp();
    bench.answerNext(refusal(403), ({ url }) => url.pathname.startsWith('/account-info'));
    const checks = await check(bench);
    expect(checks[0]).toMatchObject({ state: 'ok', detail: expect.stringContaining('records get no links') });
    expect(checks.every(({ state }) => state === 'ok')).toBe(true);
  });

  test('an account without contacts is no fault', async () => {
    const bench = await setUp({ world: { hubspot: { contacts: [], owners: [], companies: [] } } });
    expect((await check(bench)).map(({ state }) => state)).toEqual([
      ...Array(4).fill('ok'),
      'skipped',
      'ok',
      'ok',
    ]);
  });

  test('is given up when it is cancelled', async () => {
    const bench = await setUp();
    const signal = AbortSignal.abort();
    await expect(Array.fromAsync(bench.connector.testConnection({ signal }))).rejects.toMatchObject({
      code: 'cancelled',
    });
  });
});
