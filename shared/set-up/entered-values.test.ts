import { expect, test } from 'vitest';
import { connectionVariables, setUpGuides } from './catalogue.ts';
import {
  draftProblems,
  isWanted,
  readDraft,
  sendsSecretsElsewhere,
  valueProblem,
  wantedFields,
} from './entered-values.ts';

const { slack, salesforce, teams, confluence } = setUpGuides;
const auth = 'SWITCHYARD_SALESFORCE_AUTH';
const names = (values: Record<string, string>) =>
  wantedFields(salesforce, values).map(({ variable }) => variable.replace('SWITCHYARD_SALESFORCE_', ''));

test('fields come and go with the choice that they belong to, and with its default', () => {
  const byDefault = names({});
  expect({
    isDefault: names({ [auth]: 'client-credentials' }).join() === byDefault.join(),
    withSecret: byDefault.includes('CLIENT_SECRET') && !byDefault.includes('PRIVATE_KEY'),
    withKey: names({ [auth]: 'jwt' }).includes('PRIVATE_KEY'),
    signsIn: [{}, { [auth]: 'web' }].map((values) =>
      isWanted(salesforce, salesforce.signIn?.onlyWhen, values),
    ),
  }).toEqual({ isDefault: true, withSecret: true, withKey: true, signsIn: [false, true] });
});

test('a problem is told of the field in its own words, or of the part of a list that is wrong', () => {
  const field = (guide: typeof slack, variable: string) => {
    const found = guide.fields.find((candidate) => candidate.variable === variable);
    if (!found) throw new Error(`${variable} is no field`);
    return found;
  };
  const botToken = field(slack, 'SWITCHYARD_SLACK_BOT_TOKEN');
  expect([
    valueProblem(botToken, 'xoxp-1'),
    valueProblem(botToken, 'xoxb-1'),
    valueProblem(field(teams, 'SWITCHYARD_TEAMS_CHANNELS'), 'general'),
  ]).toEqual([
    expect.stringMatching(/^Bot token .+\.$/),
    null,
    expect.stringMatching(/^"general" is no channel/),
  ]);
});

test('what is needed and not there, or there and wrong, keeps a draft from being used; a kept secret does not', () => {
  const values = { SWITCHYARD_SLACK_APP_TOKEN: 'wrong', SWITCHYARD_SLACK_BOT_TOKEN: undefined };
  expect({
    kept: Object.keys(draftProblems(slack, { values, keptSecrets: ['SWITCHYARD_SLACK_BOT_TOKEN'] })),
    notKept: Object.keys(draftProblems(slack, { values, keptSecrets: [] })),
    cleared: draftProblems(slack, {
      values: { ...values, SWITCHYARD_SLACK_BOT_TOKEN: '' },
      keptSecrets: ['SWITCHYARD_SLACK_BOT_TOKEN'],
    }).SWITCHYARD_SLACK_BOT_TOKEN,
  }).toEqual({
    kept: ['SWITCHYARD_SLACK_APP_TOKEN'],
    notKept: ['SWITCHYARD_SLACK_BOT_TOKEN', 'SWITCHYARD_SLACK_APP_TOKEN'],
    cleared: 'Bot token is needed.',
  });
});

const confluenceKept = {
  values: { SWITCHYARD_CONFLUENCE_URL: 'https://acme.atlassian.net', SWITCHYARD_CONFLUENCE_EMAIL: 'a@b.c' },
  secrets: ['SWITCHYARD_CONFLUENCE_TOKEN'],
};

test('a draft counts with the fields that belong to its choices, without blanks around what was entered', () => {
  const entered = {
    SWITCHYARD_SALESFORCE_LOGIN_URL: 'https://acme.my.salesforce.com',
    SWITCHYARD_SALESFORCE_CLIENT_ID: ' key ',
    SWITCHYARD_SALESFORCE_CLIENT_SECRET: 'secret',
  };
  const leftOver = { SWITCHYARD_SALESFORCE_USERNAME: 'bot@acme.com', PATH: '/bin' };
  expect(readDraft(salesforce, { ...entered, ...leftOver }, { values: {}, secrets: [] })).toEqual({
    values: { ...entered, SWITCHYARD_SALESFORCE_CLIENT_ID: 'key' },
    keptSecrets: [],
    problems: {},
  });
});

test('a kept secret holds on another path of its address, and has to be entered again for another address', () => {
  const at = (address: string) =>
    readDraft(confluence, { ...confluenceKept.values, SWITCHYARD_CONFLUENCE_URL: address }, confluenceKept);
  const [samePlace, elsewhere] = [at('https://acme.atlassian.net/wiki'), at('https://acme.example.net')];
  expect([samePlace.keptSecrets, samePlace.problems, elsewhere.keptSecrets, elsewhere.problems]).toEqual([
    ['SWITCHYARD_CONFLUENCE_TOKEN'],
    {},
    [],
    { SWITCHYARD_CONFLUENCE_TOKEN: expect.stringContaining('entered again') },
  ]);
});

test('an address that is typed out is the same as the default that it equals', () => {
  const typed = { SWITCHYARD_HUBSPOT_API_URL: 'https://api.hubapi.com/' };
  expect(sendsSecretsElsewhere(setUpGuides.hubspot, {}, typed)).toBe(false);
});

test('every field of every guide has a schema', () => {
  const fields = Object.values(setUpGuides).flatMap((guide) => guide.fields);
  expect(fields.map(({ variable }) => variable).filter((name) => !(name in connectionVariables))).toEqual([]);
});
