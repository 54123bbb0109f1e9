import { describe, expect, it } from 'vitest';
import { type Asked, judged, outlineOf } from './judged.ts';
import { smallWorld } from './small-world.ts';

const at = (name: string) => `${name}@switchyard.test`;
const leadId = (id: string) => `00Q000000000${id}EAA`;
const salesforceUser = (name: string) =>
  `00500000000000${['gus', 'hana', 'ivo', 'jo', 'kai', 'lea'].indexOf(name)}AAA`;
const leads = (id: string, fields: unknown) => ({ salesforce: { leads: { [leadId(id)]: fields } } });
const contact = (fields: Record<string, unknown>) => ({
  hubspot: { contacts: { '602': { createdate: '2026-02-01T08:00:00Z', ...fields } } },
});
const policy = (...rows: [string, string][]) => ({
  confluence: {
    pages: {
      '700': {
        body: `<table><tr><th>Setting</th><th>Value</th></tr>${rows.map(([name, value]) => `<tr><td>${name}</td><td>${value}</td></tr>`).join('')}</table>`,
      },
    },
  },
});

async function decide(text: string | string[], patch: unknown = {}, more: Partial<Asked> = {}) {
  const result = await judged({ world: smallWorld(patch), by: 'U-ASK', texts: [text].flat(), ...more });
  return { ...outlineOf(result), result };
}

const spain = 'marta@olivar.test is with the wrong owner';

describe('steps 1 to 3: who asks, what about, which lead', () => {
  it('1: rejects somebody who is not in the people list', async () => {
    expect(await decide(spain, {}, { by: 'U-NOBODY' })).toMatchObject({
      kind: 'reject',
      reason: 'unauthenticated',
      policy: [],
    });
  });

  it('1: rejects somebody who has left', async () => {
    expect(await decide(spain, {}, { by: 'U-GONE' })).toMatchObject({
      kind: 'reject',
      reason: 'unauthenticated',
    });
  });

  it('2: rejects what is no routing matter and says where to go, quoting the policy', async () => {
    const { result, ...outline } = await decide('Where do I find my commission statement?');
    expect(outline).toMatchObject({ kind: 'reject', reason: 'out_of_scope', policy: ['700@3'] });
    expect(result).toMatchObject({ reply: expect.stringContaining('Compensation') });
  });

  it('3: asks which lead where none is named', async () => {
    expect(await decide('A lead of mine went to the wrong person')).toMatchObject({
      kind: 'wait',
      reason: 'lead_not_named',
    });
  });

  it('3: asks again where none is found', async () => {
    expect(await decide('nobody@olivar.test has the wrong owner')).toMatchObject({
      kind: 'wait',
      reason: 'lead_not_found',
    });
  });

  it('3: does not take another person of the company for the one that was named', async () => {
    expect(await decide('Pedro Nuevo at Olivar has the wrong owner')).toMatchObject({
      kind: 'wait',
      reason: 'lead_not_found',
    });
  });

  it('3: does not take somebody of the same name at another company', async () => {
    expect(await decide('Marta Ibarra at Zenith has the wrong owner')).toMatchObject({
      kind: 'wait',
      reason: 'lead_not_found',
    });
  });

  const twoMartas = leads('2M2', {
    FirstName: 'Marta',
    LastName: 'Ibarra',
    Email: 'm.ibarra@roca.test',
    Company: 'Roca',
    Country: 'ES',
    NumberOfEmployees: 5,
    OwnerId: salesforceUser('ivo'),
  });

  it('3: names the candidates with name and company where several people fit', async () => {
    const { result, ...outline } = await decide('Marta Ibarra has the wrong owner', twoMartas);
    expect(outline).toMatchObject({ kind: 'wait', reason: 'lead_ambiguous' });
    expect(result).toMatchObject({
      reply: expect.stringMatching(/1\. Marta Ibarra, Olivar SL\n2\. Marta Ibarra, Roca/),
    });
  });

  it.each([
    ['the second one', leadId('2M2')],
    ['2', leadId('2M2')],
    ['#1 please', leadId('1S1')],
    ['the one at Roca', leadId('2M2')],
    ['Roca', leadId('2M2')],
    ['olivar, thanks', leadId('1S1')],
    ['m.ibarra@roca.test', leadId('2M2')],
    ['the last one', leadId('2M2')],
  ])('3: "%s" chooses among the candidates', async (answer, target) => {
    const first = await decide('Marta Ibarra has the wrong owner', twoMartas);
    const { candidates } = first.result.caseFile;
    expect(
      await decide(['Marta Ibarra has the wrong owner', answer], twoMartas, { request: { candidates } }),
    ).toMatchObject({ kind: 'change', target });
  });

  it('3: the same e-mail in both CRMs is one lead: Salesforce has the target', async () => {
    const both = contact({
      email: 'Marta@Olivar.test',
      firstname: 'Marta',
      lastname: 'Ibarra',
      hubspot_owner_id: '902',
    });
    const { result, ...outline } = await decide(spain, both);
    expect(outline).toMatchObject({ kind: 'change', target: leadId('1S1') });
    expect(result.caseFile.counterpart?.id).toBe('602');
  });
});

