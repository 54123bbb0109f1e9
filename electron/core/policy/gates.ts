import type { Facts, FactValue } from '../../../shared/model/lead.ts';
import { escalationReasons } from '../../../shared/model/request.ts';
import { type Rule, ruleKinds } from '../../../shared/model/rule.ts';
import { isWithin } from '../routing/time.ts';
import type { PolicySettings, WrittenSetting } from './settings.ts';

export interface Change {
  facts: Facts;
  /** The rule by which the owner would be changed. */
  rule: Rule | null;
  /** Every rule there is: what an excluded reason may name. */
  rules: readonly Rule[];
  presentOwner: string | null;
  openOpportunities: number;
  now: Date;
  /** The organisation's zone, in which freezes are whole days. */
  timeZone: string;
}

export interface Breach {
  setting: WrittenSetting;
  /** The reason in words, to follow the setting's name and value. */
  because: string;
}

/** The largest value that any system holds: where they disagree, the stricter reading counts. Null is unknown. */
function largest(facts: Facts, name: 'employees' | 'annualRevenue'): number | null {
  const values = [facts[name].value, ...facts[name].others.map(({ value }) => value)];
  const numbers = values.filter((value: FactValue | null) => typeof value === 'number');
  return numbers.length === 0 ? null : Math.max(...numbers);
}

function maximumBreach(
  setting: (WrittenSetting & { parsed: number }) | null,
  value: number | null,
  of: string,
): Breach[] {
  if (setting === null || (value !== null && value <= setting.parsed)) return [];
  return [
    {
      setting,
      because: value === null ? `the ${of} is unknown` : `the ${of} is ${value.toLocaleString('en')}`,
    },
  ];
}

/** What people add to a kind of correction without meaning another one: `Territory corrections`. */
const fillers = new Set(
  'correction corrections change changes rule rules lead leads case cases reason reasons reassignment reassignments assignment assignments'.split(
    ' ',
  ),
);

const simplify = (text: string): string => {
  const words = text
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
  const telling = words.filter((word) => !fillers.has(word));
  return (telling.length === 0 ? words : telling).join(' ');
};

const namesOf = (rule: Rule): string[] => [rule.kind, rule.rule_id, rule.name].map(simplify);
const escalatedAnyway = escalationReasons.map(simplify);

/** Breaches of *Auto-resolution reasons excluded*: a kind, id or name of the rule; what names nothing excludes all. */
function excludedReasonBreaches(settings: PolicySettings, { rule, rules }: Change): Breach[] {
  if (!rule) return [];
  const mine = namesOf(rule);
  const known = new Set([...ruleKinds.map(simplify), ...rules.flatMap(namesOf), ...escalatedAnyway]);
  return settings.excludedReasons.flatMap((setting) => {
    const reasons = setting.parsed.map((written) => ({ written, name: simplify(written) }));
    if (reasons.some(({ name }) => mine.includes(name))) {
      return [{ setting, because: `rule ${rule.rule_id} is a ${rule.kind.replace('_', ' ')} correction` }];
    }
    const unclear = reasons.find(({ name }) => !known.has(name));
    return unclear
      ? [{ setting, because: `“${unclear.written}” names no known reason, so it is not guessed at` }]
      : [];
  });
}

/** Every policy setting that demands a human's approval for this change, in the order in which policy lists them. */
export function approvalDemandedBy(settings: PolicySettings, change: Change): Breach[] {
  const { facts, presentOwner, now, timeZone } = change;
  const breaches: Breach[] = [];
  if (settings.autoResolutionForbidden) {
    breaches.push({ setting: settings.autoResolutionForbidden, because: 'every change needs approval' });
  }
  breaches.push(
    ...excludedReasonBreaches(settings, change),
    ...maximumBreach(settings.maximumEmployees, largest(facts, 'employees'), 'number of employees'),
    ...maximumBreach(settings.maximumAnnualRevenue, largest(facts, 'annualRevenue'), 'annual revenue'),
  );
  if (settings.openOpportunityEscalates && change.openOpportunities > 0) {
    const count =
      change.openOpportunities === 1
        ? 'an open opportunity'
        : `${change.openOpportunities} open opportunities`;
    breaches.push({ setting: settings.openOpportunityEscalates, because: `the account has ${count}` });
  }
  for (const setting of settings.protectedOwners) {
    if (presentOwner !== null && setting.parsed.includes(presentOwner)) {
      breaches.push({ setting, because: `${presentOwner} owns the lead` });
    }
  }
  for (const setting of settings.changeFreezes) {
    const freeze = setting.parsed.find((period) => isWithin(period, now, timeZone));
    if (freeze) breaches.push({ setting, because: `today is within ${freeze.from}..${freeze.to}` });
  }
  for (const setting of settings.unreadable) {
    breaches.push({ setting, because: 'its value cannot be read, so it is not guessed at' });
  }
  return breaches;
}
