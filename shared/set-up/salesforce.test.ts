import { describe, expect, it } from 'vitest';
import { draftProblems } from './entered-values.ts';
import { salesforceGuide } from './salesforce.ts';

const problemsOf = (values: Record<string, string>) =>
  Object.fromEntries(
    Object.entries(draftProblems(salesforceGuide, { values, keptSecrets: [] })).map(([name, problem]) => [
      name.replace('SWITCHYARD_SALESFORCE_', ''),
      problem,
    ]),
  );

const entered = (values: Record<string, string>) =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [`SWITCHYARD_SALESFORCE_${name}`, value]));

describe('what is entered for Salesforce', () => {
  it('is asked for as the way to sign in needs it', () => {
    const app = { LOGIN_URL: 'https://acme.my.salesforce.com', CLIENT_ID: '3MVG9.key' };
    const key = '-----BEGIN PRIVATE KEY-----\nMII\n-----END PRIVATE KEY-----';
    expect([
      problemsOf(entered(app)),
      problemsOf(entered({ ...app, AUTH: 'web' })),
      problemsOf(entered({ ...app, AUTH: 'jwt' })),
      problemsOf(entered({ ...app, AUTH: 'jwt', USERNAME: 'mei@acme.com', PRIVATE_KEY: key })),
    ]).toEqual([
      { CLIENT_SECRET: 'Consumer secret is needed.' },
      {},
      { USERNAME: 'User name is needed.', PRIVATE_KEY: 'Private key is needed.' },
      {},
    ]);
  });

  it('is told in words where it cannot be right', () => {
    expect(
      problemsOf(
        entered({
          LOGIN_URL: 'http://acme.my.salesforce.com',
          CLIENT_ID: '3MVG9 key',
          AUTH: 'jwt',
          USERNAME: 'mei',
          PRIVATE_KEY: '-----BEGIN ENCRYPTED PRIVATE KEY-----\nMII',
        }),
      ),
    ).toEqual({
      LOGIN_URL:
        'My Domain begins with http://, where anybody on the way can read the secrets: use https://.',
      CLIENT_ID: 'Consumer key holds blanks: copy it whole, and nothing beside it.',
      USERNAME: 'User name is no user name: those look like an e-mail address.',
      PRIVATE_KEY: 'Private key is protected by a pass phrase: enter it without one.',
    });
  });
});
