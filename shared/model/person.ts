import { z } from 'zod';

export const roles = ['requester', 'approver', 'ops_manager', 'admin', 'auditor'] as const;
export const Role = z.enum(roles);
export type Role = z.infer<typeof Role>;

/** E-mail addresses are compared without letter case everywhere, so they are kept in lower case. */
export const Email = z
  .string()
  .trim()
  .toLowerCase()
  .regex(/^[^\s@<>]+@[^\s@<>]+$/, 'is not an e-mail address');

export const Person = z.strictObject({
  email: Email,
  name: z.string().min(1),
  slack: z.string().nullable().default(null),
  teams: z.string().nullable().default(null),
  roles: z.array(Role),
  active: z.boolean(),
});
export type Person = z.infer<typeof Person>;
