import { expect, test } from 'vitest';
import type { SandboxState } from '../../shared/contract/contract.ts';
import { recordsWithNewOwner } from './sandbox.ts';

type Entry = SandboxState['records'][number];

function entry(id: string, ownerId: string | null): Entry {
  const owner =
    ownerId === null ? null : { id: ownerId, kind: 'user' as const, email: null, name: null, isActive: true };
  const unknown = {
    name: null,
    email: null,
    company: null,
    domain: null,
    country: null,
    state: null,
    postalCode: null,
    industry: null,
    employees: null,
    annualRevenue: null,
    leadSource: null,
    lifecycleStage: null,
    lockedBecause: null,
    companyId: null,
    createdAt: null,
    modifiedAt: null,
    url: null,
  };
  return {
    record: { ...unknown, system: 'salesforce', id, owner, isConverted: false, isDeleted: false },
    writes: 0,
  };
}

test('a record counts as changed when its owner is another one, not when it is seen first', () => {
  const before = [entry('1', 'ana'), entry('2', 'ben'), entry('3', null)];
  const after = [entry('1', 'ana'), entry('2', 'ana'), entry('3', 'ben'), entry('4', 'ben')];
  expect(recordsWithNewOwner(before, after)).toEqual(['salesforce:2', 'salesforce:3']);
});
