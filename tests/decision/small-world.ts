import { applyPatch, parseWorld, type World } from '../../electron/core/sandbox/world.ts';

const person = (email: string, name: string, roles: string[], active = true) => ({
  email: `${email}@switchyard.test`,
  name,
  slack: `U-${email.toUpperCase()}`,
  roles,
  active,
});

const lead = (id: string, name: string, about: Record<string, unknown>) => {
  const [FirstName, LastName] = name.split(' ');
  return {
    Id: `00Q000000000${id}EAA`,
    FirstName,
    LastName,
    Status: 'Open',
    IsConverted: false,
    CreatedDate: '2026-03-01T08:00:00Z',
    LastModifiedDate: '2026-03-02T08:00:00Z',
    ...about,
  };
};

const rule = (
  rule_id: string,
  priority: number,
  conditions: unknown[],
  assign: unknown,
  kind = 'territory',
) => ({
  rule_id,
  name: `Rule ${rule_id}`,
  kind,
  priority,
  conditions,
  assign,
});

const page =
  '<h1>Routing</h1><p>A lead belongs to the owner of its territory.</p><table><tr><th>Setting</th><th>Value</th></tr>' +
  '<tr><td>Auto-resolution</td><td>Allowed</td></tr><tr><td>Maximum employees for auto-resolution</td><td>4,000</td></tr>' +
  '<tr><td>Open opportunity</td><td>Escalate</td></tr></table>' +
  '<p>Requests about commissions go to Compensation. Password and access requests go to the service desk.</p>';

/**
 * A company of five sellers: gus (Spain, and the pool), hana (Poland large, and the pool), ivo (Greece), jo (Irish
 * named account), kai (strategic account; no HubSpot user). lea has left. Its rules cover ES, PL, GR, IE and PT.
 */
