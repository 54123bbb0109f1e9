import { expect, test } from 'vitest';
import type { SandboxState } from '../../shared/contract/contract.ts';
import type { Api } from '../api.ts';
import { createSandboxStore, recordsWithNewOwner, shownChat, shownThread } from './sandbox.ts';

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

test('each chat keeps what is open in it; at first that is its channel', async () => {
  const chat = (system: 'slack' | 'teams') => ({
    system,
    people: [],
    channels: [
      { id: `${system}-direct`, name: 'Ana', directWith: 'ana' },
      { id: `${system}-channel`, name: 'routing', directWith: null },
    ],
    messages: [],
  });
  const state: SandboxState = { chats: [chat('slack'), chat('teams')], records: [], examples: [] };
  const call = { sandbox: { state: async () => state, send: async () => ({ ts: '7' }) } };
  const store = createSandboxStore({ call } as unknown as Api);
  await store.getState().refresh();
  expect(shownChat(store.getState())).toMatchObject({ channel: 'slack-channel', chat: { system: 'slack' } });
  store.getState().openChannel('slack', 'slack-direct');
  await store
    .getState()
    .send({ system: 'teams', user: 'ana', channel: 'teams-channel', text: 'Hello', threadTs: null });
  expect(shownChat(store.getState())).toMatchObject({ channel: 'teams-channel', chat: { system: 'teams' } });
  expect(shownThread(store.getState())).toEqual({ channel: 'teams-channel', threadTs: '7' });
  store.getState().openChat('slack');
  expect(shownChat(store.getState()).channel).toBe('slack-direct');
  expect(shownThread(store.getState())).toBeNull();
});
