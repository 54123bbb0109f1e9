import { randomInt } from 'node:crypto';
import type { StandInReply } from '../stand-in.ts';
import { SalesforceRefusal } from './errors.ts';

/** The vendor's own: rows in one answer, and answers that a user may have half read. */
const rowsPerPage = 2000;
const maximumCursors = 10;

/** Results that did not fit into one answer, by the locator under which the rest is asked for. */
export function createCursors() {
  const rests = new Map<string, object[]>();
  return {
    page(apiPath: string, records: object[]): StandInReply {
      const sent = records.slice(0, rowsPerPage);
      if (sent.length === records.length) {
        return { status: 200, body: { totalSize: records.length, done: true, records: sent } };
      }
      const locator = `01g${randomInt(1e9, 1e10)}-${rowsPerPage}`;
      rests.set(locator, records.slice(rowsPerPage));
      const [oldest] = rests.keys();
      if (rests.size > maximumCursors && oldest !== undefined) rests.delete(oldest);
      return {
        status: 200,
        body: {
          totalSize: records.length,
          done: false,
          nextRecordsUrl: `${apiPath}/query/${locator}`,
          records: sent,
        },
      };
    },
    read(locator: string): object[] {
      const rest = rests.get(locator);
      if (rest === undefined) {
        throw new SalesforceRefusal(400, 'INVALID_QUERY_LOCATOR', 'invalid query locator');
      }
      return rest;
    },
  };
}
