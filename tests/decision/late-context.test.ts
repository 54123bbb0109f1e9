import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judged, outlineOf, rechecked } from './judged.ts';
import { smallWorld } from './small-world.ts';
import type { Silence } from './world-answers.ts';

const piotr = '00Q0000000001P1EAA';
const wisla = '001000000000001AAA';
const text = 'piotr@wisla.test has the wrong owner';
const opportunity = { Id: '006000000000001AAA', Name: 'Wisla renewal', AccountId: wisla, IsClosed: false };

const policy = (setting: string) => ({
  confluence: {
    pages: {
      '700': {
        body: `<p>A lead belongs to the owner of its territory.</p><table><tr><th>Setting</th><th>Value</th></tr><tr><td>Open opportunity</td><td>${setting}</td></tr></table>`,
      },
    },
  },
});
const openOpportunity = { salesforce: { opportunities: { [opportunity.Id]: opportunity } } };

const maybe = <Value>(...values: Value[]) => fc.constantFrom(null, ...values);
const cases = fc.record({
  salesforce: fc.record({
    leads: fc.record({
      [piotr]: fc.record({
        Company: maybe('Wisla SA', 'Monolith', 'Shamrock'),
        Country: maybe('PL', 'ES', 'PT'),
        NumberOfEmployees: maybe(40, 700, 90_000),
        IsConverted: fc.boolean(),
        OwnerId: maybe('005000000000000AAA', '005000000000001AAA', '005000000000002AAA'),
      }),
    }),
    opportunities: fc.record({ [opportunity.Id]: maybe(opportunity) }),
  }),
  confluence: fc.constantFrom(policy('Escalate').confluence, policy('Allowed').confluence),
});
const words = fc.constantFrom(
  text,
  'give piotr@wisla.test to Gus',
  'piotr@wisla.test should be with Hana, urgent',
);

describe('what comes too late', () => {
  it('changes no verdict: what the verdict hangs on is waited for after all', async () => {
    const late = ['list_owners', 'find_opportunities', 'ownership_history', 'read_policy'] as const;
    await fc.assert(
      fc.asyncProperty(cases, words, async (patch, said) => {
        const asked = { world: smallWorld(patch), by: 'U-ASK', texts: [said] };
        const [inTime, tooLate] = [await judged(asked), await judged({ ...asked, late })];
        expect([outlineOf(tooLate), tooLate.rationale]).toEqual([outlineOf(inTime), inTime.rationale]);
      }),
      { numRuns: 200 },
    );
  });

  it('or never, makes no correction of what would have gone to a person', async () => {
    const never: Silence = { tools: ['find_opportunities', 'ownership_history'] };
    await fc.assert(
      fc.asyncProperty(cases, words, async (patch, said) => {
        const asked = { world: smallWorld(patch), by: 'U-ASK', texts: [said] };
        const [whole, without] = [await judged(asked), await judged({ ...asked, silence: never })];
        if (whole.kind === 'escalate') expect(without.kind).toBe('escalate');
        if (without.kind === 'change') expect(outlineOf(without)).toEqual(outlineOf(whole));
      }),
      { numRuns: 200 },
    );
  });
});

