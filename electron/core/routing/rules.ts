import type { FactName, Facts, FactValue } from '../../../shared/model/lead.ts';
import type { ConditionResult, RuleStep } from '../../../shared/model/request.ts';
import type { Assignment, Condition, Rule } from '../../../shared/model/rule.ts';
import { isSameValue } from './facts.ts';
import { foldCase } from './names.ts';
import { normaliseCountry, normaliseState } from './places.ts';
import { dayOrInstant } from './time.ts';

export type Truth = 'true' | 'false' | 'unknown';

/** What the rules give, before anybody asked whether the owner is there. */
export type RulesResult =
  | { kind: 'owner'; rule: Rule; owner: string }
  | { kind: 'pool'; rule: Rule; pool: string }
  | { kind: 'missing_firmographics'; missing: string[] }
  | { kind: 'rule_conflict'; owners: string[]; rules: Rule[] }
  | { kind: 'no_matching_rule' };

export interface RulesWalk {
  result: RulesResult;
  /** Every rule seen, in the order of the walk. */
  path: RuleStep[];
  /** The facts in the conditions of the rules that were walked. */
  factsUsed: FactName[];
  usesAccountOwner: boolean;
}

type Value = FactValue | FactValue[];
type Compiled = (facts: Facts) => Truth;

interface CompiledCondition {
  condition: Condition;
  wanted: Value | null;
  evaluate: Compiled;
}

interface CompiledRule {
  rule: Rule;
  assigns: string;
  conditions: CompiledCondition[];
}

/** Rules made ready for many evaluations: sorted by priority, their values normalised once. */
export interface RuleSet {
  rules: CompiledRule[];
}

const truthOf = (holds: boolean): Truth => (holds ? 'true' : 'false');

/** The facts' own normal form, applied to what a rule compares them with. */
function normaliseWanted(field: FactName, value: FactValue, country: string | null): FactValue {
  if (typeof value !== 'string') return value;
  if (field === 'country') return normaliseCountry(value) ?? value;
  if (field === 'state') return normaliseState(value, country);
  if (field === 'industry') return value.replaceAll('_', ' ');
  return value;
}

/** Numbers by size, texts (dates among them) by their characters; anything else cannot be ordered. */
function compare(actual: FactValue, wanted: FactValue): number | null {
  if (typeof actual === 'number') {
    const number = typeof wanted === 'number' ? wanted : Number(wanted);
    return typeof wanted === 'boolean' || Number.isNaN(number) ? null : actual - number;
  }
  if (typeof actual === 'string' && typeof wanted === 'string') {
    const [first, second] = [actual.toLowerCase(), wanted.toLowerCase()];
    return first < second ? -1 : first > second ? 1 : 0;
  }
  return null;
}

const ordered =
  (holds: (difference: number) => boolean) =>
  (actual: FactValue, wanted: FactValue): boolean => {
    const difference = compare(actual, wanted);
    return difference !== null && holds(difference);
  };

const atLeast = ordered((difference) => difference >= 0);
const atMost = ordered((difference) => difference <= 0);

const singleValueTests: Partial<Record<Condition['op'], (actual: FactValue, wanted: FactValue) => boolean>> =
  {
    eq: isSameValue,
    neq: (actual, wanted) => !isSameValue(actual, wanted),
    gt: ordered((difference) => difference > 0),
    gte: atLeast,
    lt: ordered((difference) => difference < 0),
    lte: atMost,
    starts_with: (actual, wanted) => foldCase(String(actual)).startsWith(foldCase(String(wanted))),
    contains: (actual, wanted) => foldCase(String(actual)).includes(foldCase(String(wanted))),
  };

/** A text set answers `in` without looking at each value; the fold is that of `isSameValue`. */
function membership(values: readonly FactValue[]): (actual: FactValue) => boolean {
  const texts = new Set(values.filter((value) => typeof value === 'string').map(foldCase));
  const others = new Set(values.filter((value) => typeof value !== 'string'));
  return (actual) => (typeof actual === 'string' ? texts.has(foldCase(actual)) : others.has(actual));
}

