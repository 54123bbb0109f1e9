import { type FactName, type Facts, type FactValue, factNames } from '../../../shared/model/lead.ts';
import type { ConditionResult, RuleStep } from '../../../shared/model/request.ts';
import type { Assignment, Condition, Rule } from '../../../shared/model/rule.ts';
import { companyDomain } from './domains.ts';
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
type Test = (actual: FactValue) => boolean;

interface CompiledCondition {
  condition: Condition;
  wanted: Value | null;
  evaluate: (actual: FactValue | null) => Truth;
}

interface CompiledRule {
  rule: Rule;
  assigns: string;
  conditions: CompiledCondition[];
}

/** Rules made ready for many evaluations: sorted by priority, their values normalised once. */
export interface RuleSet {
  rules: CompiledRule[];
  /** By number of rules walked: the facts in their conditions, and whether one assigns an account's owner. */
  walked: Pick<RulesWalk, 'factsUsed' | 'usesAccountOwner'>[];
}

const truthOf = (holds: boolean): Truth => (holds ? 'true' : 'false');

const amounts: readonly FactName[] = ['employees', 'annualRevenue'];
const instants: readonly FactName[] = ['createdAt', 'modifiedAt'];
const addresses: readonly FactName[] = ['email', 'owner'];

function wantedAmount(value: FactValue): FactValue {
  const amount = typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN;
  return Number.isNaN(amount) ? value : amount;
}

/** The facts' own normal form, applied to what a rule compares them with: numbers, places, addresses. */
function normaliseWanted(field: FactName, value: FactValue, country: string | null): FactValue {
  if (amounts.includes(field)) return wantedAmount(value);
  if (field === 'isConverted') return typeof value === 'string' ? foldCase(value) === 'true' : value;
  const text = String(value);
  if (field === 'country') return normaliseCountry(text) ?? text;
  if (field === 'state') return normaliseState(text, country);
  if (field === 'industry') return text.replaceAll('_', ' ');
  if (field === 'domain') return companyDomain(text) ?? text;
  return addresses.includes(field) ? text.toLowerCase() : text;
}

const onlyDigits = /^\d+$/;

/** Numbers by size, also where both are written as text; other texts by their characters. Null: no order. */
function compare(actual: FactValue, wanted: FactValue): number | null {
  if (typeof actual === 'number') return typeof wanted === 'number' ? actual - wanted : null;
  if (typeof actual !== 'string' || typeof wanted !== 'string') return null;
  const [first, second] = [foldCase(actual), foldCase(wanted)];
  if (onlyDigits.test(first) && onlyDigits.test(second)) return Number(first) - Number(second);
  return first < second ? -1 : first > second ? 1 : 0;
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
    gt: ordered((difference) => difference > 0),
    gte: atLeast,
    lt: ordered((difference) => difference < 0),
    lte: atMost,
    starts_with: (actual, wanted) => foldCase(String(actual)).startsWith(foldCase(String(wanted))),
    contains: (actual, wanted) => foldCase(String(actual)).includes(foldCase(String(wanted))),
  };

const not =
  (test: Test): Test =>
  (actual) =>
    !test(actual);

/** A text set answers `in` without looking at each value; letter case and spacing are no difference. */
function membership(values: readonly FactValue[]): Test {
  const texts = new Set(values.filter((value) => typeof value === 'string').map(foldCase));
  const others = new Set(values.filter((value) => typeof value !== 'string'));
  return (actual) => (typeof actual === 'string' ? texts.has(foldCase(actual)) : others.has(actual));
}

function compileTest(op: Condition['op'], wanted: readonly FactValue[]): Test {
  const [first, second] = wanted;
  if (op === 'eq' || op === 'in') return membership(wanted);
  if (op === 'neq' || op === 'not_in') return not(membership(wanted));
  if (first === undefined) return () => false;
  if (op === 'between') {
    return (actual) => second !== undefined && atLeast(actual, first) && atMost(actual, second);
  }
  const test = singleValueTests[op];
  return (actual) => test?.(actual, first) === true;
}