describe('open opportunities that nobody tells of', () => {
  const silence: Silence = { tools: ['find_opportunities'] };

  it('are gone without where the policy does not ask for them, and the case file says so', async () => {
    const result = await judged({
      world: smallWorld(policy('Allowed')),
      by: 'U-ASK',
      texts: [text],
      silence,
    });
    expect([outlineOf(result).kind, result.caseFile.reads]).toEqual([
      'change',
      [
        { system: 'salesforce', what: 'duplicates', at: '2026-03-10T10:00:00.000Z', unknownBecause: null },
        { system: 'hubspot', what: 'duplicates', at: '2026-03-10T10:00:00.000Z', unknownBecause: null },
        { system: 'salesforce', what: 'accounts', at: '2026-03-10T10:00:00.000Z', unknownBecause: null },
        { system: 'hubspot', what: 'accounts', at: '2026-03-10T10:00:00.000Z', unknownBecause: null },
        {
          system: 'salesforce',
          what: 'opportunities',
          at: null,
          unknownBecause: 'find_opportunities did not answer five times.',
        },
        { system: 'salesforce', what: 'history', at: '2026-03-10T10:00:00.000Z', unknownBecause: null },
      ],
    ]);
  });

  it('keep a case from being decided where the policy asks for them', async () => {
    const asked = { world: smallWorld(policy('Escalate')), by: 'U-ASK', texts: [text] };
    const outcomes = [await judged(asked), await judged({ ...asked, silence })].map(outlineOf);
    expect(outcomes.map(({ kind, reason }) => [kind, reason])).toEqual([
      ['change', null],
      ['escalate', 'tool_failure'],
    ]);
  });

  it('and come late are waited for where the policy asks for them', async () => {
    const world = smallWorld({ ...policy('Escalate'), ...openOpportunity });
    const result = await judged({ world, by: 'U-ASK', texts: [text], late: ['find_opportunities'] });
    expect([outlineOf(result).reason, result.caseFile.opportunities.map(({ name }) => name)]).toEqual([
      'policy_requires_approval',
      ['Wisla renewal'],
    ]);
  });
});

describe('a system that is slow', () => {
  it('keeps nobody waiting whose request needs no system: it is rejected without', async () => {
    const result = await judged({
      world: smallWorld(),
      by: 'U-ASK',
      texts: ['I forgot my password'],
      // What is waited for as long as it takes is silent, too: nothing of it is asked for.
      late: ['list_owners', 'read_policy'],
      silence: { policy: true, tools: ['list_owners'] },
    });
    expect(outlineOf(result)).toMatchObject({ kind: 'reject', reason: 'out_of_scope', step: 2 });
  });

  it('does not make a withdrawal of words that ask for somebody whom only the CRM knows', async () => {
    const world = smallWorld({ people: { 'hana@switchyard.test': null } });
    const texts = [text, 'never mind, give it to Hana Bielak'];
    const asked = { world, by: 'U-ASK', texts };
    const [inTime, tooLate] = [await judged(asked), await judged({ ...asked, late: ['list_owners'] })];
    expect([inTime.kind, tooLate.kind]).toEqual(['change', 'change']);
  });

  it('holds up an approval only for what it rests on', async () => {
    const world = smallWorld({
      salesforce: { leads: { [piotr]: { Company: 'Shamrock', Email: 'p@shamrock.test' } } },
    });
    const texts = ['p@shamrock.test has the wrong owner'];
    const before = await judged({ world, by: 'U-ASK', texts });
    const silence: Silence = { tools: ['ownership_history'] };
    const again = await rechecked(before, 'jo@switchyard.test', { world, by: 'U-ASK', texts, silence });
    expect([outlineOf(before).reason, again.kind]).toEqual(['named_account_conflict', 'apply']);
  });
});

it('the case file names each record that facts came from, with its age', async () => {
  const result = await judged({ world: smallWorld(), by: 'U-ASK', texts: [text] });
  const { facts, sources } = result.caseFile;
  const origins = Object.values(facts ?? {}).flatMap(({ origin }) => (origin === null ? [] : [origin]));
  expect([new Set(origins), sources.map(({ readAt: _driver, ...source }) => source)]).toEqual([
    new Set([`Salesforce lead ${piotr}`]),
    [
      {
        origin: `Salesforce lead ${piotr}`,
        system: 'salesforce',
        object: 'lead',
        id: piotr,
        url: null,
        modifiedAt: '2026-03-02T08:00:00Z',
      },
      {
        origin: `Salesforce account ${wisla}`,
        system: 'salesforce',
        object: 'account',
        id: wisla,
        url: null,
        modifiedAt: null,
      },
    ],
  ]);
});
