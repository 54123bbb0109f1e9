import { z } from 'zod';

export const auditEventTypes = [
  'Message',
  'Tool Call',
  'Decision',
  'Escalation',
  'Approval',
  'Rejection',
  'Closure',
] as const;
export const AuditEventType = z.enum(auditEventTypes);
export type AuditEventType = z.infer<typeof AuditEventType>;

/** A row of Lead Routing Exception Handling Audit Log. */
export const AuditEvent = z.object({
  event_id: z.string(),
  request_id: z.string(),
  actor: z.string(),
  event_type: AuditEventType,
  details: z.record(z.string(), z.unknown()),
  created_at: z.string(),
});
export type AuditEvent = z.infer<typeof AuditEvent>;

/** An event that is about to be written; the store gives it its id, its time and its place in the chain. */
export type NewAuditEvent = Pick<AuditEvent, 'request_id' | 'actor' | 'event_type' | 'details'>;

/** A row of the Routing Audit: one corrected owner. */
export const RoutingAuditRow = z.object({
  routing_audit_id: z.string(),
  request_id: z.string(),
  system: z.enum(['salesforce', 'hubspot']),
  record: z.string(),
  previous_owner: z.string().nullable(),
  new_owner: z.string(),
  rule: z.string().nullable(),
  reason: z.string(),
  created_at: z.string(),
});
export type RoutingAuditRow = z.infer<typeof RoutingAuditRow>;