/** Stamps are compared as instants; a bare day is the whole day of the organisation's zone. */
function compileInstantTest(op: Condition['op'], wanted: readonly FactValue[], timeZone: string): Test {
  const spans = wanted.map((value) => ({
    from: dayOrInstant(String(value), timeZone, 'start'),
    to: dayOrInstant(String(value), timeZone, 'end'),
  }));
  const [first = { from: Number.NaN, to: Number.NaN }, last = first] = spans;
  const isIn = (at: number) => spans.some(({ from, to }) => from <= at && at <= to);
  const tests: Partial<Record<Condition['op'], (at: number) => boolean>> = {
    eq: isIn,
    in: isIn,
    neq: (at) => !isIn(at),
    not_in: (at) => !isIn(at),
    gt: (at) => at > first.to,
    gte: (at) => at >= first.from,
    lt: (at) => at < first.from,
    lte: (at) => at <= first.to,
    between: (at) => first.from <= at && at <= last.to,
  };
  const test = tests[op];
  return test ? (actual) => test(Date.parse(String(actual))) : compileTest(op, wanted);
}

interface ConditionContext {
  country: string | null;
  timeZone: string;
}

function compileCondition(condition: Condition, { country, timeZone }: ConditionContext): CompiledCondition {
  const { field, op, value } = condition;
  if (op === 'is_known') {
    const wanted = value !== false;
    return { condition, wanted, evaluate: (actual) => truthOf((actual !== null) === wanted) };
  }
  const values = (value === undefined ? [] : [value].flat()).map((one) =>
    normaliseWanted(field, one, country),
  );
  const test = instants.includes(field) ? compileInstantTest(op, values, timeZone) : compileTest(op, values);
  return {
    condition,
    wanted: Array.isArray(value) ? values : (values[0] ?? null),
    evaluate: (actual) => (actual === null ? 'unknown' : truthOf(test(actual))),
  };
}

