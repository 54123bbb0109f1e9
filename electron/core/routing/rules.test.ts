import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Fact,
  type FactName,
  type Facts,
  type FactValue,
  factNames,
} from '../../../shared/model/lead.ts';
import { type Condition, Rule } from '../../../shared/model/rule.ts';
import { compileRules, disputedFacts, type Truth, walkRules } from './rules.ts';

const now = new Date('2026-05-18T09:00:00Z');
const at = { now, timeZone: 'Europe/Berlin' };

function factsOf(
  values: Partial<Record<FactName, FactValue | null>>,
  others: Partial<Record<FactName, FactValue>> = {},
): Facts {
  const fact = (name: FactName): Fact => ({
    value: values[name] ?? null,
    origin: null,
    others: others[name] === undefined ? [] : [{ value: others[name], origin: 'HubSpot contact 1' }],
  });
  return Object.fromEntries(factNames.map((name) => [name, fact(name)])) as Facts;
}

const rule = (rule_id: string, about: object): Rule =>
  Rule.parse({
    rule_id,
    name: rule_id,
    kind: 'territory',
    priority: 1,
    conditions: [],
    assign: { owner: 'a@x.test' },
    ...about,
  });

function truthOf(condition: object, values: Partial<Record<FactName, FactValue | null>>): Truth | undefined {
  const set = compileRules([rule('R', { conditions: [condition] })], at);
  return walkRules(set, factsOf(values), null).path[0]?.result;
}

describe('operators', () => {
  it.each<[Condition, FactValue, Truth]>([
    [{ field: 'country', op: 'eq', value: 'Germany' }, 'DE', 'true'],
    [{ field: 'country', op: 'in', value: ['Deutschland', 'at'] }, 'AT', 'true'],
    [{ field: 'country', op: 'neq', value: 'USA' }, 'US', 'false'],
    [{ field: 'country', op: 'not_in', value: ['DE', 'AT'] }, 'FR', 'true'],
    [{ field: 'state', op: 'eq', value: 'Texas' }, 'TX', 'true'],
    [{ field: 'employees', op: 'eq', value: '250' }, 250, 'true'],
    [{ field: 'employees', op: 'in', value: ['250', 300] }, 300, 'true'],
    [{ field: 'employees', op: 'gte', value: '250' }, 249, 'false'],
    [{ field: 'employees', op: 'gt', value: 250 }, 250, 'false'],
    [{ field: 'employees', op: 'lt', value: 250 }, 249, 'true'],
    [{ field: 'employees', op: 'lte', value: 250 }, 250, 'true'],
    [{ field: 'employees', op: 'between', value: [50, 250] }, 250, 'true'],
    [{ field: 'employees', op: 'between', value: [50, 250] }, 251, 'false'],
    [{ field: 'employees', op: 'gt', value: 'many' }, 5, 'false'],
    [{ field: 'postalCode', op: 'starts_with', value: 20 }, '20095', 'true'],
    [{ field: 'postalCode', op: 'starts_with', value: '0' }, '01067', 'true'],
    [{ field: 'postalCode', op: 'eq', value: 75002 }, '75002', 'true'],
    [{ field: 'postalCode', op: 'between', value: [10000, 19999] }, '9999', 'false'],
    [{ field: 'postalCode', op: 'between', value: ['10000', '19999'] }, '10115', 'true'],
    [{ field: 'industry', op: 'eq', value: 'FOOD_BEVERAGES' }, 'Food Beverages', 'true'],
    [{ field: 'industry', op: 'contains', value: 'manu' }, 'Manufacturing', 'true'],
    [{ field: 'company', op: 'contains', value: ' Marine' }, 'Fjord  marine AS', 'true'],
    [{ field: 'domain', op: 'eq', value: 'https://www.titan.test' }, 'titan.test', 'true'],
    [{ field: 'owner', op: 'eq', value: 'Ana@X.test' }, 'ana@x.test', 'true'],
    [{ field: 'isConverted', op: 'eq', value: 'false' }, false, 'true'],
    [{ field: 'createdAt', op: 'gte', value: '2026-05-10' }, '2026-05-09T22:30:00Z', 'true'],
    [{ field: 'createdAt', op: 'gt', value: '2026-05-10' }, '2026-05-10T20:00:00Z', 'false'],
    [{ field: 'createdAt', op: 'lt', value: '2026-05-10T08:00:00Z' }, '2026-05-10T09:30:00+02:00', 'true'],
    [{ field: 'createdAt', op: 'eq', value: '2026-05-10' }, '2026-05-10T21:59:59.000+0000', 'true'],
    [
      { field: 'createdAt', op: 'between', value: ['2026-05-01', '2026-05-10'] },
      '2026-05-10T21:00:00Z',
      'true',
    ],
    [{ field: 'createdAt', op: 'starts_with', value: '2026-05' }, '2026-05-10T21:00:00Z', 'true'],
    [{ field: 'employees', op: 'is_known' }, 0, 'true'],
    [{ field: 'employees', op: 'is_known', value: false }, 0, 'false'],
  ])('%j of %j is %s', (condition, value, result) => {
    expect(truthOf(condition, { [condition.field]: value })).toBe(result);
  });

  it.each<[Condition, Truth]>([
    [{ field: 'employees', op: 'gte', value: 1 }, 'unknown'],
    [{ field: 'country', op: 'neq', value: 'DE' }, 'unknown'],
    [{ field: 'country', op: 'not_in', value: ['DE'] }, 'unknown'],
    [{ field: 'country', op: 'in', value: [] }, 'unknown'],
    [{ field: 'employees', op: 'is_known' }, 'false'],
    [{ field: 'employees', op: 'is_known', value: false }, 'true'],
  ])('%j of an unknown fact is %s', (condition, result) => {
    expect(truthOf(condition, {})).toBe(result);
  });
});

