import type { CrmRecord, CrmSystem } from '../../../shared/model/lead.ts';
import type { CrmConnector } from '../connectors/connector.ts';
import type { AnyToolCall } from './tool-calls.ts';

const count = (items: readonly unknown[], one: string): string =>
  items.length === 0 ? `no ${one}` : items.length === 1 ? `1 ${one}` : `${items.length} ${one}s`;

/** A record that was read, in a few words. */
export const recordWords = (record: CrmRecord | null): string =>
  record === null
    ? 'no such record'
    : `${record.name ?? record.id}, owned by ${record.owner?.email ?? record.owner?.name ?? 'nobody'}`;

const words = (parts: readonly (string | null)[]): string => parts.filter((part) => part !== null).join(', ');

/** How a CRM is read, and how the reading is told about. */
export interface VendorCall {
  system: CrmSystem;
  /** What is asked, in a few words. */
  asked: string;
  make: (crm: CrmConnector, signal: AbortSignal) => Promise<unknown>;
  describe: (value: never) => string;
  /** Whether records or accounts come back, which carry the time at which they were read. */
  isDated: boolean;
}

/** A call to a CRM. */
export type CrmCall = Exclude<AnyToolCall, { tool: 'read_language' | 'read_routing' | 'read_policy' }>;

/** How each tool that reads a CRM is called. */
export function vendorCallOf(call: CrmCall): VendorCall {
  const describe = <Value>(say: (value: Value) => string) => say as (value: never) => string;
  switch (call.tool) {
    case 'list_owners':
      return {
        system: call.input.system,
        asked: 'all users',
        make: (crm, signal) => crm.listOwners({ signal }),
        describe: describe((owners: readonly unknown[]) => count(owners, 'user')),
        isDated: false,
      };
    case 'get_record': {
      const { system, id } = call.input;
      return {
        system,
        asked: id,
        make: (crm, signal) => crm.getRecord(id, { signal }),
        describe: describe(recordWords),
        isDated: true,
      };
    }
    case 'find_by_email': {
      const { system, email } = call.input;
      return {
        system,
        asked: email,
        make: (crm, signal) => crm.findByEmail(email, { signal }),
        describe: describe((found: readonly unknown[]) => count(found, 'record')),
        isDated: true,
      };
    }
    case 'find_by_name': {
      const { system, name, company } = call.input;
      return {
        system,
        asked: words([name, company]),
        make: (crm, signal) => crm.findByName({ name, company }, { signal }),
        describe: describe((found: readonly unknown[]) => count(found, 'record')),
        isDated: true,
      };
    }
    case 'find_duplicates': {
      const { system, record } = call.input;
      return {
        system,
        asked: words([record.name, record.email]),
        make: (crm, signal) => crm.findPossibleDuplicates(record, { signal }),
        describe: describe((found: readonly unknown[]) => count(found, 'possible record')),
        isDated: true,
      };
    }
    case 'find_accounts': {
      const { system, ...query } = call.input;
      return {
        system,
        asked: words([query.name, query.domain, query.companyId]),
        make: (crm, signal) => crm.findAccounts(query, { signal }),
        describe: describe((found: readonly { name: string }[]) =>
          found.length === 0 ? 'no account' : found.map(({ name: title }) => title).join('; '),
        ),
        isDated: true,
      };
    }
    case 'find_opportunities': {
      const { system, accountIds } = call.input;
      return {
        system,
        asked: words(accountIds),
        make: (crm, signal) => crm.findOpenOpportunities(accountIds, { signal }),
        describe: describe((found: readonly unknown[]) =>
          count(found, 'open opportunity').replace('ys', 'ies'),
        ),
        isDated: false,
      };
    }
    case 'ownership_history': {
      const { system, id } = call.input;
      return {
        system,
        asked: id,
        make: (crm, signal) => crm.ownershipHistory(id, { signal }),
        describe: describe((found: readonly unknown[]) => count(found, 'change')),
        isDated: false,
      };
    }
  }
}

/** Records or accounts with the time (ISO 8601) at which they were read. */
export function datedBy(at: string, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((one: unknown) => datedBy(at, one));
  return typeof value === 'object' && value !== null ? { ...value, readAt: at } : value;
}