function describeAssignment(assign: Assignment): string {
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

/** Makes rules ready for evaluation. `now` and the zone decide which are active, and which days a stamp falls on. */
export function compileRules(rules: readonly Rule[], at: { now: Date; timeZone: string }): RuleSet {
  const isActive = (rule: Rule) =>
    rule.enabled &&
    (rule.active_from === null || dayOrInstant(rule.active_from, at.timeZone, 'start') <= at.now.getTime()) &&
    (rule.active_to === null || dayOrInstant(rule.active_to, at.timeZone, 'end') >= at.now.getTime());
  const compiled = rules
    .filter(isActive)
    .toSorted(
      (a, b) => a.priority - b.priority || (a.rule_id < b.rule_id ? -1 : a.rule_id > b.rule_id ? 1 : 0),
    )
    .map((rule): CompiledRule => {
      const context = { country: countryOfRule(rule), timeZone: at.timeZone };
      return {
        rule,
        assigns: describeAssignment(rule.assign),
        conditions: rule.conditions.map((condition) => compileCondition(condition, context)),
      };
    });
  return { rules: compiled, walked: walkedOf(compiled) };
}

function walkedOf(rules: readonly CompiledRule[]): RuleSet['walked'] {
  const walked: RuleSet['walked'] = [{ factsUsed: [], usesAccountOwner: false }];
  let [last] = walked;
  for (const { rule } of rules) {
    const known: readonly FactName[] = last?.factsUsed ?? [];
    const added = rule.conditions.map(({ field }) => field).filter((field) => !known.includes(field));
    last = {
      factsUsed: added.length === 0 ? [...known] : [...new Set([...known, ...added])],
      usesAccountOwner: last?.usesAccountOwner === true || 'account_owner' in rule.assign,
    };
    walked.push(last);
  }
  return walked;
}

/** One rule's step: every condition is evaluated; false beats unknown, unknown beats true (Kleene's conjunction). */
function stepOf(
  { rule, assigns, conditions }: CompiledRule,
  facts: Facts,
  hasAccountOwner: boolean,
): RuleStep {
  const results: ConditionResult[] = [];
  let held: Truth = 'true';
  for (const { condition, wanted, evaluate } of conditions) {
    const actual = facts[condition.field].value;
    const result = evaluate(actual);
    if (result === 'false' || (result === 'unknown' && held === 'true')) held = result;
    results.push({ field: condition.field, op: condition.op, wanted, actual, result });
  }
  const isOwnerUnknown = !hasAccountOwner && 'account_owner' in rule.assign;
  return {
    ruleId: rule.rule_id,
    name: rule.name,
    version: rule.version,
    priority: rule.priority,
    assigns,
    conditions: results,
    result: held === 'true' && isOwnerUnknown ? 'unknown' : held,
  };
}

function missingOf(steps: readonly RuleStep[]): string[] {
  const missing = new Set<string>();
  for (const step of steps) {
    if (step.result !== 'unknown') continue;
    const unknown = step.conditions.filter(({ result }) => result === 'unknown');
    for (const { field } of unknown) missing.add(field);
    // All conditions hold, so what is unknown is the owner of the account.
    if (unknown.length === 0) missing.add('account');
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
  const path: RuleStep[] = [];
  const matched: Rule[] = [];
  let best: number | null = null;
  for (const compiled of set.rules) {
    if (best !== null && compiled.rule.priority > best) break;
    const step = stepOf(compiled, facts, accountOwner !== null);
    path.push(step);
    if (step.result !== 'true') continue;
    best = compiled.rule.priority;
    matched.push(compiled.rule);
  }
  const walked = set.walked[path.length] ?? { factsUsed: [], usesAccountOwner: false };
  return { result: resultOf(path, matched, accountOwner), path, ...walked };
}

function resultOf(
  path: readonly RuleStep[],
  matched: readonly Rule[],
  accountOwner: string | null,
): RulesResult {
  const missing = missingOf(path);
  if (missing.length > 0) return { kind: 'missing_firmographics', missing };
  const [rule] = matched;
  if (!rule) return { kind: 'no_matching_rule' };
  const given = (assign: Assignment) =>
    'account_owner' in assign ? (accountOwner ?? '') : describeAssignment(assign);
  const owners = [...new Set(matched.map(({ assign }) => given(assign)))];
  if (owners.length > 1) return { kind: 'rule_conflict', owners, rules: [...matched] };
  if ('pool' in rule.assign) return { kind: 'pool', rule, pool: rule.assign.pool };
  return { kind: 'owner', rule, owner: given(rule.assign) };
}

/** Whether two results would send the lead the same way; the rule by which does not matter. */
function isSameResult(first: RulesResult, second: RulesResult): boolean {
  const key = (result: RulesResult) => {
    if (result.kind === 'owner') return `owner ${result.owner}`;
    if (result.kind === 'pool') return `pool ${result.pool}`;
    return result.kind;
  };
  return key(first) === key(second);
}

/** The facts with the other CRM's values of those named. */
function withOtherValues(facts: Facts, names: readonly FactName[]): Facts {
  const swapped = { ...facts };
  for (const name of names) {
    const [rival] = facts[name].others;
    if (rival) swapped[name] = { value: rival.value, origin: rival.origin, others: [] };
  }
  return swapped;
}

/**
 * The facts on which the CRMs disagree and for whose other value the rules give something else: each by itself, or,
 * where none does by itself, the smallest number of them together.
 */
export function disputedFacts(set: RuleSet, facts: Facts, accountOwner: string | null): FactName[] {
  const conditional = new Set(set.walked.at(-1)?.factsUsed);
  const disagreed = factNames.filter((name) => conditional.has(name) && facts[name].others.length > 0);
  if (disagreed.length === 0) return [];
  const base = walkRules(set, facts, accountOwner).result;
  const matters = (names: readonly FactName[]) =>
    !isSameResult(base, walkRules(set, withOtherValues(facts, names), accountOwner).result);
  for (let size = 1; size <= disagreed.length; size += 1) {
    const found = subsets(disagreed, size).filter(matters);
    if (found.length > 0) return disagreed.filter((name) => found.some((names) => names.includes(name)));
  }
  return [];
}

/** All selections of so many of the items, in their order. */
function subsets<Item>(items: readonly Item[], size: number): Item[][] {
  if (size === 0) return [[]];
  return items.flatMap((item, index) =>
    subsets(items.slice(index + 1), size - 1).map((rest) => [item, ...rest]),
  );
}
