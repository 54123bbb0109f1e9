import { describe, expect, it } from 'vitest';
import { Person } from '../../../shared/model/person.ts';
import { EscalationOwner } from '../../../shared/model/rule.ts';
import { type EscalationQuestion, responsibleFor, whyMayNotDecide } from './approver.ts';

const person = (name: string, roles: string[] = ['approver'], active = true) =>
  Person.parse({ email: `${name}@x.test`, name, roles, active });
const people = [
  person('default'),
  person('delegate'),
  person('french'),
  person('owner'),
  person('ops', ['ops_manager']),
  person('left', ['approver'], false),
];
const rows = [
  { reason: '*', approver: 'default@x.test', delegate: 'delegate@x.test', review_window: 'PT4H' },
  { reason: 'rule_conflict', approver: 'ops@x.test', review_window: null },
  {
    reason: 'rule_conflict',
    region: ['France', 'BE'],
    approver: 'french@x.test',
    delegate: 'ops@x.test',
    review_window: 'PT1H',
  },
  { reason: '*', region: ['FR'], approver: 'french@x.test' },
].map((row) => EscalationOwner.parse(row));

const hour = 3600 * 1000;
const ask = (question: Partial<EscalationQuestion>) =>
  responsibleFor({
    reason: 'data_conflict',
    country: null,
    accountOwner: null,
    requester: null,
    earlierApprover: null,
    escalationOwners: rows,
    people,
    pageWindowMs: 2 * hour,
    ...question,
  });

describe('who decides', () => {
  it.each<[string, Partial<EscalationQuestion>, string]>([
    ['the default row', {}, 'default'],
    ['the default row of the region', { country: 'FR' }, 'french'],
    ['the row of the reason', { reason: 'rule_conflict', country: 'DE' }, 'ops'],
    [
      'the row of the reason before the default row of the region',
      { reason: 'rule_conflict', country: 'FR' },
      'french',
    ],
    [
      'the owner of a strategic account',
      { reason: 'strategic_account', accountOwner: 'owner@x.test' },
      'owner',
    ],
    [
      'the default row, where that owner has left',
      { reason: 'strategic_account', accountOwner: 'left@x.test' },
      'default',
    ],
    [
      'the default row, where nobody knows that owner',
      { reason: 'named_account_conflict', accountOwner: 'who@x.test' },
      'default',
    ],
    [
      'no account owner for another reason',
      { reason: 'policy_exception', accountOwner: 'owner@x.test' },
      'default',
    ],
    ['the delegate, where the approver asks', { requester: 'default@x.test' }, 'delegate'],
    [
      'the delegate, where the account’s owner asks',
      { reason: 'strategic_account', accountOwner: 'owner@x.test', requester: 'owner@x.test' },
      'delegate',
    ],
    ['whoever returned it', { earlierApprover: 'french@x.test' }, 'french'],
    [
      'not whoever returned it and asks',
      { earlierApprover: 'french@x.test', requester: 'french@x.test' },
      'default',
    ],
  ])('%s', (_, question, approver) => {
    expect(ask(question)?.approver).toBe(`${approver}@x.test`);
  });

  it('a row for the account reasons comes before the account’s owner', () => {
    const own = [...rows, EscalationOwner.parse({ reason: 'strategic_account', approver: 'ops@x.test' })];
    expect(
      ask({ reason: 'strategic_account', accountOwner: 'owner@x.test', escalationOwners: own })?.approver,
    ).toBe('ops@x.test');
  });

  it('delegate and window of the default row go with the account’s owner', () => {
    expect(ask({ reason: 'strategic_account', accountOwner: 'owner@x.test' })).toEqual({
      approver: 'owner@x.test',
      delegate: 'delegate@x.test',
      windowMs: 4 * hour,
    });
  });

  it('the page’s window fills in where a row has none', () => {
    expect([
      ask({ reason: 'rule_conflict' })?.windowMs,
      ask({ reason: 'rule_conflict', country: 'BE' })?.windowMs,
    ]).toEqual([2 * hour, hour]);
  });

  it('nobody, where nobody is left', () => {
    expect(ask({ people: [person('left', ['approver'], false)] })).toBeNull();
  });
});

it.each([
  ['approver', null],
  ['delegate', null],
  ['manager', null],
  ['stranger', 'Only the approver'],
  ['requester', 'a request of your own'],
  ['leaver', 'no longer active'],
])('%s may decide: %s', (name, why) => {
  const roles = name === 'manager' ? ['ops_manager'] : ['approver'];
  const said = whyMayNotDecide({
    actor: person(name, roles, name !== 'leaver'),
    requester: 'requester@x.test',
    approver: 'approver@x.test',
    delegate: 'delegate@x.test',
  });
  expect(said).toEqual(why === null ? null : expect.stringContaining(why));
});
