import { z } from 'zod';
import { FactName, FactValue } from './lead.ts';
import { Email } from './person.ts';

export const operators = [
  'eq',
  'neq',
  'in',
  'not_in',
  'gt',
  'gte',
  'lt',
  'lte',
  'between',
  'starts_with',
  'contains',
  'is_known',
] as const;
export const Operator = z.enum(operators);
export type Operator = z.infer<typeof Operator>;

export const Condition = z
  .strictObject({
    field: FactName,
    op: Operator,
    /** A list for `in` and `not_in`, `[from, to]` for `between`, true or false for `is_known` (default true). */
    value: z.union([FactValue, z.array(FactValue)]).optional(),
  })
  .superRefine((condition, context) => {
    const { op, value } = condition;
    const fail = (message: string) => context.addIssue({ code: 'custom', path: ['value'], message });
    if (op === 'in' || op === 'not_in') {
      if (!Array.isArray(value)) fail(`"${op}" needs a list of values`);
    } else if (op === 'between') {
      if (!Array.isArray(value) || value.length !== 2)
        fail('"between" needs a list of two values, from and to');
    } else if (op === 'is_known') {
      if (value !== undefined && typeof value !== 'boolean') fail('"is_known" takes true, false or nothing');
    } else if (value === undefined || Array.isArray(value)) fail(`"${op}" needs one value`);
  });
export type Condition = z.infer<typeof Condition>;

export const Assignment = z.union([
  z.strictObject({ owner: Email }),
  z.strictObject({ pool: z.string().min(1) }),
  z.strictObject({ account_owner: z.literal(true) }),
  z.literal('account_owner').transform(() => ({ account_owner: true }) as const),
]);
export type Assignment = z.infer<typeof Assignment>;

export const ruleKinds = ['territory', 'segment', 'account', 'round_robin'] as const;

export const Rule = z.strictObject({
  rule_id: z.string().min(1),
  name: z.string().min(1),
  kind: z.enum(ruleKinds),
  /** 1 is first. */
  priority: z.number().int().positive(),
  /** All must hold; an empty list always holds. */
  conditions: z.array(Condition),
  assign: Assignment,
  enabled: z.boolean().default(true),
  /** ISO 8601 instants or days; null is open. A day counts whole, in the organisation's zone. */
  active_from: z.string().nullable().default(null),
  active_to: z.string().nullable().default(null),
  version: z.number().int().positive().default(1),
});
export type Rule = z.infer<typeof Rule>;

export const NamedAccount = z.strictObject({
  name: z.string().min(1),
  domains: z.array(z.string()).default([]),
  tier: z.enum(['strategic', 'named']),
  owner: Email,
});
export type NamedAccount = z.infer<typeof NamedAccount>;

export const PoolMember = z.strictObject({
  owner: Email,
  weight: z.number().positive().default(1),
  /** Leads a day in the pool's zone; null is without limit. */
  daily_capacity: z.number().int().nonnegative().nullable().default(null),
  /** E.g. `Mon-Fri 08:00-18:00`, several ranges separated by commas or semicolons; null is always. */
  working_hours: z.string().nullable().default(null),
  /** Absences: days or instants, `to` inclusive when it is a day; also written `from..to` or as one day. */
  out_of_office: z
    .array(
      z.union([
        z.strictObject({ from: z.string(), to: z.string() }),
        z.string().transform((text) => {
          const [from = text, to = from] = text.split('..').map((day) => day.trim());
          return { from, to };
        }),
      ]),
    )
    .default([]),
});
export type PoolMember = z.infer<typeof PoolMember>;

export const Pool = z.strictObject({
  pool: z.string().min(1),
  /** IANA name. */
  time_zone: z.string().default('UTC'),
  members: z.array(PoolMember),
});
export type Pool = z.infer<typeof Pool>;

/** A group of people that a chat knows: `@approvers-emea`. */
const GroupName = z
  .string()
  .trim()
  .toLowerCase()
  .regex(/^@[\p{L}\p{N}._-]+$/u, 'is neither an e-mail address nor a group such as @approvers-emea');

/** Whether an approver is a group rather than an e-mail address. */
export const isGroupName = (approver: string): boolean => approver.startsWith('@');

export const EscalationOwner = z.strictObject({
  /** An escalation reason, or `*` for the default row. */
  reason: z.string().min(1),
  /** ISO 3166 alpha-2 codes that the row is for; null is everywhere. */
  region: z
    .union([z.array(z.string()), z.string().transform((one) => [one])])
    .nullable()
    .default(null),
  /** An e-mail address, or a group, of which one person gets to decide. */
  approver: z.union([Email, GroupName]),
  delegate: z.union([Email, GroupName]).nullable().default(null),
  /** ISO 8601 duration; null leaves it to the policy page. */
  review_window: z.string().nullable().default(null),
});
export type EscalationOwner = z.infer<typeof EscalationOwner>;

/** Everything the judgement reads from `routing`. */
export const RoutingConfig = z.strictObject({
  rules: z.array(Rule),
  named_accounts: z.array(NamedAccount),
  pools: z.array(Pool),
  escalation_owners: z.array(EscalationOwner),
});
export type RoutingConfig = z.infer<typeof RoutingConfig>;
