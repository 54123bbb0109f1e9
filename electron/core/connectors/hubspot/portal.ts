import { setTimeout as sleep } from 'node:timers/promises';
import type { HubspotApi } from './api.ts';

/** Where people open the account's records. */
export interface Portal {
  contactUrl(id: string): string;
  companyUrl(id: string): string;
  /** Where the keys and apps of the account are looked after. */
  keysUrl: string;
}

/** After the account could not be read, links are left out for so long; no read of a record waits for it again. */
const triedAgainAfterMs = 60_000;
/** A record is not held up for its link; a later one has it. */
const waitedForMs = 2_000;

export function portalOf({ portalId, uiDomain }: { portalId: string; uiDomain: string }): Portal {
  const recordUrl = (type: string, id: string) =>
    `https://${uiDomain}/contacts/${portalId}/record/${type}/${encodeURIComponent(id)}`;
  return {
    contactUrl: (id) => recordUrl('0-1', id),
    companyUrl: (id) => recordUrl('0-2', id),
    keysUrl: `https://${uiDomain}/service-keys/${portalId}`,
  };
}

/** Reads the account once, for links. Null where it cannot be read, or not soon: a record without a link is still one. */
export function createPortalReader(api: Pick<HubspotApi, 'readAccount'>): () => Promise<Portal | null> {
  let portal: Portal | null = null;
  let reading: Promise<void> | null = null;
  let failedAt = Number.NEGATIVE_INFINITY;

  async function read(): Promise<void> {
    try {
      // Without a signal of the caller's: the answer is for every later caller too.
      portal = portalOf(await api.readAccount({}));
    } catch {
      failedAt = performance.now();
    }
    reading = null;
  }

  return async () => {
    if (portal !== null || performance.now() - failedAt < triedAgainAfterMs) return portal;
    reading ??= read();
    await Promise.race([reading, sleep(waitedForMs, null, { ref: false })]);
    return portal;
  };
}
