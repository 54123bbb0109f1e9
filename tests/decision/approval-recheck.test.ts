import { describe, expect, it } from 'vitest';
import { judged, rechecked } from './judged.ts';
import { smallWorld } from './small-world.ts';

const at = (name: string) => `${name}@switchyard.test`;
const leadId = (id: string) => `00Q000000000${id}EAA`;
const user = (name: string) => `00500000000000${['gus', 'hana', 'ivo', 'jo', 'kai', 'lea'].indexOf(name)}AAA`;
const lead = (id: string, fields: unknown) => ({ salesforce: { leads: { [leadId(id)]: fields } } });
const twin = (fields: Record<string, unknown> = {}) => ({
  hubspot: { contacts: { '602': { email: 'marta@olivar.test', hubspot_owner_id: '902', ...fields } } },
});

interface Case {
  text: string;
  before?: object;
  after: object;
  owner?: string;
}

/** Escalates in one world and checks the approval in a later one: both patches are applied to the small world. */
async function approve({ text, before = {}, after, owner = 'gus' }: Case) {
  const escalated = await judged({ world: smallWorld(before), by: 'U-ASK', texts: [text] });
  const world = smallWorld(after);
  return { escalated, recheck: await rechecked(escalated, at(owner), { world, by: 'U-ASK', texts: [text] }) };
}

const exception = 'please give marta@olivar.test to Hana';

describe('an approval is stale where what it rests on has changed', () => {
  it('the owner, with both states', async () => {
    const { recheck } = await approve({ text: exception, after: lead('1S1', { OwnerId: user('jo') }) });
    expect(recheck).toMatchObject({
      kind: 'stale',
      changed: [{ fact: 'owner', shown: at('ivo'), now: at('jo') }],
      rationale: expect.stringContaining('was ivo@switchyard.test and is now jo@switchyard.test'),
    });
  });

  it('a fact that a walked rule asks for, even though the rules come out the same', async () => {
    const piotr = 'please give piotr@wisla.test to Gus';
    const { recheck } = await approve({ text: piotr, after: lead('1P1', { NumberOfEmployees: 701 }) });
    expect(recheck).toMatchObject({ kind: 'stale', changed: [{ fact: 'employees', shown: 700, now: 701 }] });
  });

  it('a missing fact that somebody filled in', async () => {
    const adam = 'adam@cisza.test has the wrong owner';
    const { recheck } = await approve({ text: adam, after: lead('1P3', { NumberOfEmployees: 5 }) });
    expect(recheck).toMatchObject({ changed: [{ fact: 'employees', shown: null, now: 5 }] });
  });

  it('the version of the rule proposed', async () => {
    const { recheck } = await approve({
      text: exception,
      after: { routing: { rules: { ES: { version: 2 } } } },
    });
    expect(recheck).toMatchObject({ changed: [{ fact: 'rule.ES', shown: 1, now: 2 }] });
  });

  it('the tier or the owner of the account that decided', async () => {
    const strategic = { text: 'berta@monolith.test has the wrong owner', owner: 'hana' };
    const tier = await approve({
      ...strategic,
      after: { routing: { named_accounts: { Monolith: { tier: 'named' } } } },
    });
    expect(tier.recheck).toMatchObject({
      changed: [{ fact: 'account.tier', shown: 'strategic', now: 'named' }],
    });
    const owner = await approve({
      ...strategic,
      after: { routing: { named_accounts: { Monolith: { owner: at('jo') } } } },
    });
    expect(owner.recheck).toMatchObject({ changed: [{ fact: 'account.owner' }] });
  });

  it('the owner of an account whose name is merely similar', async () => {
    const similar = lead('1I1', { Email: 'aoife@gmail.com', Company: 'Shamrok' });
    const { recheck } = await approve({
      text: 'aoife@gmail.com has the wrong owner',
      before: similar,
      after: { ...similar, routing: { named_accounts: { Shamrock: { owner: at('hana') } } } },
    });
    expect(recheck).toMatchObject({ changed: [{ fact: 'account.owner', shown: at('jo'), now: at('hana') }] });
  });

  it('the owner of the same person’s other record', async () => {
    const { recheck } = await approve({
      text: exception,
      before: twin(),
      after: twin({ hubspot_owner_id: '903' }),
    });
    expect(recheck).toMatchObject({
      changed: [{ fact: 'owner.hubspot.602', shown: at('ivo'), now: at('jo') }],
    });
  });

  it('a fact of the other CRM that no longer agrees', async () => {
    const { recheck } = await approve({
      text: exception,
      before: twin({ country: 'Spain' }),
      after: twin({ country: 'Greece' }),
    });
    expect(recheck).toMatchObject({ changed: [{ fact: 'country.other', shown: null, now: 'GR' }] });
  });

  it('the lead itself, which is gone', async () => {
    const { recheck } = await approve({ text: exception, after: lead('1S1', null) });
    expect(recheck).toMatchObject({ kind: 'stale', situation: null });
  });
});