const world = {
  clock: '2026-03-10T10:00:00Z',
  people: [
    person('ask', 'Asha Kern', ['requester']),
    person('ops', 'Otto Pruss', ['ops_manager', 'approver']),
    person('boss', 'Bea Ossian', ['approver']),
    person('deputy', 'Dov Epps', ['approver']),
    person('gone', 'Gil Onward', ['requester'], false),
    person('gus', 'Gus Alba', ['requester', 'approver']),
    person('hana', 'Hana Bielak', ['requester', 'approver']),
    person('ivo', 'Ivo Castel', ['requester', 'approver']),
    person('jo', 'Jo Dunne', ['requester', 'approver']),
    person('kai', 'Kai Engel', ['requester', 'approver']),
  ],
  salesforce: {
    users: ['gus', 'hana', 'ivo', 'jo', 'kai', 'lea'].map((name, index) => ({
      Id: `00500000000000${index}AAA`,
      Name: {
        gus: 'Gus Alba',
        hana: 'Hana Bielak',
        ivo: 'Ivo Castel',
        jo: 'Jo Dunne',
        kai: 'Kai Engel',
        lea: 'Lea Fisk',
      }[name],
      Email: `${name}@switchyard.test`,
      IsActive: name !== 'lea',
    })),
    queues: [{ Id: '00G000000000001AAA', Name: 'Unsorted', Type: 'Queue' }],
    leads: [
      lead('1S1', 'Marta Ibarra', {
        Email: 'marta@olivar.test',
        Company: 'Olivar SL',
        Country: 'Spain',
        NumberOfEmployees: 80,
        OwnerId: '005000000000002AAA',
      }),
      lead('1P1', 'Piotr Zielony', {
        Email: 'piotr@wisla.test',
        Company: 'Wisla SA',
        Country: 'Poland',
        NumberOfEmployees: 700,
        OwnerId: '005000000000002AAA',
      }),
      lead('1P2', 'Zofia Mala', {
        Email: 'zofia@kropka.test',
        Company: 'Kropka',
        Country: 'PL',
        NumberOfEmployees: 40,
        OwnerId: '005000000000002AAA',
      }),
      lead('1P3', 'Adam Nowak', {
        Email: 'adam@cisza.test',
        Company: 'Cisza',
        Country: 'Polska',
        OwnerId: '005000000000002AAA',
      }),
      lead('1G1', 'Eleni Doukas', {
        Email: 'eleni@thalassa.test',
        Company: 'Thalassa',
        Country: 'Greece',
        NumberOfEmployees: 30,
        OwnerId: '005000000000000AAA',
      }),
      lead('1I1', 'Aoife Byrne', {
        Email: 'aoife@shamrock.test',
        Company: 'Shamrock Ltd',
        Country: 'Ireland',
        NumberOfEmployees: 90,
        OwnerId: '005000000000000AAA',
      }),
      lead('1M1', 'Berta Krol', {
        Email: 'berta@monolith.test',
        Company: 'Monolith AG',
        Country: 'Poland',
        NumberOfEmployees: 900,
        OwnerId: '005000000000002AAA',
      }),
      lead('1C1', 'Closed Deal', {
        Email: 'closed@olivar.test',
        Company: 'Olivar SL',
        Country: 'Spain',
        IsConverted: true,
        OwnerId: '005000000000002AAA',
      }),
      lead('1T1', 'Tiago Lopes', {
        Email: 'tiago@barco.test',
        Company: 'Barco',
        Country: 'Portugal',
        OwnerId: '005000000000000AAA',
      }),
      lead('1U1', 'Ulf Stray', {
        Email: 'ulf@stray.test',
        Company: 'Stray',
        Country: 'Sweden',
        OwnerId: '005000000000000AAA',
      }),
    ],
    accounts: [
      {
        Id: '001000000000001AAA',
        Name: 'Wisla',
        Website: 'https://wisla.test',
        BillingCountry: 'Poland',
        OwnerId: '005000000000003AAA',
      },
    ],
    opportunities: [],
  },
  hubspot: {
    owners: ['gus', 'hana', 'ivo', 'jo'].map((name, index) => ({
      id: `90${index}`,
      email: `${name}@switchyard.test`,
      firstName: name,
      lastName: 'Seller',
    })),
    contacts: [
      {
        id: '601',
        firstname: 'Hugo',
        lastname: 'Prado',
        email: 'hugo@cierzo.test',
        company: 'Cierzo',
        country: 'Spain',
        hubspot_owner_id: '902',
        createdate: '2026-02-01T08:00:00Z',
        lastmodifieddate: '2026-02-02T08:00:00Z',
      },
    ],
  },
  confluence: {
    pages: [{ id: '700', title: 'Routing policy', version: 3, labels: ['lead-routing-policy'], body: page }],
  },
  routing: {
    rules: [
      rule('ES', 20, [{ field: 'country', op: 'eq', value: 'ES' }], { owner: 'gus@switchyard.test' }),
      rule(
        'PL-L',
        10,
        [
          { field: 'country', op: 'eq', value: 'PL' },
          { field: 'employees', op: 'gte', value: 500 },
        ],
        { owner: 'hana@switchyard.test' },
      ),
      rule(
        'PL-S',
        20,
        [
          { field: 'country', op: 'eq', value: 'PL' },
          { field: 'employees', op: 'lt', value: 500 },
        ],
        { pool: 'small' },
        'round_robin',
      ),
      rule('GR', 20, [{ field: 'country', op: 'eq', value: 'GR' }], { owner: 'ivo@switchyard.test' }),
      rule('IE', 20, [{ field: 'country', op: 'eq', value: 'IE' }], { owner: 'gus@switchyard.test' }),
      rule('PT-A', 20, [{ field: 'country', op: 'eq', value: 'PT' }], { owner: 'gus@switchyard.test' }),
      rule(
        'PT-B',
        20,
        [{ field: 'country', op: 'eq', value: 'PT' }],
        { owner: 'ivo@switchyard.test' },
        'segment',
      ),
    ],
    named_accounts: [
      { name: 'Monolith', domains: ['monolith.test'], tier: 'strategic', owner: 'kai@switchyard.test' },
      { name: 'Shamrock', domains: ['shamrock.test'], tier: 'named', owner: 'jo@switchyard.test' },
    ],
    pools: [
      {
        pool: 'small',
        time_zone: 'Europe/Warsaw',
        members: [
          { owner: 'gus@switchyard.test', weight: 1 },
          { owner: 'hana@switchyard.test', weight: 2 },
        ],
      },
    ],
    escalation_owners: [
      {
        reason: '*',
        approver: 'boss@switchyard.test',
        delegate: 'deputy@switchyard.test',
        review_window: 'PT4H',
      },
      { reason: 'missing_firmographics', approver: 'ops@switchyard.test', review_window: 'PT8H' },
    ],
  },
};

/** The small world, changed by a merge patch as scenarios write it. */
export const smallWorld = (patch: unknown = {}): World =>
  parseWorld(applyPatch(world, patch), 'the small world');
