import { describe, expect, it } from 'vitest';
import { AppError } from '../../../shared/model/errors.ts';
import type { CrmRecord } from '../../../shared/model/lead.ts';
import type { CrmConnector } from '../connectors/connector.ts';
import { systemClock } from '../ports.ts';
import { createRuleBasedReader } from './language/rule-based-reader.ts';
import { createRecordLookUp } from './record-look-up.ts';

const ana = { system: 'salesforce', id: '00Q1', name: 'Ana Ruiz', company: 'Olivar', owner: null, url: null };
const seller = { id: '5', kind: 'user', email: 'gus@example.com', name: 'Gus Alba', isActive: true } as const;

const untilGivenUp = ({ signal }: { signal?: AbortSignal } = {}) =>
  new Promise<never>((_, reject) => {
    signal?.addEventListener('abort', () => reject(new AppError('cancelled', 'Nobody waits any more.')));
  });

/** As much of two CRMs as a look-up asks: Salesforce answers, HubSpot never does. */
const lookUp = () =>
  createRecordLookUp({
    crms: {
      salesforce: {
        system: 'salesforce',
        findByEmail: async () => [{ ...ana, email: 'ana@olivar.test' } as CrmRecord],
        listOwners: async () => [seller],
      } as Partial<CrmConnector> as CrmConnector,
      hubspot: {
        system: 'hubspot',
        findByEmail: (_email, options) => untilGivenUp(options),
        listOwners: untilGivenUp,
      } as Partial<CrmConnector> as CrmConnector,
    },
    reader: createRuleBasedReader(),
    listPeople: async () => [],
    clock: systemClock,
    patienceMs: 50,
  });

describe('looking up a lead while one CRM is slow', () => {
  it('shows what the other has found, and names the one that did not answer', async () => {
    const signal = new AbortController().signal;
    expect(await lookUp().search('ana@olivar.test', signal)).toEqual({
      matches: [{ ...ana, email: 'ana@olivar.test' }],
      unreachable: ['hubspot'],
    });
  });

  it('lists the owners that the other knows', async () => {
    expect(await lookUp().owners(new AbortController().signal)).toEqual([
      { email: 'gus@example.com', name: 'Gus Alba' },
    ]);
  });
});
