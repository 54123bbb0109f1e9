import { describe, expect, it } from 'vitest';
import { withPeopleForGroups } from './approver-groups.ts';

const row = (approver: string, delegate: string | null = null) => ({
  reason: '*',
  region: null,
  approver,
  delegate,
  review_window: null,
});

describe('a group that is named as approver', () => {
  const members = new Map([
    ['emea', ['mei@example.com', 'ben@example.com', 'ana@example.com']],
    ['alone', ['mei@example.com']],
  ]);

  it.each([
    [
      'its first member decides, the next is the delegate',
      row('@emea'),
      ['mei@example.com', 'ben@example.com'],
    ],
    [
      'a delegate of the row stays',
      row('@emea', 'rosa@example.com'),
      ['mei@example.com', 'rosa@example.com'],
    ],
    [
      'a group may be the delegate',
      row('rosa@example.com', '@emea'),
      ['rosa@example.com', 'mei@example.com'],
    ],
    ['the same group gives two people', row('@emea', '@emea'), ['mei@example.com', 'ben@example.com']],
    ['one member alone has no delegate', row('@alone'), ['mei@example.com', null]],
    ['a group that nobody knows stays', row('@apac', 'rosa@example.com'), ['@apac', 'rosa@example.com']],
    ['people stay', row('rosa@example.com'), ['rosa@example.com', null]],
  ])('%s', (_, given, [approver, delegate]) => {
    expect(withPeopleForGroups([given], members)).toEqual([{ ...given, approver, delegate }]);
  });
});
