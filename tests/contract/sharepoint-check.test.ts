import { describe, expect, test } from 'vitest';
import type { ConnectionCheck } from '../../shared/model/connection.ts';
import { file, page, setUp } from './sharepoint-connection.ts';

const statesOf = (checks: readonly ConnectionCheck[]) =>
  Object.fromEntries(checks.map(({ id, state }) => [id, state]));
const detailOf = (checks: readonly ConnectionCheck[], wanted: string) =>
  checks.find(({ id }) => id === wanted)?.detail;
const all = {
  'app-sign-in': 'ok',
  'find-site': 'ok',
  'find-library': 'ok',
  'list-documents': 'ok',
  'read-documents': 'ok',
  'search-site': 'ok',
};

describe('SharePoint connection test', () => {
  test('tells what was found, down to each document, and what lies outside the library', async () => {
    const about = { body: '<p>Lead routing</p>' };
    const { connector } = await setUp({
      pages: [file('f1', { version: 3, ...about }), file('f2', { library: 'Drafts', ...about }), page('p1')],
    });
    const checks = await Array.fromAsync(connector.testConnection());
    expect(statesOf(checks)).toEqual(all);
    expect(checks.map(({ detail }) => detail)).toEqual([
      'Microsoft accepts the app.',
      'RevOps',
      'Policies',
      'One document.',
      'Policy f1 (version 3)',
      'These speak of lead routing too, and are not read, because they lie outside the library: Policy f2.html.',
    ]);
  });

  test.each([
    [
      'a wrong site',
      { siteUrl: 'https://sandbox.sharepoint.com/sites/Rev' },
      'find-site',
      'These are alike: https://sandbox.sharepoint.com/sites/RevOps.',
    ],
    ['a wrong library', { library: 'Rules' }, 'find-library', 'It has Documents, Site Pages.'],
    ['an empty library', { library: 'Documents' }, 'list-documents', 'holds nothing that can be read'],
  ])('%s: says which there are, and what follows waits', async (_, options, id, words) => {
    const { connector } = await setUp(options);
    const checks = await Array.fromAsync(connector.testConnection());
    expect(checks.find((check) => check.id === id)).toMatchObject({
      state: 'missing',
      detail: expect.stringContaining(words),
      remedy: { text: expect.any(String) },
    });
    const later = checks[checks.findIndex((check) => check.id === id) + 1];
    expect(later).toMatchObject({
      state: 'skipped',
      detail: expect.stringContaining('has to succeed first'),
    });
  });

  test('a document that the app may not read is named', async () => {
    const { connector } = await setUp({ pages: [page('p1'), page('p2', { restricted: true })] });
    const checks = await Array.fromAsync(connector.testConnection());
    expect(statesOf(checks)).toEqual({ ...all, 'read-documents': 'missing' });
    expect(detailOf(checks, 'read-documents')).toBe('The app may not read Policy p2.aspx.');
  });

  test('without the permission, the page in Entra where it is granted is named', async () => {
    const { connector, standIn } = await setUp();
    standIn.signIn.permissions.revoke('app', 'Sites.Read.All');
    const checks = await Array.fromAsync(connector.testConnection());
    expect(checks[1]).toMatchObject({
      id: 'find-site',
      state: 'missing',
      remedy: {
        text: expect.stringContaining('Sites.Read.All'),
        url: expect.stringContaining('/CallAnAPI/appId/test-app'),
      },
    });
  });

  test('what is watched is the site, the library and each document, with addresses that a browser shows', async () => {
    const { connector } = await setUp({ pages: [file('f1', { format: 'md' })] });
    const site = 'https://sandbox.sharepoint.com/sites/RevOps';
    expect(await connector.watched()).toEqual([
      { kind: 'site', id: expect.any(String), name: 'RevOps', url: site },
      { kind: 'space', id: expect.any(String), name: 'Policies', url: `${site}/Policies` },
      { kind: 'file', id: 'f1', name: 'Policy f1', url: `${site}/Policies/Policy%20f1.md?web=1` },
    ]);
  });
});