describe('step 4: a CRM that does not answer', () => {
  it('comes before "not found"', async () => {
    expect(
      await decide('nobody@olivar.test has the wrong owner', {}, { silence: { crms: ['hubspot'] } }),
    ).toMatchObject({ kind: 'escalate', step: 4, reason: 'tool_failure', approver: at('boss') });
  });

  it('comes before "several people"', async () => {
    const two = leads('2M2', {
      FirstName: 'Marta',
      LastName: 'Ibarra',
      Email: 'm.ibarra@roca.test',
      Company: 'Roca',
    });
    expect(
      await decide('Marta Ibarra has the wrong owner', two, { silence: { crms: ['hubspot'] } }),
    ).toMatchObject({ reason: 'tool_failure' });
  });

  it('does not keep from asking where no lead is named', async () => {
    expect(
      await decide('a lead is with the wrong owner', {}, { silence: { crms: ['hubspot'] } }),
    ).toMatchObject({ kind: 'wait', reason: 'lead_not_named' });
  });

  it.each(['find_accounts', 'find_opportunities', 'find_duplicates'] as const)(
    'escalates where %s fails for a lead that was found',
    async (tool) => {
      expect(
        await decide('piotr@wisla.test has the wrong owner', {}, { silence: { tools: [tool] } }),
      ).toMatchObject({ kind: 'escalate', step: 4, reason: 'tool_failure' });
    },
  );

  it('comes before an unreadable policy', async () => {
    expect(await decide(spain, {}, { silence: { crms: ['hubspot'], policy: true } })).toMatchObject({
      reason: 'tool_failure',
    });
  });
});