describe('which rules are walked', () => {
  const rules = [
    rule('LATE', { priority: 3, assign: { owner: 'late@x.test' } }),
    rule('OFF', { enabled: false }),
    rule('OVER', { active_to: '2026-05-17' }),
    rule('SOON', { active_from: '2026-05-19' }),
    rule('TODAY', {
      priority: 2,
      active_from: '2026-05-18',
      active_to: '2026-05-18',
      assign: { owner: 'b@x.test' },
    }),
    rule('NO', {
      priority: 2,
      conditions: [
        { field: 'country', op: 'eq', value: 'FR' },
        { field: 'state', op: 'is_known' },
      ],
    }),
  ];

  it('the enabled and active ones, up to the first number at which one is true, every condition of each', () => {
    const walk = walkRules(compileRules(rules, at), factsOf({ country: 'DE' }), null);
    expect(walk).toMatchObject({
      result: { kind: 'owner', owner: 'b@x.test' },
      path: [
        { ruleId: 'NO', result: 'false', conditions: [{ result: 'false' }, { result: 'false' }] },
        { ruleId: 'TODAY', result: 'true', conditions: [] },
      ],
      factsUsed: ['country', 'state'],
      usesAccountOwner: false,
    });
    expect(walk.path).toHaveLength(2);
  });

  it('an unknown rule at the best number or before it hides the outcome; one behind it does not', () => {
    const unknown = (priority: number) =>
      rule(`U${priority}`, { priority, conditions: [{ field: 'employees', op: 'gt', value: 1 }] });
    const resultWith = (priority: number) =>
      walkRules(compileRules([rule('T', { priority: 5 }), unknown(priority)], at), factsOf({}), null).result;
    expect([4, 5, 6].map((priority) => resultWith(priority).kind)).toEqual([
      'missing_firmographics',
      'missing_firmographics',
      'owner',
    ]);
  });

  it('an account’s owner that nobody knows makes a rule that holds unknown, one that does not hold false', () => {
    const set = compileRules(
      [rule('A', { assign: 'account_owner', conditions: [{ field: 'country', op: 'eq', value: 'DE' }] })],
      at,
    );
    expect(walkRules(set, factsOf({ country: 'DE' }), null).result).toEqual({
      kind: 'missing_firmographics',
      missing: ['account'],
    });
    expect(walkRules(set, factsOf({ country: 'FR' }), null).result).toEqual({ kind: 'no_matching_rule' });
    expect(walkRules(set, factsOf({ country: 'DE' }), 'o@x.test').result).toMatchObject({
      kind: 'owner',
      owner: 'o@x.test',
    });
  });

  it('the same owner by two rules is no conflict, an owner and a pool are one', () => {
    const same = [rule('A', {}), rule('B', { assign: 'account_owner' })];
    expect(walkRules(compileRules(same, at), factsOf({}), 'a@x.test').result).toMatchObject({
      kind: 'owner',
      rule: { rule_id: 'A' },
    });
    const pool = [rule('A', {}), rule('B', { assign: { pool: 'p' } })];
    expect(walkRules(compileRules(pool, at), factsOf({}), null).result).toMatchObject({
      kind: 'rule_conflict',
      owners: ['a@x.test', 'pool p'],
    });
  });
});

