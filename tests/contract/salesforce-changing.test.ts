import { describe, expect, it } from 'vitest';
import {
  ana,
  ben,
  eve,
  failureOf,
  jonas,
  queue,
  read,
  startOrganisation,
} from './salesforce-organisation.ts';

describe('Salesforce connector: changing the owner', () => {
  it('writes it, moves the stamp on and keeps the history, oldest first', async () => {
    const { connector, standIn } = await startOrganisation();
    const before = await read(connector, jonas);
    await connector.changeOwner({ id: jonas, ownerId: ana, ifUnmodifiedSince: before.modifiedAt });
    expect(await read(connector, jonas)).toEqual({
      ...before,
      owner: { id: ana, kind: 'user', email: 'ana.silva@example.com', name: 'Ana Silva', isActive: true },
      modifiedAt: '2026-05-18T09:00:00.000Z',
    });
    const change = { system: 'salesforce', recordId: jonas };
    expect(await connector.ownershipHistory('00Q000000000101')).toEqual([
      { ...change, from: 'Ana Silva', to: 'Ben Osei', at: '2026-05-12T08:00:00.000Z' },
      { ...change, from: 'Ben Osei', to: 'Ana Silva', at: '2026-05-18T09:00:00.000Z' },
    ]);
    expect([standIn.owners()[jonas], standIn.writes()[jonas]]).toEqual(['ana.silva@example.com', 1]);
  });

  it('is refused when somebody changed the lead after it was read, also within the same second', async () => {
    const { connector, standIn } = await startOrganisation();
    standIn.patch(jonas, { Country: 'Austria' });
    const { modifiedAt } = await read(connector, jonas);
    standIn.patch(jonas, { Country: 'Germany' });
    const change = connector.changeOwner({ id: jonas, ownerId: ana, ifUnmodifiedSince: modifiedAt });
    expect((await failureOf(change)).code).toBe('record_changed');
    expect([standIn.owners()[jonas], standIn.writes()[jonas]]).toEqual(['Ben.Osei@example.com', 0]);
  });

  it('counts as a write also where the owner stays', async () => {
    const { connector, standIn } = await startOrganisation();
    await connector.changeOwner({ id: jonas, ownerId: ben, ifUnmodifiedSince: null });
    await connector.changeOwner({ id: jonas, ownerId: queue, ifUnmodifiedSince: null });
    expect([standIn.owners()[jonas], standIn.writes()[jonas]]).toEqual([null, 2]);
    expect(await connector.ownershipHistory(jonas)).toHaveLength(2);
  });

  it.each([
    ['a converted lead', '105', ana, 'vendor_refused', 'cannot reference converted lead'],
    ['a locked lead', '103', ana, 'vendor_refused', 'the entity is locked for editing'],
    ['an inactive owner', '101', eve, 'vendor_refused', `operation performed with inactive user [${eve}]`],
    ['an unknown owner', '101', '005000000000099AAA', 'vendor_refused', 'invalid cross reference id'],
    ['an owner that is no id', '101', 'ana', 'vendor_refused', 'id value of incorrect type: ana'],
    ['a lead deleted meanwhile', '106', ana, 'record_changed', 'was deleted or merged'],
    ['a lead that never was', '999', ana, 'record_changed', 'is no longer in Salesforce'],
  ])('says in the words of Salesforce why not: %s', async (_what, number, ownerId, code, words) => {
    const { connector, standIn } = await startOrganisation();
    standIn.patch('00Q000000000103EAA', { IsLocked: true });
    const id = `00Q000000000${number}EAA`;
    const failure = await failureOf(connector.changeOwner({ id, ownerId, ifUnmodifiedSince: null }));
    expect([failure.code, failure.message]).toEqual([code, expect.stringContaining(words)]);
    expect(Object.values(standIn.writes()).every((count) => count === 0)).toBe(true);
  });

  it('may have been carried out although its answer was lost', async () => {
    const { connector, standIn, faults } = await startOrganisation();
    faults.arm('salesforce', 'write_then_reset', 1);
    const change = connector.changeOwner({ id: jonas, ownerId: ana, ifUnmodifiedSince: null });
    expect((await failureOf(change)).code).toBe('vendor_unreachable');
    expect(standIn.writes()[jonas]).toBe(1);
  });

  it.each([
    [
      'a validation rule',
      { errorCode: 'FIELD_CUSTOM_VALIDATION_EXCEPTION', message: 'Region is missing', fields: [] },
      'refused: "Region is missing" (FIELD_CUSTOM_VALIDATION_EXCEPTION). A validation rule of your organisation',
    ],
    [
      'a duplicate rule',
      {
        errorCode: 'DUPLICATES_DETECTED',
        message: 'Use one of these records?',
        duplicateResult: { allowSave: true, duplicateRule: 'Standard_Lead_Rule', matchResults: [] },
      },
      'Use one of these records? [duplicate rule Standard_Lead_Rule]',
    ],
  ])('leaves the lead to a person where %s forbids it, and passes over none', async (_what, error, words) => {
    const { connector, standIn, answerNext, exchanges } = await startOrganisation();
    await connector.getRecord(jonas);
    answerNext({ status: 400, body: [error] }, ({ method }) => method === 'PATCH');
    const failure = await failureOf(
      connector.changeOwner({ id: jonas, ownerId: ana, ifUnmodifiedSince: null }),
    );
    expect([failure.code, failure.isRetried, failure.message]).toEqual([
      'vendor_refused',
      false,
      expect.stringContaining(words),
    ]);
    expect(exchanges.at(-1)?.request.headers).not.toHaveProperty('sforce-duplicate-rule-header');
    expect(standIn.writes()[jonas]).toBe(0);
  });
});