describe('steps 5 to 11: what no agent decides', () => {
  it('5: no policy page', async () => {
    expect(await decide(spain, { confluence: { pages: { '700': null } } })).toMatchObject({
      step: 5,
      reason: 'policy_unavailable',
      policy: [],
      rule: 'ES',
    });
  });

  it('5: comes before a locked record', async () => {
    expect(await decide('closed@olivar.test wrong owner', {}, { silence: { policy: true } })).toMatchObject({
      reason: 'policy_unavailable',
    });
  });

  it('6: a converted lead', async () => {
    expect(await decide('closed@olivar.test has the wrong owner')).toMatchObject({
      step: 6,
      reason: 'record_locked',
    });
  });

  it('6: comes before a strategic account', async () => {
    expect(
      await decide('berta@monolith.test has the wrong owner', leads('1M1', { IsConverted: true })),
    ).toMatchObject({ reason: 'record_locked' });
  });

  it('7: a strategic account by domain goes to the account owner, and proposes them', async () => {
    const { result, ...outline } = await decide('berta@monolith.test has the wrong owner');
    expect(outline).toMatchObject({
      step: 7,
      reason: 'strategic_account',
      approver: at('kai'),
      priority: 'High',
      rule: 'PL-L',
      policy: ['700@3'],
    });
    expect(result.caseFile.proposal?.owner).toBe(at('kai'));
  });

  it('7: a strategic account by normalised name, under a free-mail address', async () => {
    expect(
      await decide(
        'berta@gmail.com has the wrong owner',
        leads('1M1', { Email: 'berta@gmail.com', Company: 'MONOLITH A.G.' }),
      ),
    ).toMatchObject({ step: 7, reason: 'strategic_account' });
  });

  it('7: comes before duplicates', async () => {
    expect(
      await decide('berta@monolith.test', contact({ email: 'berta@monolith.test', hubspot_owner_id: '900' })),
    ).toMatchObject({ reason: 'strategic_account' });
  });

  it('8: another open record with a different active owner in the other CRM', async () => {
    const { result, ...outline } = await decide(
      spain,
      contact({ email: 'marta@olivar.test', hubspot_owner_id: '901' }),
    );
    expect(outline).toMatchObject({ step: 8, reason: 'duplicate_ownership', rule: 'ES' });
    expect(result.caseFile.proposal?.owner).toBe(at('gus'));
  });

  it('8: the same normalised name and company domain in one CRM', async () => {
    const twin = leads('2D1', {
      FirstName: 'Márta',
      LastName: 'Ibarra',
      Email: 'ibarra@olivar.test',
      Company: 'Olivar',
      OwnerId: salesforceUser('gus'),
    });
    expect(await decide(spain, twin)).toMatchObject({ step: 8, reason: 'duplicate_ownership' });
  });

  it.each([
    ['the same owner', { hubspot_owner_id: '902' }],
    ['no owner', { hubspot_owner_id: null }],
    ['an archived record', { hubspot_owner_id: '901', archived: true }],
  ])('8: %s makes no duplicate', async (_, fields) => {
    expect(await decide(spain, contact({ email: 'marta@olivar.test', ...fields }))).toMatchObject({
      kind: 'change',
      owner: at('gus'),
    });
  });

  it('8: neither does an owner who has left, a queue, or a converted record', async () => {
    const twins = {
      salesforce: {
        leads: Object.fromEntries(
          [
            { OwnerId: salesforceUser('lea') },
            { OwnerId: '00G000000000001AAA' },
            { OwnerId: salesforceUser('gus'), IsConverted: true },
          ].map((fields, index) => [
            leadId(`2D${index}`),
            {
              LastName: 'Ibarra',
              Email: 'marta@olivar.test',
              LastModifiedDate: '2026-01-01T00:00:00Z',
              ...fields,
            },
          ]),
        ),
      },
    };
    expect(await decide(spain, twins)).toMatchObject({ kind: 'change', target: leadId('1S1') });
  });

  it('9: the CRMs disagree and the rules give different outcomes', async () => {
    const { result, ...outline } = await decide(
      spain,
      contact({ email: 'marta@olivar.test', country: 'Greece', hubspot_owner_id: '902' }),
    );
    expect(outline).toMatchObject({ step: 9, reason: 'data_conflict' });
    expect(result.rationale).toContain('country is ES');
  });

  it('9: a pool is compared as a pool, so two values that lead to it do not conflict', async () => {
    const both = contact({
      email: 'zofia@kropka.test',
      country: 'Poland',
      numemployees: '60',
      hubspot_owner_id: '902',
    });
    expect(await decide('zofia@kropka.test wrong owner', both)).toMatchObject({
      kind: 'change',
      rule: 'PL-S',
    });
  });

  it('9: a disagreement that no rule asks about does not matter', async () => {
    const both = contact({
      email: 'marta@olivar.test',
      country: 'Spain',
      numemployees: 9,
      hubspot_owner_id: '902',
    });
    expect(await decide(spain, both)).toMatchObject({ kind: 'change', rule: 'ES' });
  });

  it('10: a fact is missing in every system, and is named', async () => {
    const { result, ...outline } = await decide('adam@cisza.test has the wrong owner');
    expect(outline).toMatchObject({
      step: 10,
      reason: 'missing_firmographics',
      approver: at('ops'),
      rule: null,
    });
    expect(result.rationale).toContain('employees');
  });

  it('10: what another system knows is not missing', async () => {
    const company = {
      hubspot: { companies: { '801': { name: 'Cisza', domain: 'cisza.test', numberofemployees: 600 } } },
    };
    const { result, ...outline } = await decide('adam@cisza.test has the wrong owner', company);
    expect(outline).toMatchObject({ kind: 'change', owner: at('hana'), rule: 'PL-L' });
    expect(result.caseFile.facts?.employees).toEqual({
      value: 600,
      origin: 'HubSpot company 801',
      others: [],
    });
  });

  it('10: two rules of one priority', async () => {
    const { result, ...outline } = await decide('tiago@barco.test has the wrong owner');
    expect(outline).toMatchObject({ step: 10, reason: 'rule_conflict', rule: null });
    expect(result.caseFile.proposal).toBeNull();
    expect(result.caseFile.options.map(({ owner }) => owner)).toEqual([at('gus'), at('ivo')]);
  });

  it('10: no rule', async () => {
    expect(await decide('ulf@stray.test has the wrong owner')).toMatchObject({
      step: 10,
      reason: 'no_matching_rule',
    });
  });

  it('10: an owner without a user in the target CRM', async () => {
    const toKai = { routing: { rules: { ES: { assign: { owner: at('kai') } } } } };
    expect(await decide('hugo@cierzo.test has the wrong owner', toKai)).toMatchObject({
      step: 10,
      reason: 'no_available_owner',
      rule: null,
    });
    expect(await decide(spain, toKai)).toMatchObject({ kind: 'change', owner: at('kai') });
  });

  it('10: an owner who has left', async () => {
    expect(await decide(spain, { people: { [at('gus')]: { active: false } } })).toMatchObject({
      reason: 'no_available_owner',
    });
  });

  it('10: a pool in which nobody is free', async () => {
    const night = {
      routing: {
        pools: { small: { members: [{ owner: at('gus'), working_hours: 'Mon-Fri 08:00-09:00' }] } },
      },
    };
    expect(await decide('zofia@kropka.test has the wrong owner', night)).toMatchObject({
      reason: 'no_available_owner',
    });
  });

  it('11: a named account whose owner the rules do not give', async () => {
    const { result, ...outline } = await decide('aoife@shamrock.test has the wrong owner');
    expect(outline).toMatchObject({
      step: 11,
      reason: 'named_account_conflict',
      approver: at('jo'),
      priority: 'High',
      rule: 'IE',
    });
    expect(result.caseFile.proposal?.owner).toBe(at('jo'));
  });

  it('11: comes before "right already"', async () => {
    expect(
      await decide('aoife@shamrock.test ok?', {
        routing: { named_accounts: { Shamrock: { owner: at('ivo') } } },
      }),
    ).toMatchObject({ reason: 'named_account_conflict' });
  });

  it('11: a merely similar name is a conflict when the owners differ', async () => {
    const similar = leads('1I1', { Email: 'aoife@gmail.com', Company: 'Shamrok' });
    const { result, ...outline } = await decide('aoife@gmail.com has the wrong owner', similar);
    expect(outline).toMatchObject({
      step: 11,
      reason: 'named_account_conflict',
      approver: at('jo'),
      priority: 'Medium',
    });
    expect(result.caseFile.restsOn).toMatchObject({ 'account.tier': 'named', 'account.owner': at('jo') });
  });

  it('11: a named account whose owner the rules give is none', async () => {
    expect(
      await decide('aoife@shamrock.test has the wrong owner', {
        ...leads('1I1', { OwnerId: salesforceUser('ivo') }),
        routing: { named_accounts: { Shamrock: { owner: at('gus') } } },
      }),
    ).toMatchObject({ kind: 'change', owner: at('gus'), priority: 'High' });
  });

  it('11: an account owner who is in the pool counts as the rules’ owner', async () => {
    const named = {
      routing: { named_accounts: { Kropka: { tier: 'named', domains: ['kropka.test'], owner: at('gus') } } },
    };
    expect(await decide('zofia@kropka.test has the wrong owner', named)).toMatchObject({
      kind: 'change',
      owner: at('gus'),
      rule: 'PL-S',
    });
  });
});

