import type { Facts, FactValue } from '../../../shared/model/lead.ts';
import type { Rule } from '../../../shared/model/rule.ts';
import { isWithin } from '../routing/time.ts';
import type { PolicySettings, WrittenSetting } from './settings.ts';

export interface Change {
  facts: Facts;
  /** The rule by which the owner would be changed. */
  rule: Rule | null;
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

const simplify = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll(/[\s_-]+/g, ' ')
    .trim();

/** Every policy setting that demands a human's approval for this change, in the order in which policy lists them. */
export function approvalDemandedBy(settings: PolicySettings, change: Change): Breach[] {
  const { facts, rule, presentOwner, now, timeZone } = change;
  const breaches: Breach[] = [];
  if (settings.autoResolutionForbidden) {
    breaches.push({ setting: settings.autoResolutionForbidden, because: 'every change needs approval' });
  }
  const kinds = rule ? [rule.kind, rule.rule_id, rule.name].map(simplify) : [];
  for (const setting of settings.excludedReasons) {
    const excluded = setting.parsed.find((reason) => kinds.includes(simplify(reason)));
    if (excluded && rule)
      breaches.push({ setting, because: `rule ${rule.rule_id} is a ${simplify(rule.kind)} correction` });
  }
  breaches.push(
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
