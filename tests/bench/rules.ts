import assert from 'node:assert/strict';
import { Engine, type RuleProperties } from 'json-rules-engine';
import { compileRules, walkRules } from '../../electron/core/routing/rules.ts';
import { type Fact, type FactName, type Facts, type FactValue, factNames } from '../../shared/model/lead.ts';
import { type Condition, Rule } from '../../shared/model/rule.ts';

export interface BenchResult {
  metric: string;
  value: number;
  unit: string;
  /** What was measured beside it, in the same run. */
  against: string;
  ratio: number;
}

const ruleCount = 500;
const leadCount = 200;
/** How long each side decides before its speed is taken. */
const measuredMs = 1500;

/** A seeded generator (mulberry32): the same rules and leads in every run. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

const countries = [
  'DE',
  'AT',
  'CH',
  'FR',
  'ES',
  'IT',
  'US',
  'CA',
  'GB',
  'NL',
  'SE',
  'NO',
  'DK',
  'FI',
  'PL',
  'PT',
];
const industries = ['Manufacturing', 'Media', 'Food', 'Shipping', 'Software', 'Banking', 'Retail', 'Energy'];

type Values = Partial<Record<FactName, FactValue>>;

/** Territories as a large sales organisation writes them: a country, a band of size, here and there an industry or a postal area. */
function territories(): Rule[] {
  const below = randomFrom(1);
  const pick = (list: readonly string[]) => list[below(list.length)] ?? '';
  return Array.from({ length: ruleCount }, (_, index) => {
    const size = below(20) * 250;
    const conditions: Condition[] = [
      below(2) === 0
        ? { field: 'country', op: 'eq', value: pick(countries) }
        : { field: 'country', op: 'in', value: [pick(countries), pick(countries)] },
      { field: 'employees', op: 'gte', value: size },
      { field: 'employees', op: 'lt', value: size + 250 },
    ];
    if (below(3) === 0) conditions.push({ field: 'industry', op: 'eq', value: pick(industries) });
    if (below(4) === 0) conditions.push({ field: 'postalCode', op: 'starts_with', value: String(below(10)) });
    return Rule.parse({
      rule_id: `TR-${index}`,
      name: `Territory ${index}`,
      kind: 'territory',
      priority: index + 1,
      conditions,
      assign: { owner: `owner${index}@example.com` },
    });
  });
}

function leads(nature: 'usual' | 'unmatched'): Values[] {
  const below = randomFrom(2);
  return Array.from({ length: leadCount }, () => ({
    country: nature === 'unmatched' ? 'JP' : (countries[below(countries.length)] ?? ''),
    employees: below(5000),
    industry: industries[below(industries.length)] ?? '',
    postalCode: String(10_000 + below(89_999)),
  }));
}

function factsOf(values: Values): Facts {
  const fact = (name: FactName): Fact => ({ value: values[name] ?? null, origin: null, others: [] });
  return Object.fromEntries(factNames.map((name) => [name, fact(name)])) as Facts;
}

const peerOperators: Partial<Record<Condition['op'], string>> = {
  eq: 'equal',
  in: 'in',
  gte: 'greaterThanInclusive',
  lt: 'lessThan',
  starts_with: 'startsWith',
};

/** The same rules for json-rules-engine: each tells its number, and a lower number runs first. */
function peerEngine(rules: readonly Rule[]): Engine {
  const engine = new Engine([], { allowUndefinedFacts: true });
  engine.addOperator('startsWith', (actual: string, wanted: string) => String(actual).startsWith(wanted));
  for (const { rule_id, priority, conditions } of rules) {
    const properties: RuleProperties = {
      name: rule_id,
      priority: ruleCount - priority + 1,
      conditions: {
        all: conditions.map(({ field, op, value }) => ({
          fact: field,
          operator: peerOperators[op] ?? op,
          value,
        })),
      },
      event: { type: rule_id },
    };
    engine.addRule(properties);
  }
  engine.on('success', () => engine.stop());
  return engine;
}

const ours = (set: ReturnType<typeof compileRules>, facts: Facts): string | null => {
  const { result } = walkRules(set, facts, null);
  return result.kind === 'owner' ? result.rule.rule_id : null;
};

async function theirs(engine: Engine, values: Values): Promise<string | null> {
  const { events } = await engine.run(values);
  return events[0]?.type ?? null;
}

/** Decisions a second: leads in turn until the time is over. */
async function speedOf(decide: (index: number) => unknown): Promise<number> {
  for (let index = 0; index < leadCount; index += 1) await decide(index);
  const start = performance.now();
  let decided = 0;
  while (performance.now() - start < measuredMs) {
    for (let index = 0; index < leadCount; index += 1) {
      const pending = decide(index);
      if (pending instanceof Promise) await pending;
      decided += 1;
      if (decided % 8 === 0 && performance.now() - start >= measuredMs) break;
    }
  }
  return decided / ((performance.now() - start) / 1000);
}

/**
 * Decisions a second over 500 rules on one core, the path with each condition's value and result included, beside
 * json-rules-engine with the same rules and leads in the same run. Throws where the two ever decide differently.
 */
export async function benchRules(): Promise<{ name: string; results: BenchResult[] }> {
  const rules = territories();
  const set = compileRules(rules, { now: new Date('2026-05-18T09:00:00Z'), timeZone: 'UTC' });
  const engine = peerEngine(rules);
  const results: BenchResult[] = [];
  for (const nature of ['usual', 'unmatched'] as const) {
    const mix = leads(nature);
    const facts = mix.map(factsOf);
    for (const [index, values] of mix.entries()) {
      const lead = facts[index];
      if (lead)
        assert.equal(ours(set, lead), await theirs(engine, values), `lead ${index} is decided differently`);
    }
    const value = await speedOf((index) => {
      const lead = facts[index];
      return lead && ours(set, lead);
    });
    const peer = await speedOf((index) => theirs(engine, mix[index] ?? {}));
    results.push({
      metric: `decisions over ${ruleCount} rules, ${nature === 'usual' ? 'leads of every territory' : 'leads that no rule matches'}`,
      value: Math.round(value),
      unit: 'decisions/s',
      against: `json-rules-engine: ${Math.round(peer)} decisions/s`,
      ratio: Math.round((value / peer) * 10) / 10,
    });
  }
  return { name: 'rules', results };
}
