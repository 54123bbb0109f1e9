import fc from 'fast-check';
import { expect, it } from 'vitest';
import { escalationReasons } from '../../shared/model/request.ts';
import { judged } from './judged.ts';
import { smallWorld } from './small-world.ts';

const maybe = <Value>(...values: Value[]) => fc.constantFrom(null, ...values);
const owners = maybe('005000000000000AAA', '005000000000002AAA', '005000000000005AAA', '00G000000000001AAA');

const patches = fc.record({
  salesforce: fc.record({
    leads: fc.record({
      '00Q0000000001S1EAA': fc.record({
        Company: maybe('Olivar SL', 'Monolith', 'Shamrok', ''),
        Country: maybe('ES', 'Poland', 'PT', 'Nowhere'),
        NumberOfEmployees: maybe(0, 600, 90_000),
        IsConverted: fc.boolean(),
        OwnerId: owners,
        CreatedDate: maybe('2026-03-10T09:00:00Z', '2020-01-01T00:00:00Z'),
      }),
    }),
  }),
  hubspot: fc.record({
    contacts: fc.record({
      '602': maybe(
        { email: 'marta@olivar.test', country: 'Greece', hubspot_owner_id: '902' },
        { email: 'MARTA@olivar.test', hubspot_owner_id: '900' },
        { email: 'marta@olivar.test', hubspot_owner_id: null, numemployees: '7' },
      ),
    }),
  }),
});
const texts = fc.constantFrom(
  'marta@olivar.test has the wrong owner',
  'give marta@olivar.test to Hana',
  'Marta Ibarra should be with Gus, urgent',
  'never mind marta@olivar.test',
);
const silences = fc.constantFrom({}, { crms: ['hubspot' as const] }, { policy: true });

it('whatever the case: one decision, always the same, with a rationale and a known reason', async () => {
  await fc.assert(
    fc.asyncProperty(patches, texts, silences, async (patch, text, silence) => {
      const decide = () => judged({ world: smallWorld(patch), by: 'U-ASK', texts: [text], silence });
      const [first, second] = [await decide(), await decide()];
      expect(JSON.stringify(second)).toBe(JSON.stringify(first));
      expect(first.rationale.length).toBeGreaterThan(10);
      if (first.kind === 'escalate') {
        expect(escalationReasons).toContain(first.reason);
        expect(first.responsible?.approver).toMatch(/@/);
      }
      if (first.kind === 'change') {
        expect(silence).toEqual({});
        expect(first.owner ?? first.pool).not.toBeNull();
      }
    }),
    { numRuns: 150 },
  );
});
