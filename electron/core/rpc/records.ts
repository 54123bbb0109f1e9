import type { RecordLookUp } from '../agent/record-look-up.ts';
import { implementation } from './implementation.ts';

export function recordHandlers(lookUp: RecordLookUp) {
  return {
    search: implementation.records.search.handler(({ input, signal }) =>
      lookUp.search(input.text, signal ?? new AbortController().signal),
    ),
    owners: implementation.records.owners.handler(({ signal }) =>
      lookUp.owners(signal ?? new AbortController().signal),
    ),
  };
}
