import { expect, test } from 'vitest';
import { type DecisionWords, readDecision } from './decision-words.ts';

const people = [
  { email: 'ana.silva@example.com', name: 'Ana Silva', chatId: null, isActiveOwner: true },
  { email: 'ben.osei@example.com', name: 'Ben Osei', chatId: null, isActiveOwner: true },
];
const ana = 'ana.silva@example.com';
const ben = 'ben.osei@example.com';

const decision = (action: DecisionWords['action'], more: Partial<DecisionWords> = {}): DecisionWords => ({
  action,
  owner: null,
  unclearOwner: null,
  note: null,
  requestId: null,
  isExplicit: true,
  ...more,
});
const weak = { isExplicit: false };

test.each<[string, DecisionWords | null]>([
  ['approve', decision('approve')],
  ['Approved.', decision('approve')],
  ['APPROVE!', decision('approve')],
  ['approve it, thanks', decision('approve')],
  ['I approve', decision('approve')],
  ["it's approved", decision('approve')],
  ['Hi team, approved', decision('approve')],
  ['Approved as proposed.', decision('approve')],
  ['approve this request please', decision('approve')],
  ['genehmigt', decision('approve')],
  ['approve: ana.silva@example.com', decision('approve', { owner: ana })],
  ['Approve: Ana.Silva@Example.com', decision('approve', { owner: ana })],
  ['approve zed@elsewhere.example', decision('approve', { owner: 'zed@elsewhere.example' })],
  ['approve Ana Silva', decision('approve', { owner: ana })],
  ['approve: Ana', decision('approve', { owner: ana })],
  ['approved, give it to Ana', decision('approve', { owner: ana })],
  ['Approved – assign the lead to Ben Osei please', decision('approve', { owner: ben })],
  [
    'approve, but to Ben instead of Ana',
    decision('approve', { owner: ben, note: 'but to Ben instead of Ana' }),
  ],
  ['approve, looks right to me', decision('approve', { note: 'looks right to me' })],
  ['approve: Zed', decision('approve', { unclearOwner: 'Zed' })],
  ['approve, give it to the new one', decision('approve', { unclearOwner: 'give it to the new one' })],
  ['approve, but not Ana', decision('approve', { unclearOwner: 'but not Ana' })],
  ['approve Ana or Ben', decision('approve', { unclearOwner: 'Ana or Ben' })],
  ['REV-1048 approve', decision('approve', { requestId: 'REV-1048' })],
  ['approve rev-1048: ana', decision('approve', { requestId: 'REV-1048', owner: ana })],
  ['REV-1048: reject, wrong region', decision('reject', { requestId: 'REV-1048', note: 'wrong region' })],
  ['yes', decision('approve', weak)],
  ['Yes please', decision('approve', weak)],
  ['ok', decision('approve', weak)],
  ['👍', decision('approve', weak)],
  ['👍🏽', decision('approve', weak)],
  ['go ahead', decision('approve', weak)],
  ['yes, give it to Ana', decision('approve', { ...weak, owner: ana })],
  ['yes: ana.silva@example.com', decision('approve', { ...weak, owner: ana })],
  ['reject', decision('reject')],
  ['reject: not our region', decision('reject', { note: 'not our region' })],
  ['Rejected because the lead is old', decision('reject', { note: 'the lead is old' })],
  ['declined, Ben keeps it', decision('reject', { note: 'Ben keeps it' })],
  ['I reject this: wrong territory', decision('reject', { note: 'wrong territory' })],
  ['not approved: no budget', decision('reject', { note: 'no budget' })],
  ["I don't approve", decision('reject')],
  ['no', decision('reject', weak)],
  ['No - it stays where it is', decision('reject', { ...weak, note: 'it stays where it is' })],
  ['no, because Ben knows them', decision('reject', { ...weak, note: 'Ben knows them' })],
  ['return: which country is it?', decision('return', { note: 'which country is it?' })],
  ['Return to the requester: who sold it?', decision('return', { note: 'who sold it?' })],
  ['returned for more information', decision('return')],
  ['need more info: what is their website?', decision('return', { note: 'what is their website?' })],
  ['Send it back, which Kim is it?', decision('return', { note: 'which Kim is it?' })],
  // Remarks, questions and conditions decide nothing.
  ['', null],
  ['approve?', null],
  ['Should we approve this?', null],
  ['approve or reject', null],
  ['approve if the country is right', null],
  ['approved by Ben yesterday', null],
  ['approve once legal has looked', null],
  ["I can't approve this without the country", null],
  ['I will look at it tomorrow', null],
  ['yes, I will look into it', null],
  ['ok, who is the owner now?', null],
  ['no idea', null],
  ['no problem', null],
  ['No, it should go to Ben', null],
  ['no, approve it', null],
  ['nobody told me', null],
  ['yesterday I saw it', null],
  ['return to Ana', null],
  ['Returning customers are ours', null],
  ['The lead was approved in March', null],
  ['Kim Lund is with the wrong owner', null],
])('%s', (text, expected) => {
  expect(readDecision(text, people)).toEqual(expected);
});

test('a text of a megabyte is read in a moment', () => {
  const startedAt = performance.now();
  for (const text of ['approve '.repeat(120_000), `no${' '.repeat(1_000_000)}x`, 'a@'.repeat(500_000)])
    readDecision(text, people);
  expect(performance.now() - startedAt).toBeLessThan(2_000);
});
