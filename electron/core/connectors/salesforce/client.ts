import type { CallOptions, CrmConnector } from '../connector.ts';
import { checkConnection } from './check-connection.ts';
import { deletedMeanwhile, errorCodeOf } from './errors.ts';
import { createLeads, maximumFound } from './leads.ts';
import {
  AccountRow,
  accountFields,
  HistoryRow,
  historyFields,
  OpportunityRow,
  opportunityFields,
  toAccount,
  toOpportunity,
  toOwnershipChanges,
  toUser,
  UserRow,
  userFields,
} from './map.ts';
import { createQueries } from './queries.ts';
import { toLongRecordId } from './record-id.ts';
import { searchAccounts, searchByEmail, searchByName } from './searches.ts';
import { createSession, type SalesforceOptions } from './session.ts';
import { quote, quoteList } from './soql.ts';
import { readMembers } from './territories.ts';

/** Keeps a query below the 16 kB that Salesforce takes in an address. */
const idsPerQuery = 200;
/** Portal users, automated processes and the like cannot own leads. */
export const ownersOnly = "UserType IN ('Standard', 'PowerPartner')";

/**
 * Leads, accounts, opportunities and users of one Salesforce organisation, by its REST API. Errors as
 * `CrmConnector` says; `details.errorCode` holds Salesforce's own code.
 */
export function createSalesforceConnector(options: SalesforceOptions): CrmConnector {
  const { log } = options;
  const session = createSession(options);
  const queries = createQueries(session);
  const leads = createLeads(session, queries, log);

  async function findUsers(condition: string, callOptions: CallOptions) {
    const rows = await queries.rows(
      UserRow,
      `SELECT ${userFields.join(', ')} FROM User WHERE ${condition} ORDER BY IsActive DESC, Name, Id`,
      callOptions,
    );
    return rows.map(toUser);
  }

  return {
    system: 'salesforce',
    testConnection: (callOptions = {}) => checkConnection({ session, queries, options, callOptions }),
    // Nothing is listened to here: leads are looked up when somebody speaks of them.
    watched: async () => [],
    findByEmail: (email, callOptions = {}) => leads.find(searchByEmail(email), callOptions),
    findByName: (name, callOptions = {}) => leads.find(searchByName(name), callOptions),
    async getRecord(id, callOptions = {}) {
      const recordId = toLongRecordId(id);
      if (recordId === null) return null;
      const search = { where: `Id = ${quote(recordId)}`, isMeant: () => true };
      const [record] = await leads.find(search, callOptions);
      return record ?? null;
    },
    findPossibleDuplicates: (record, callOptions = {}) => leads.findPossibleDuplicates(record, callOptions),
    async findAccounts(account, callOptions = {}) {
      const { where, isMeant } = searchAccounts(account);
      if (where === null) return [];
      const tail = `WHERE ${where} ORDER BY Name, Id LIMIT ${maximumFound}`;
      const selection = { object: 'Account', wanted: accountFields, tail } as const;
      const rows = await queries.select(AccountRow, selection, callOptions);
      const members = await readMembers(queries, rows, callOptions);
      return rows.map((row) => toAccount(row, session.instanceUrl(), members)).filter(isMeant);
    },
    async findOpenOpportunities(accountIds, callOptions = {}) {
      const ids = [...new Set(accountIds.map(toLongRecordId).filter((id) => id !== null))];
      const found = [];
      for (let start = 0; start < ids.length; start += idsPerQuery) {
        const some = quoteList(ids.slice(start, start + idsPerQuery));
        const tail = `WHERE IsClosed = false AND AccountId IN ${some} ORDER BY Id`;
        const selection = { object: 'Opportunity', wanted: opportunityFields, tail } as const;
        const rows = await queries.select(OpportunityRow, selection, callOptions);
        found.push(...rows.map(toOpportunity));
      }
      return found;
    },
    async ownershipHistory(id, callOptions = {}) {
      const recordId = toLongRecordId(id);
      if (recordId === null) return [];
      try {
        const rows = await queries.rows(
          HistoryRow,
          `SELECT ${historyFields.join(', ')} FROM LeadHistory WHERE LeadId = ${quote(recordId)} AND Field = 'Owner' ORDER BY CreatedDate`,
          callOptions,
        );
        return toOwnershipChanges(rows);
      } catch (thrown) {
        if (errorCodeOf(thrown) !== 'INVALID_TYPE') throw thrown;
        log.warn({}, 'Salesforce keeps no field history of leads: switch it on for Owner to see past owners');
        return [];
      }
    },
    async findOwner(email, callOptions = {}) {
      const [user] = await findUsers(`Email = ${quote(email.trim())} AND ${ownersOnly}`, callOptions);
      return user ?? null;
    },
    listOwners: (callOptions = {}) => findUsers(ownersOnly, callOptions),
    async changeOwner({ id, ownerId, ifUnmodifiedSince }, callOptions = {}) {
      try {
        await session.call(
          {
            method: 'PATCH',
            path: `/sobjects/Lead/${encodeURIComponent(id)}`,
            headers: {
              // Unless told so, Salesforce may run its own assignment rules over the new owner.
              'Sforce-Auto-Assign': 'FALSE',
              ...(ifUnmodifiedSince === null
                ? {}
                : { 'If-Unmodified-Since': new Date(ifUnmodifiedSince).toUTCString() }),
            },
            body: { OwnerId: ownerId },
          },
          callOptions,
        );
      } catch (thrown) {
        const errorCode = errorCodeOf(thrown);
        const isGone = errorCode === 'NOT_FOUND' || errorCode === 'ENTITY_IS_DELETED';
        throw isGone ? deletedMeanwhile(thrown) : thrown;
      }
    },
  };
}
