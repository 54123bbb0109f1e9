import type { CallOptions } from '../connector.ts';
import { TerritoryMemberRow, territoryMemberFields } from './map.ts';
import type { Queries } from './queries.ts';
import { quoteList } from './soql.ts';

/** Keeps a query below the 16 kB that Salesforce takes in an address. */
const territoriesPerQuery = 200;

interface InTerritories {
  ObjectTerritory2Associations?: readonly { Territory2Id: string }[] | undefined;
}

/** The e-mails of the active users of the records' territories, by territory. Nothing is asked where there are none. */
export async function readMembers(
  queries: Queries,
  rows: readonly InTerritories[],
  callOptions: CallOptions,
): Promise<Map<string, string[]>> {
  const ids = rows.flatMap(({ ObjectTerritory2Associations: own = [] }) =>
    own.map(({ Territory2Id: territoryId }) => territoryId),
  );
  const wanted = [...new Set(ids)].slice(0, territoriesPerQuery);
  const members = new Map<string, string[]>();
  if (wanted.length === 0) return members;
  const found = await queries.rows(
    TerritoryMemberRow,
    `SELECT ${territoryMemberFields.join(', ')} FROM UserTerritory2Association WHERE IsActive = true AND User.IsActive = true AND Territory2Id IN ${quoteList(wanted)} ORDER BY Id`,
    callOptions,
  );
  for (const { Territory2Id: territoryId, User: user } of found) {
    const email = user?.Email ?? null;
    if (email !== null) members.set(territoryId, [...(members.get(territoryId) ?? []), email]);
  }
  return members;
}
