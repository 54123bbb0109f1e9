import { describe, expect, it } from 'vitest';
import { connectedSystems } from '../model/connection.ts';
import { connectionVariables, setUpGuides } from './catalogue.ts';
import { readEntered, sendsSecretsElsewhere, signInThatCounts } from './entered-values.ts';

const nothing = { values: {}, secrets: [] };
const salesforce = {
  SWITCHYARD_SALESFORCE_LOGIN_URL: 'https://acme.my.salesforce.com',
  SWITCHYARD_SALESFORCE_CLIENT_ID: 'key',
};

describe('what is entered for a system', () => {
  it('counts with the fields that the default of another one asks for', () => {
    expect(readEntered(setUpGuides.salesforce, salesforce, nothing)).toEqual({
      values: salesforce,
      keptSecrets: [],
      problems: { SWITCHYARD_SALESFORCE_CLIENT_SECRET: 'is missing' },
    });
    expect(signInThatCounts(setUpGuides.salesforce, salesforce)).toBeNull();
  });

  it('leaves aside what only another choice asks for, and what is no field', () => {
    const entered = {
      ...salesforce,
      SWITCHYARD_SALESFORCE_AUTH: 'jwt',
      SWITCHYARD_SALESFORCE_CLIENT_SECRET: 'left over',
      SWITCHYARD_SALESFORCE_USERNAME: ' bot@acme.com ',
      SWITCHYARD_SALESFORCE_PRIVATE_KEY: 'pem',
      PATH: '/bin',
    };
    expect(readEntered(setUpGuides.salesforce, entered, nothing)).toEqual({
      values: {
        ...salesforce,
        SWITCHYARD_SALESFORCE_AUTH: 'jwt',
        SWITCHYARD_SALESFORCE_USERNAME: 'bot@acme.com',
        SWITCHYARD_SALESFORCE_PRIVATE_KEY: 'pem',
      },
      keptSecrets: [],
      problems: {},
    });
    expect(
      signInThatCounts(setUpGuides.salesforce, { ...salesforce, SWITCHYARD_SALESFORCE_AUTH: 'web' }),
    ).toMatchObject({ ways: ['browser'] });
  });

  it('says what is wrong with each field by the same schema as the environment', () => {
    const entered = {
      SWITCHYARD_SLACK_BOT_TOKEN: 'xapp-1',
      SWITCHYARD_SLACK_API_URL: 'http://slack.com/api',
    };
    expect(readEntered(setUpGuides.slack, entered, nothing).problems).toEqual({
      SWITCHYARD_SLACK_BOT_TOKEN: expect.stringContaining('xoxb-'),
      SWITCHYARD_SLACK_APP_TOKEN: 'is missing',
      SWITCHYARD_SLACK_API_URL: expect.stringContaining('https://'),
    });
  });
});

describe('a kept secret', () => {
  const kept = {
    values: { SWITCHYARD_CONFLUENCE_URL: 'https://acme.atlassian.net', SWITCHYARD_CONFLUENCE_EMAIL: 'a@b.c' },
    secrets: ['SWITCHYARD_CONFLUENCE_TOKEN'],
  };

  it('holds where its field is left empty, also on another path of the same address', () => {
    const entered = { ...kept.values, SWITCHYARD_CONFLUENCE_URL: 'https://acme.atlassian.net/wiki' };
    expect(readEntered(setUpGuides.confluence, entered, kept)).toMatchObject({
      keptSecrets: ['SWITCHYARD_CONFLUENCE_TOKEN'],
      problems: {},
    });
  });

  it('has to be entered again where it would be sent to another address', () => {
    const entered = { ...kept.values, SWITCHYARD_CONFLUENCE_URL: 'https://acme.example.net' };
    expect(readEntered(setUpGuides.confluence, entered, kept)).toMatchObject({
      keptSecrets: [],
      problems: { SWITCHYARD_CONFLUENCE_TOKEN: expect.stringContaining('entered again') },
    });
  });

  it('goes to the same address where the default is typed out', () => {
    const typed = { SWITCHYARD_HUBSPOT_API_URL: 'https://api.hubapi.com/' };
    expect(sendsSecretsElsewhere(setUpGuides.hubspot, {}, typed)).toBe(false);
  });
});

it('every field of every guide has a schema', () => {
  const fields = connectedSystems.flatMap((system) => setUpGuides[system].fields);
  expect(fields.map(({ variable }) => variable).filter((name) => !(name in connectionVariables))).toEqual([]);
});