describe('an approval is applied where nothing that it rests on has changed', () => {
  it.each([
    [
      'a fact that no walked rule asks for',
      lead('1S1', { Industry: 'Food', AnnualRevenue: 5, LeadSource: 'Web' }),
    ],
    ['another rule', { routing: { rules: { IE: { version: 7, assign: { owner: at('ivo') } } } } }],
    ['a policy page', { confluence: { pages: { '700': { version: 4 } } } }],
    [
      'the tier of an account that was not asked about',
      { routing: { named_accounts: { Shamrock: { tier: 'strategic' } } } },
    ],
  ])('%s', async (_, after) => {
    const { recheck } = await approve({ text: exception, after, owner: 'hana' });
    expect(recheck).toMatchObject({
      kind: 'apply',
      changes: [
        {
          record: { system: 'salesforce', id: leadId('1S1') },
          previousOwner: at('ivo'),
          newOwner: at('hana'),
          newOwnerId: user('hana'),
        },
      ],
    });
  });

  it('writes with the stamp of now', async () => {
    const { recheck } = await approve({
      text: exception,
      after: lead('1S1', { Industry: 'Food', LastModifiedDate: '2026-03-10T11:00:00Z' }),
    });
    expect(recheck).toMatchObject({ changes: [{ stamp: '2026-03-10T11:00:00Z' }] });
  });

  it('changes the counterpart along where it has the same owner', async () => {
    const { recheck } = await approve({ text: exception, before: twin(), after: twin(), owner: 'hana' });
    expect(recheck).toMatchObject({
      changes: [
        { record: { id: leadId('1S1') } },
        { record: { system: 'hubspot', id: '602' }, newOwnerId: '901' },
      ],
    });
  });

  it.each([null, '999'])(
    'leaves a counterpart without an active owner alone (%s)',
    async (hubspot_owner_id) => {
      const world = twin({ hubspot_owner_id });
      const { recheck } = await approve({ text: exception, before: world, after: world, owner: 'hana' });
      expect(recheck).toMatchObject({ changes: [{ record: { id: leadId('1S1') } }] });
    },
  );

  it('changes all open records of a duplicated person, also when it was stale once', async () => {
    const text = 'marta@olivar.test has two owners';
    const first = await approve({
      text,
      before: twin({ hubspot_owner_id: '901' }),
      after: twin({ hubspot_owner_id: '903' }),
      owner: 'gus',
    });
    expect(first.recheck.kind).toBe('stale');
    const again =
      first.recheck.kind === 'stale'
        ? { ...first.escalated, caseFile: first.recheck.caseFile }
        : first.escalated;
    const recheck = await rechecked(again, at('gus'), {
      world: smallWorld(twin({ hubspot_owner_id: '903' })),
      by: 'U-ASK',
    });
    expect(recheck).toMatchObject({
      kind: 'apply',
      changes: [{ record: { id: leadId('1S1') } }, { record: { id: '602' } }],
    });
  });

  it('writes nothing where the chosen owner has the lead already', async () => {
    const { recheck } = await approve({ text: exception, after: {}, owner: 'ivo' });
    expect(recheck).toMatchObject({ kind: 'apply', changes: [] });
  });

  it('finds the lead now that a system answers which was silent when it was escalated', async () => {
    const text = 'hugo@cierzo.test has the wrong owner';
    const escalated = await judged({
      world: smallWorld(),
      by: 'U-ASK',
      texts: [text],
      silence: { crms: ['hubspot'] },
    });
    const recheck = await rechecked(escalated, at('gus'), {
      world: smallWorld(),
      by: 'U-ASK',
      texts: [text],
    });
    expect(recheck).toMatchObject({ kind: 'apply', changes: [{ record: { system: 'hubspot', id: '601' } }] });
  });
});

it('is not applied while a CRM is silent', async () => {
  const escalated = await judged({ world: smallWorld(), by: 'U-ASK', texts: [exception] });
  const recheck = await rechecked(escalated, at('gus'), {
    world: smallWorld(),
    by: 'U-ASK',
    silence: { crms: ['hubspot'] },
  });
  expect(recheck.kind).toBe('unreachable');
});

it.each(['lea', 'nobody'])(
  'is impossible for an owner who has no active user in the CRM (%s)',
  async (owner) => {
    const { recheck } = await approve({ text: exception, after: {}, owner });
    expect(recheck.kind).toBe('impossible');
  },
);
