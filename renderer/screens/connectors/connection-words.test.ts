import { expect, test } from 'vitest';
import { setUpGuides } from '../../../shared/set-up/catalogue.ts';
import { budgetPercent, budgetWords, environmentLines } from './connection-words.ts';

test('an allowance is told in numbers and for its window, and never as more than all of it', () => {
  const budget = { used: 16_200, limit: 15_000, window: '24 hours' };
  expect([budgetWords(budget), budgetPercent(budget)]).toEqual(['16,200 of 15,000 used in 24 hours', 100]);
});

test('lines for the environment hold what was entered, quoted, and its secrets only where they are copied', () => {
  const values = {
    SWITCHYARD_SLACK_BOT_TOKEN: "xoxb-it's",
    SWITCHYARD_SLACK_CHANNELS: 'C1 C2',
    SWITCHYARD_UNRELATED: 'x',
  };
  const lines = (areSecretsShown: boolean) =>
    environmentLines(setUpGuides.slack, values, { areSecretsShown });
  expect({ shown: lines(false), copied: lines(true) }).toEqual({
    shown: [
      "SWITCHYARD_SLACK_BOT_TOKEN='••••••••'",
      "SWITCHYARD_SLACK_APP_TOKEN=''",
      "SWITCHYARD_SLACK_CHANNELS='C1 C2'",
    ],
    copied: [
      "SWITCHYARD_SLACK_BOT_TOKEN='xoxb-it'\\''s'",
      "SWITCHYARD_SLACK_APP_TOKEN=''",
      "SWITCHYARD_SLACK_CHANNELS='C1 C2'",
    ],
  });
});
