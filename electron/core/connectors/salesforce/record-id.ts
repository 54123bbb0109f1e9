const checksumAlphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345';

/**
 * The 18-character form of a Salesforce id, or null for text that is no id. The 15-character form tells records apart
 * by letter case only; the three characters added say which of each five letters are capitals.
 * Source: Salesforce Help, "What are 18-digit record IDs".
 */
export function toLongRecordId(id: string): string | null {
  if (/^[a-zA-Z0-9]{18}$/.test(id)) return id;
  if (!/^[a-zA-Z0-9]{15}$/.test(id)) return null;
  let suffix = '';
  for (let start = 0; start < 15; start += 5) {
    let capitals = 0;
    for (let offset = 0; offset < 5; offset += 1) {
      if (/[A-Z]/.test(id.charAt(start + offset))) capitals |= 1 << offset;
    }
    suffix += checksumAlphabet.charAt(capitals);
  }
  return id + suffix;
}

/** Users have ids that begin with 005, groups (and so queues) 00G. */
export function isQueueId(id: string): boolean {
  return id.startsWith('00G');
}