describe('facts on which the CRMs disagree', () => {
  const country = (code: string, assign: object) =>
    rule(code, { assign, conditions: [{ field: 'country', op: 'eq', value: code }] });

  it('matter only where the rules give something else', () => {
    const rules = [
      country('DE', { owner: 'a@x.test' }),
      country('AT', { owner: 'a@x.test' }),
      country('FR', { owner: 'b@x.test' }),
    ];
    const disputed = (other: string) =>
      disputedFacts(
        compileRules(rules, at),
        factsOf({ country: 'DE', industry: 'A' }, { country: other, industry: 'B' }),
        null,
      );
    expect([disputed('AT'), disputed('FR'), disputed('ES')]).toEqual([[], ['country'], ['country']]);
  });

  it('can matter only together', () => {
    const both = rule('R', {
      priority: 1,
      assign: { owner: 'b@x.test' },
      conditions: [
        { field: 'country', op: 'eq', value: 'FR' },
        { field: 'industry', op: 'eq', value: 'B' },
      ],
    });
    const set = compileRules([both, rule('ELSE', { priority: 2 })], at);
    expect(
      disputedFacts(set, factsOf({ country: 'DE', industry: 'A' }, { country: 'FR', industry: 'B' }), null),
    ).toEqual(['country', 'industry']);
  });
});

/** The walk as policy words it, for a plain reading of the same rules: employees and country only. */
function naive(rules: readonly Rule[], employees: number | null, countryCode: string | null) {
  const truth = ({ field, op, value }: Condition): Truth => {
    const actual = field === 'employees' ? employees : countryCode;
    if (op === 'is_known') return (actual !== null) === (value ?? true) ? 'true' : 'false';
    if (actual === null) return 'unknown';
    const holds = op === 'gte' ? Number(actual) >= Number(value) : actual === value;
    return holds ? 'true' : 'false';
  };
  const ofRule = ({ conditions }: Rule): Truth => {
    const all = conditions.map(truth);
    return all.some((one) => one === 'false')
      ? 'false'
      : all.some((one) => one === 'unknown')
        ? 'unknown'
        : 'true';
  };
  const best = Math.min(...rules.filter((one) => ofRule(one) === 'true').map(({ priority }) => priority));
  const upTo = rules.filter(({ priority }) => priority <= best);
  if (upTo.some((one) => ofRule(one) === 'unknown')) return 'missing_firmographics';
  if (best === Number.POSITIVE_INFINITY) return 'no_matching_rule';
  const owners = new Set(
    upTo.filter((one) => ofRule(one) === 'true').map(({ assign }) => JSON.stringify(assign)),
  );
  return owners.size > 1 ? 'rule_conflict' : [...owners].join();
}

it('walks any rules as the policy words it', () => {
  const condition = fc.oneof(
    fc.record({
      field: fc.constant('employees'),
      op: fc.constant('gte'),
      value: fc.integer({ min: 0, max: 3 }),
    }),
    fc.record({ field: fc.constant('country'), op: fc.constant('eq'), value: fc.constantFrom('DE', 'FR') }),
    fc.record({
      field: fc.constantFrom('employees', 'country'),
      op: fc.constant('is_known'),
      value: fc.boolean(),
    }),
  );
  const anyRule = fc.record({
    priority: fc.integer({ min: 1, max: 3 }),
    conditions: fc.array(condition, { maxLength: 3 }),
    assign: fc.constantFrom({ owner: 'a@x.test' }, { owner: 'b@x.test' }),
  });
  const anyCase = fc.tuple(
    fc.array(anyRule, { maxLength: 6 }),
    fc.option(fc.integer({ min: 0, max: 4 })),
    fc.option(fc.constantFrom('DE', 'FR', 'ES')),
  );
  fc.assert(
    fc.property(anyCase, ([drafts, employees, code]) => {
      const rules = drafts.map((draft, index) => rule(`R${index}`, draft));
      const { result } = walkRules(compileRules(rules, at), factsOf({ employees, country: code }), null);
      const got = result.kind === 'owner' ? JSON.stringify({ owner: result.owner }) : result.kind;
      expect(got).toBe(naive(rules, employees, code));
    }),
    { numRuns: 500 },
  );
});
