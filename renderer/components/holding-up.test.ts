import { expect, it } from 'vitest';
import { holdingUp } from './holding-up.ts';

const paused = { system: 'hubspot', state: 'paused', detail: 'HubSpot is paused by Ravi Iyer.' } as const;
const silent = { system: 'confluence', state: 'trouble', detail: null } as const;
const chat = { system: 'slack', state: 'trouble', detail: 'Slack is not reached.' } as const;
const fine = { system: 'salesforce', state: 'ok', detail: null } as const;
const systems = [paused, silent, chat, fine];

it('names what keeps a request from being judged, and not the chat in which it is answered', () => {
  expect(holdingUp('New', systems)).toEqual([paused.detail, 'Confluence cannot be asked.']);
});

it('says nothing of a request that is judged', () => {
  expect([holdingUp('Escalated', systems), holdingUp('Completed', systems)]).toEqual([[], []]);
});

it('says nothing where all systems answer', () => {
  expect(holdingUp('Triaging', [fine])).toEqual([]);
});
