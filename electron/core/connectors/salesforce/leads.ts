import type { CrmRecord } from '../../../../shared/model/lead.ts';
import type { Log } from '../../ports.ts';
import type { CallOptions } from '../connector.ts';
import { errorCodeOf } from './errors.ts';
import { DuplicateItemRow, duplicateItemFields, LeadRow, leadFields, toRecord } from './map.ts';
import type { Queries } from './queries.ts';
import { type Search, searchDuplicates } from './searches.ts';
import type { SalesforceSession } from './session.ts';
import { quote, quoteList } from './soql.ts';
import { readMembers } from './territories.ts';

/** One page of an answer. A loose search that finds more than this is no search. */
export const maximumFound = 2000;
/** Duplicate sets hold a few records; one that holds more was filled by a rule that fits everything. */
const maximumDuplicates = 200;

export interface Leads {
  find(search: Search<CrmRecord>, options: CallOptions): Promise<CrmRecord[]>;
  /** By our own search and by the duplicate rules of the organisation; the record itself is left out. */
  findPossibleDuplicates(record: CrmRecord, options: CallOptions): Promise<CrmRecord[]>;
}

export function createLeads(session: SalesforceSession, queries: Queries, log: Log): Leads {
  async function find(search: Search<CrmRecord>, callOptions: CallOptions): Promise<CrmRecord[]> {
    if (search.where === null) return [];
    const tail = `WHERE ${search.where} ORDER BY LastModifiedDate DESC, Id LIMIT ${maximumFound}`;
    const selection = { object: 'Lead', wanted: leadFields, tail } as const;
    const rows = await queries.select(LeadRow, selection, callOptions);
    const members = await readMembers(queries, rows, callOptions);
    return rows.map((row) => toRecord(row, session.instanceUrl(), members)).filter(search.isMeant);
  }

  /** The names of the duplicate rules by the id of each other lead that they have put together with this one. */
  async function findByRules(
    { system, id }: CrmRecord,
    callOptions: CallOptions,
  ): Promise<Map<string, string[]>> {
    const found = new Map<string, string[]>();
    if (system !== 'salesforce' || !(await hasDuplicateRules(callOptions))) return found;
    const fields = duplicateItemFields.join(', ');
    const itemsWhere = (condition: string) =>
      queries.rows(
        DuplicateItemRow,
        `SELECT ${fields} FROM DuplicateRecordItem WHERE ${condition} LIMIT ${maximumDuplicates}`,
        callOptions,
      );
    try {
      const own = await itemsWhere(`RecordId = ${quote(id)}`);
      if (own.length === 0) return found;
      const sets = quoteList([...new Set(own.map((item) => item.DuplicateRecordSetId))]);
      for (const item of await itemsWhere(`DuplicateRecordSetId IN ${sets}`)) {
        if (item.RecordId === id) continue;
        const rules = found.get(item.RecordId) ?? [];
        found.set(item.RecordId, [...new Set([...rules, item.DuplicateRecordSet ?? 'a duplicate rule'])]);
      }
    } catch (thrown) {
      const errorCode = errorCodeOf(thrown);
      if (errorCode !== 'INVALID_TYPE' && errorCode !== 'INVALID_FIELD') throw thrown;
      log.warn({ errorCode }, "The organisation's duplicate sets may not be read; our own search has to do");
    }
    return found;
  }

  async function hasDuplicateRules(callOptions: CallOptions): Promise<boolean> {
    const { childRelationships } = await queries.describe('Lead', callOptions);
    return childRelationships.some(({ childSObject }) => childSObject === 'DuplicateRecordItem');
  }

  return {
    find,
    async findPossibleDuplicates(record, callOptions) {
      const [alike, byRules] = await Promise.all([
        find(searchDuplicates(record), callOptions),
        findByRules(record, callOptions),
      ]);
      const missing = [...byRules.keys()].filter((id) => !alike.some((other) => other.id === id));
      const byRulesAlone =
        missing.length === 0
          ? []
          : await find({ where: `Id IN ${quoteList(missing)}`, isMeant: () => true }, callOptions);
      return [...alike, ...byRulesAlone].map((other) => {
        const duplicateRules = byRules.get(other.id);
        return duplicateRules === undefined ? other : { ...other, duplicateRules };
      });
    },
  };
}