function compileTest(condition: Condition, wanted: Value | null): (actual: FactValue) => boolean {
  const { op } = condition;
  if (op === 'in' || op === 'not_in') {
    const isMember = membership(Array.isArray(wanted) ? wanted : []);
    return op === 'in' ? isMember : (actual) => !isMember(actual);
  }
  if (op === 'between') {
    const [from, to] = Array.isArray(wanted) ? wanted : [];
    return (actual) => from !== undefined && to !== undefined && atLeast(actual, from) && atMost(actual, to);
  }
  const test = singleValueTests[op];
  if (!test || wanted === null || Array.isArray(wanted)) return () => false;
  return (actual) => test(actual, wanted);
}

function compileCondition(condition: Condition, country: string | null): CompiledCondition {
  const { field, op, value } = condition;
  if (op === 'is_known') {
    const wanted = value !== false;
    return { condition, wanted, evaluate: (facts) => truthOf((facts[field].value !== null) === wanted) };
  }
  const wanted =
    value === undefined
      ? null
      : Array.isArray(value)
        ? value.map((one) => normaliseWanted(field, one, country))
        : normaliseWanted(field, value, country);
  const test = compileTest(condition, wanted);
  return {
    condition,
    wanted,
    evaluate: (facts) => {
      const actual = facts[field].value;
      return actual === null ? 'unknown' : truthOf(test(actual));
    },
  };
}

export function describeAssignment(assign: Assignment): string {
  if ('owner' in assign) return assign.owner;
  return 'pool' in assign ? `pool ${assign.pool}` : 'account owner';
}

/** A state's code means nothing without its country: the one that the same rule asks for, if it asks for one. */
function countryOfRule(rule: Rule): string | null {
  for (const { field, op, value } of rule.conditions) {
    if (field !== 'country' || (op !== 'eq' && op !== 'in')) continue;
    const [first, second] = [value].flat();
    if (typeof first === 'string' && second === undefined) return normaliseCountry(first);
  }
  return null;
}

/** Makes rules ready for evaluation. `now` and the zone decide which are active. */
export function compileRules(rules: readonly Rule[], at: { now: Date; timeZone: string }): RuleSet {
  const isActive = (rule: Rule) =>
    rule.enabled &&
    (rule.active_from === null || dayOrInstant(rule.active_from, at.timeZone, 'start') <= at.now.getTime()) &&
    (rule.active_to === null || dayOrInstant(rule.active_to, at.timeZone, 'end') >= at.now.getTime());
  return {
    rules: rules
      .filter(isActive)
      .toSorted(
        (a, b) => a.priority - b.priority || (a.rule_id < b.rule_id ? -1 : a.rule_id > b.rule_id ? 1 : 0),
      )
      .map((rule) => {
        const country = countryOfRule(rule);
        return {
          rule,
          assigns: describeAssignment(rule.assign),
          conditions: rule.conditions.map((condition) => compileCondition(condition, country)),
        };
      }),
  };
}

/** False if any condition is false, else unknown if any is unknown, else true (Kleene's conjunction). */
function conjunction(results: readonly Truth[]): Truth {
  if (results.includes('false')) return 'false';
  return results.includes('unknown') ? 'unknown' : 'true';
}

function stepOf(compiled: CompiledRule, facts: Facts, accountOwner: string | null): RuleStep {
  const conditions: ConditionResult[] = compiled.conditions.map(({ condition, wanted, evaluate }) => ({
    field: condition.field,
    op: condition.op,
    wanted,
    actual: facts[condition.field].value,
    result: evaluate(facts),
  }));
  const held = conjunction(conditions.map(({ result }) => result));
  const { rule, assigns } = compiled;
  const isOwnerUnknown = 'account_owner' in rule.assign && accountOwner === null;
  return {
    ruleId: rule.rule_id,
    name: rule.name,
    version: rule.version,
    priority: rule.priority,
    assigns,
    conditions,
    result: held === 'true' && isOwnerUnknown ? 'unknown' : held,
  };
}