describe('steps 12 to 15: what the agent may do', () => {
  it('12: right already', async () => {
    expect(await decide(spain, leads('1S1', { OwnerId: salesforceUser('gus') }))).toMatchObject({
      kind: 'complete',
      step: 12,
      owner: at('gus'),
      rule: 'ES',
    });
  });

  it('12: a member of the pool has it already', async () => {
    expect(
      await decide('zofia@kropka.test?', leads('1P2', { OwnerId: salesforceUser('gus') })),
    ).toMatchObject({ kind: 'complete', owner: at('gus') });
  });

  it('12: no policy setting matters where nothing changes', async () => {
    expect(
      await decide(spain, {
        ...leads('1S1', { OwnerId: salesforceUser('gus') }),
        ...policy(['Auto-resolution', 'Not allowed']),
      }),
    ).toMatchObject({ kind: 'complete' });
  });

  it.each([
    ['Auto-resolution', 'Not allowed', {}],
    ['auto-resolution ', 'not  allowed', {}],
    ['Auto-resolution reasons excluded', 'Territory corrections', {}],
    ['Auto-resolution reasons excluded', 'round_robin, territory', {}],
    ['Maximum employees for auto-resolution', '79', {}],
    ['Maximum annual revenue for auto-resolution', '1,000,000 EUR', {}],
    ['Protected owners', 'Ivo Castel &lt;ivo@switchyard.test&gt;', {}],
    ['Change freeze', '2026-03-10..2026-03-10', {}],
    ['Maximum employees for auto-resolution', 'a few', {}],
  ])('13: %s: %s', async (name, value, patch) => {
    const { result, ...outline } = await decide(spain, { ...policy([name, value]), ...patch });
    expect(outline).toMatchObject({ step: 13, reason: 'policy_requires_approval', rule: 'ES' });
    expect(result.rationale).toContain(name.trim());
    expect(result.caseFile.proposal?.owner).toBe(at('gus'));
    expect(result.caseFile.quotes.map(({ passage }) => passage)).toEqual([
      expect.stringContaining(name.trim()),
    ]);
  });

  it.each([
    ['Auto-resolution reasons excluded', 'segment, round robin'],
    ['Auto-resolution reasons excluded', 'None'],
    ['Maximum employees for auto-resolution', '80'],
    ['Protected owners', 'jo@switchyard.test'],
    ['Change freeze', '2026-03-01..2026-03-09, 2026-03-11 to 2026-03-12'],
    ['Open opportunity', 'Escalate'],
    ['Colour of the sky', 'Blue'],
  ])('13: %s: %s demands nothing here', async (name, value) => {
    expect(await decide(spain, policy([name, value]))).toMatchObject({ kind: 'change', owner: at('gus') });
  });

  it('13: an open opportunity of the account', async () => {
    const open = {
      salesforce: {
        opportunities: { '006000000000001AAA': { Name: 'Big', AccountId: '001000000000001AAA' } },
        leads: { [leadId('1P1')]: { NumberOfEmployees: 700 } },
      },
    };
    expect(await decide('piotr@wisla.test has the wrong owner', open)).toMatchObject({
      step: 13,
      reason: 'policy_requires_approval',
    });
  });

  it('13: of two pages the stricter value wins, and both are quoted', async () => {
    const second = {
      confluence: {
        pages: {
          '701': {
            title: 'More',
            version: 1,
            body: '<table><tr><th>Setting</th><th>Value</th></tr><tr><td>maximum employees for auto-resolution</td><td>50</td></tr></table>',
          },
        },
      },
    };
    const { result, ...outline } = await decide(spain, second);
    expect(outline).toMatchObject({ reason: 'policy_requires_approval', policy: ['700@3', '701@1'] });
    expect(result.caseFile.quotes.map(({ passage }) => passage)).toEqual([
      'Maximum employees for auto-resolution: 4,000',
      'maximum employees for auto-resolution: 50',
    ]);
  });

  it('13: a freeze is whole days of the organisation’s zone', async () => {
    const freeze = policy(['Change freeze', '2026-03-11..2026-03-12']);
    const late = { now: '2026-03-10T23:30:00Z' };
    expect(await decide(spain, freeze, late)).toMatchObject({ kind: 'change' });
    expect(await decide(spain, freeze, { ...late, timeZone: 'Europe/Madrid' })).toMatchObject({
      reason: 'policy_requires_approval',
    });
  });

  it('13: somebody else asked for, though the lead is right: approval first', async () => {
    const patch = {
      ...leads('1S1', { OwnerId: salesforceUser('gus') }),
      ...policy(['Auto-resolution', 'Not allowed']),
    };
    expect(await decide('give marta@olivar.test to Hana', patch)).toMatchObject({ step: 13 });
  });

  it('14: another owner asked for, with both as options', async () => {
    const { result, ...outline } = await decide('please give marta@olivar.test to Hana Bielak');
    expect(outline).toMatchObject({ step: 14, reason: 'policy_exception', rule: 'ES' });
    expect(result.caseFile.proposal?.owner).toBe(at('gus'));
    expect(result.caseFile.options.map(({ owner }) => owner)).toEqual([at('gus'), at('hana'), at('ivo')]);
  });

  it('14: the present owner asked for is nobody', async () => {
    expect(await decide('marta@olivar.test should stay with Ivo')).toMatchObject({
      kind: 'change',
      owner: at('gus'),
    });
  });

  it('14: a member of the pool may be asked for', async () => {
    expect(await decide('zofia@kropka.test should go to Gus')).toMatchObject({
      kind: 'change',
      owner: at('gus'),
      rule: 'PL-S',
    });
  });

  it('14: somebody who has left may not', async () => {
    expect(await decide('give marta@olivar.test to Lea Fisk')).toMatchObject({ reason: 'policy_exception' });
  });

  it('15: the rules’ owner, by a queue’s lead too', async () => {
    expect(await decide(spain, leads('1S1', { OwnerId: '00G000000000001AAA' }))).toMatchObject({
      kind: 'change',
      step: 15,
      owner: at('gus'),
      rule: 'ES',
      policy: ['700@3'],
      reason: null,
    });
  });

  it('15: a pool leaves the owner to its turn', async () => {
    const { result, ...outline } = await decide('zofia@kropka.test has the wrong owner');
    expect(outline).toMatchObject({ kind: 'change', owner: null, rule: 'PL-S' });
    expect(result).toMatchObject({ pool: 'small' });
  });

  it('15: the account’s owner, where a rule says so', async () => {
    const rule = { routing: { rules: { 'PL-L': { assign: 'account_owner' } } } };
    expect(await decide('piotr@wisla.test has the wrong owner', rule)).toMatchObject({
      kind: 'change',
      owner: at('jo'),
    });
    expect(
      await decide('piotr@wisla.test has the wrong owner', {
        ...rule,
        salesforce: { accounts: { '001000000000001AAA': null } },
      }),
    ).toMatchObject({ reason: 'missing_firmographics' });
  });
});

