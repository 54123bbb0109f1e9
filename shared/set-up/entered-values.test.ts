import { expect, test } from 'vitest';
import { setUpGuides } from './catalogue.ts';
import { draftProblems, isWanted, valueProblem, wantedFields } from './entered-values.ts';

const { slack, salesforce, teams } = setUpGuides;
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