function missingOf(steps: readonly { step: RuleStep; rule: Rule }[]): string[] {
  const missing = new Set<string>();
  for (const { step, rule } of steps) {
    if (step.result !== 'unknown') continue;
    const unknown = step.conditions.filter(({ result }) => result === 'unknown');
    for (const { field } of unknown) missing.add(field);
    if (unknown.length === 0 && 'account_owner' in rule.assign) missing.add('account');
  }
  return [...missing];
}

/**
 * Walks the rules by priority up to the first number at which one is true, evaluating every condition. An unknown
 * rule at that number or before it, or anywhere where none is true, makes the outcome `missing_firmographics`.
 *
 * @param accountOwner e-mail of the matched account's owner, or null where no account matches.
 */
export function walkRules(set: RuleSet, facts: Facts, accountOwner: string | null): RulesWalk {
  const seen: { step: RuleStep; rule: Rule }[] = [];
  let best: number | null = null;
  for (const compiled of set.rules) {
    if (best !== null && compiled.rule.priority > best) break;
    const step = stepOf(compiled, facts, accountOwner);
    seen.push({ step, rule: compiled.rule });
    if (step.result === 'true') best = compiled.rule.priority;
  }
  const path = seen.map(({ step }) => step);
  const factsUsed = [...new Set(path.flatMap(({ conditions }) => conditions.map(({ field }) => field)))];
  const usesAccountOwner = seen.some(({ rule }) => 'account_owner' in rule.assign);
  return { result: resultOf(seen, accountOwner), path, factsUsed, usesAccountOwner };
}

function resultOf(seen: readonly { step: RuleStep; rule: Rule }[], accountOwner: string | null): RulesResult {
  const missing = missingOf(seen);
  if (missing.length > 0) return { kind: 'missing_firmographics', missing };
  const matched = seen.filter(({ step }) => step.result === 'true').map(({ rule }) => rule);
  const [rule] = matched;
  if (!rule) return { kind: 'no_matching_rule' };
  const given = (assign: Assignment) =>
    'account_owner' in assign ? (accountOwner ?? '') : describeAssignment(assign);
  const owners = [...new Set(matched.map(({ assign }) => given(assign)))];
  if (owners.length > 1) return { kind: 'rule_conflict', owners, rules: matched };
  if ('pool' in rule.assign) return { kind: 'pool', rule, pool: rule.assign.pool };
  return { kind: 'owner', rule, owner: given(rule.assign) };
}

/** Whether two results would send the lead the same way; the rule by which does not matter. */
export function isSameResult(first: RulesResult, second: RulesResult): boolean {
  const key = (result: RulesResult) => {
    if (result.kind === 'owner') return `owner ${result.owner}`;
    if (result.kind === 'pool') return `pool ${result.pool}`;
    return result.kind;
  };
  return key(first) === key(second);
}

/** The facts on which the CRMs disagree and for whose other value the rules give something else. */
export function disputedFacts(set: RuleSet, facts: Facts, accountOwner: string | null): FactName[] {
  const disputed = (Object.keys(facts) as FactName[]).filter((name) => facts[name].others.length > 0);
  if (disputed.length === 0) return [];
  const base = walkRules(set, facts, accountOwner).result;
  const found = new Set<FactName>();
  // Facts can decide together, so every combination of the values is tried.
  for (let mask = 1; mask < 1 << disputed.length; mask += 1) {
    const swapped = disputed.filter((_, index) => mask & (1 << index));
    const other = { ...facts };
    for (const name of swapped) {
      const [rival] = facts[name].others;
      if (rival) other[name] = { value: rival.value, origin: rival.origin, others: [] };
    }
    if (!isSameResult(base, walkRules(set, other, accountOwner).result))
      for (const name of swapped) found.add(name);
  }
  return [...found];
}