describe('priority', () => {
  it.each([
    [spain, {}, 'Medium'],
    [`urgent: ${spain}`, {}, 'High'],
    [`${spain}, not urgent`, {}, 'Low'],
    [`${spain}, no rush at all`, leads('1S1', { CreatedDate: '2026-03-09T11:00:00Z' }), 'High'],
    [spain, leads('1S1', { CreatedDate: '2026-03-09T09:00:00Z' }), 'Medium'],
  ])('%s', async (text, patch, priority) => {
    expect(await decide(text, patch)).toMatchObject({ priority });
  });

  it('is the higher of the computed one and the one on the form', async () => {
    expect(await decide(spain, {}, { request: { chosenPriority: 'High' } })).toMatchObject({
      priority: 'High',
    });
    expect(await decide(spain, {}, { request: { chosenPriority: 'Low' } })).toMatchObject({
      priority: 'Medium',
    });
  });
});

describe('who decides', () => {
  const rows = (...more: unknown[]) => ({
    routing: {
      escalation_owners: {
        rule_conflict: { approver: at('deputy'), delegate: at('ops'), region: ['PT'] },
        ...Object.fromEntries(more as [string, unknown][]),
      },
    },
  });

  it('the row for the reason and the region', async () => {
    expect(await decide('tiago@barco.test has the wrong owner', rows())).toMatchObject({
      approver: at('deputy'),
    });
  });

  it('the default row where the region is another', async () => {
    const elsewhere = {
      routing: { escalation_owners: { rule_conflict: { approver: at('deputy'), region: ['ES'] } } },
    };
    expect(await decide('tiago@barco.test has the wrong owner', elsewhere)).toMatchObject({
      approver: at('boss'),
    });
  });

  it('the delegate, where the approver asks', async () => {
    expect(await decide('ulf@stray.test has the wrong owner', {}, { by: 'U-BOSS' })).toMatchObject({
      approver: at('deputy'),
    });
  });

  it('the default row, where the account’s owner has left', async () => {
    expect(
      await decide('aoife@shamrock.test has the wrong owner', { people: { [at('jo')]: { active: false } } }),
    ).toMatchObject({ approver: at('boss') });
  });

  it('whoever returned the case before', async () => {
    expect(
      await decide('ulf@stray.test has the wrong owner', {}, { request: { earlierApprover: at('ops') } }),
    ).toMatchObject({ approver: at('ops') });
  });
});
