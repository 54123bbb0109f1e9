import type { ObjectName } from './schema.ts';

/** What the organisation's administrator allows the account of the program. */
export interface Access {
  /** By object: fields that field-level security hides. */
  hiddenFields: Partial<Record<ObjectName, readonly string[]>>;
  /** Objects that the account may not see at all, or that the organisation does not have. */
  hiddenObjects: readonly ObjectName[];
  mayEditLeads: boolean;
  mayTransferLeads: boolean;
}

export const fullAccess: Access = {
  hiddenFields: {},
  hiddenObjects: [],
  mayEditLeads: true,
  mayTransferLeads: true,
};
