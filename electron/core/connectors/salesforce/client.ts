import { z } from 'zod';
import { AppError } from '../../../../shared/model/errors.ts';
import type { CrmAccount, CrmRecord } from '../../../../shared/model/lead.ts';
import type { CallOptions, CrmConnector } from '../connector.ts';
import { garbled } from '../vendor-fetch.ts';
import { vendor } from './errors.ts';
import {
  AccountRow,
  accountFields,
  HistoryRow,
  historyFields,
  isLockField,
  LeadRow,
  leadFields,
  OpportunityRow,
  opportunityFields,
  ownerFields,
  toAccount,
  toOpportunity,
  toOwnershipChanges,
  toRecord,
  toUser,
  UserRow,
  userFields,
} from './map.ts';
import { toLongRecordId } from './record-id.ts';
import { type Search, searchAccounts, searchByEmail, searchByName, searchDuplicates } from './searches.ts';
import { createSession, type SalesforceOptions } from './session.ts';
import { quote, quoteList } from './soql.ts';

export type { SalesforceOptions } from './session.ts';

/** One page of an answer. A loose search that finds more than this is no search. */
const maximumFound = 2000;
/** Keeps a query below the 16 kB that Salesforce takes in an address. */
const idsPerQuery = 200;
/** Portal users, automated processes and the like cannot own leads. */
const ownersOnly = "UserType IN ('Standard', 'PowerPartner')";

const QueryPage = z.object({
  done: z.boolean(),
  records: z.array(z.unknown()),
  nextRecordsUrl: z.string().optional(),
});
const Description = z.object({ fields: z.array(z.object({ name: z.string(), type: z.string() })) });
type Field = z.output<typeof Description>['fields'][number];

type DescribedObject = 'Lead' | 'Account';

/**
 * Leads, accounts, opportunities and users of one Salesforce organisation, by its REST API. Errors as
 * `CrmConnector` says; `details.errorCode` holds Salesforce's own code.
 */
export function createSalesforceConnector(options: SalesforceOptions): CrmConnector {
  const { log } = options;
  const session = createSession(options);
  const descriptions = new Map<DescribedObject, Promise<Field[]>>();

  /** Which fields there are, and we may see: asked once, and again when a query shows that it is no longer so. */
  async function describe(object: DescribedObject): Promise<Field[]> {
    const known = descriptions.get(object);
    if (known !== undefined) return known;
    const asked = session
      .call({ method: 'GET', path: `/sobjects/${object}/describe` })
      .then((json) => parse(Description, json).fields);
    descriptions.set(object, asked);
    asked.catch(() => descriptions.delete(object));
    return asked;
  }

  async function visibleFields(object: DescribedObject, wanted: readonly string[]): Promise<string[]> {
    const fields = await describe(object);
    const names = new Set(fields.map(({ name }) => name));
    const locks = object === 'Lead' ? fields.filter(isLockField).map(({ name }) => name) : [];
    return [...wanted.filter((name) => names.has(name)), ...locks, ...ownerFields];
  }

  /** Every row, however many pages they take. */
  async function query<Row extends z.ZodType>(
    schema: Row,
    soql: string,
    callOptions: CallOptions,
  ): Promise<z.output<Row>[]> {
    const rows: unknown[] = [];
    let path: string | undefined = `/query?q=${encodeURIComponent(soql)}`;
    try {
      while (path !== undefined) {
        const page: z.output<typeof QueryPage> = parse(
          QueryPage,
          await session.call({ method: 'GET', path }, callOptions),
        );
        rows.push(...page.records);
        path = page.done ? undefined : page.nextRecordsUrl;
      }
    } catch (thrown) {
      if (errorCodeOf(thrown) === 'INVALID_FIELD') descriptions.clear();
      throw thrown;
    }
    return parse(z.array(schema), rows);
  }

  async function findLeads(search: Search<CrmRecord>, callOptions: CallOptions): Promise<CrmRecord[]> {
    if (search.where === null) return [];
    const fields = await visibleFields('Lead', leadFields);
    const rows = await query(
      LeadRow,
      `SELECT ${fields.join(', ')} FROM Lead WHERE ${search.where} ORDER BY LastModifiedDate DESC, Id LIMIT ${maximumFound}`,
      callOptions,
    );
    return rows.map((row) => toRecord(row, session.instanceUrl())).filter(search.isMeant);
  }

  async function findUsers(condition: string, callOptions: CallOptions) {
    const rows = await query(
      UserRow,
      `SELECT ${userFields.join(', ')} FROM User WHERE ${condition} ORDER BY IsActive DESC, Name, Id`,
      callOptions,
    );
    return rows.map(toUser);
  }

  return {
    system: 'salesforce',
    findByEmail: (email, callOptions = {}) => findLeads(searchByEmail(email), callOptions),
    findByName: (name, callOptions = {}) => findLeads(searchByName(name), callOptions),
    async getRecord(id, callOptions = {}) {
      const recordId = toLongRecordId(id);
      if (recordId === null) return null;
      const [record] = await findLeads(
        { where: `Id = ${quote(recordId)}`, isMeant: () => true },
        callOptions,
      );
      return record ?? null;
    },
    findPossibleDuplicates: (record, callOptions = {}) => findLeads(searchDuplicates(record), callOptions),
    async findAccounts(account, callOptions = {}): Promise<CrmAccount[]> {
      const { where, isMeant } = searchAccounts(account);
      if (where === null) return [];
      const fields = await visibleFields('Account', accountFields);
      const rows = await query(
        AccountRow,
        `SELECT ${fields.join(', ')} FROM Account WHERE ${where} ORDER BY Name, Id LIMIT ${maximumFound}`,
        callOptions,
      );
      return rows.map((row) => toAccount(row, session.instanceUrl())).filter(isMeant);
    },
    async findOpenOpportunities(accountIds, callOptions = {}) {
      const ids = [...new Set(accountIds.map(toLongRecordId).filter((id) => id !== null))];
      const found = [];
      for (let start = 0; start < ids.length; start += idsPerQuery) {
        const some = quoteList(ids.slice(start, start + idsPerQuery));
        const rows = await query(
          OpportunityRow,
          `SELECT ${[...opportunityFields, ...ownerFields].join(', ')} FROM Opportunity WHERE IsClosed = false AND AccountId IN ${some} ORDER BY Id`,
          callOptions,
        );
        found.push(...rows.map(toOpportunity));
      }
      return found;
    },
    async ownershipHistory(id, callOptions = {}) {
      const recordId = toLongRecordId(id);
      if (recordId === null) return [];
      try {
        const rows = await query(
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
        throw isGone(thrown) ? deletedMeanwhile(thrown) : thrown;
      }
    },
  };
}

function parse<Schema extends z.ZodType>(schema: Schema, json: unknown): z.output<Schema> {
  const parsed = schema.safeParse(json);
  // The parser's own words quote the data, which is people's.
  if (!parsed.success) throw garbled(vendor, 'data of another form');
  return parsed.data;
}

function errorCodeOf(thrown: unknown): unknown {
  return thrown instanceof AppError ? thrown.details.errorCode : undefined;
}

function isGone(thrown: unknown): boolean {
  const errorCode = errorCodeOf(thrown);
  return errorCode === 'NOT_FOUND' || errorCode === 'ENTITY_IS_DELETED';
}

function deletedMeanwhile(cause: unknown): AppError {
  return new AppError(
    'record_changed',
    'The lead is no longer in Salesforce: it was deleted or merged after it was read. Look it up again.',
    { cause, details: { vendor } },
  );
}
