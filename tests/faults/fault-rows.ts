import type { FaultKind, VendorSystem } from '../../electron/core/sandbox/faults.ts';

/**
 * Which call of a connector shows what a fault does: a read, one that pages through a list, one that does so to its end
 * in vain, or a write.
 */
export type CallKind = 'read' | 'list' | 'search' | 'write';

export interface FaultRow {
  /** As operators read it. */
  title: string;
  kind: FaultKind;
  call: CallKind;
  /** So often in a row it befalls calls that are to come through nevertheless. */
  times: number;
}

const row = (title: string, kind: FaultKind, call: CallKind = 'read', times = 2): FaultRow => ({
  title,
  kind,
  call,
  times,
});

/** Every way in which a vendor fails us. */
export const faultRows = [
  row('401, then renewed', 'http_401', 'read', 1),
  row('403', 'http_403'),
  row('404', 'http_404'),
  row('409 at a write', 'http_409', 'write'),
  row('412 at a write', 'http_412', 'write'),
  row('429 without Retry-After', 'http_429_bare'),
  row('429, Retry-After in seconds', 'http_429_seconds'),
  row('429, Retry-After with a fraction', 'http_429_fraction'),
  row('429, Retry-After as a date', 'http_429_date'),
  row('500', 'http_500'),
  row('503', 'http_503'),
  row('time-out', 'timeout'),
  row('reset before the work', 'reset'),
  row('reset after the work', 'write_then_reset', 'write'),
  row('body broken off by the network', 'truncated_body'),
  row('body cut within its JSON', 'truncated_json'),
  row('HTML instead of JSON', 'html_page'),
  row('an empty page before the last', 'empty_page', 'list', 1),
  row('a page that follows itself', 'page_loop', 'search', 4),
  row('a vendor’s clock that is an hour ahead', 'http_429_skewed'),
] as const satisfies readonly FaultRow[];

export const vendorNames: Readonly<Record<VendorSystem, string>> = {
  slack: 'Slack',
  teams: 'Microsoft Teams',
  salesforce: 'Salesforce',
  hubspot: 'HubSpot',
  confluence: 'Confluence',
  sharepoint: 'SharePoint',
};
export const vendors = ['slack', 'teams', 'salesforce', 'hubspot', 'confluence', 'sharepoint'] as const;

const isOnlyRead = 'nothing is written there';
/** Cells that cannot come about, with the reason. */
export const absentCells: Readonly<Record<VendorSystem, Partial<Record<FaultKind, string>>>> = {
  slack: {
    http_409: 'Slack has no conditional calls: it says everything with 200 and a word',
    http_412: 'Slack has no conditional calls: it says everything with 200 and a word',
  },
  teams: {},
  salesforce: {},
  hubspot: { http_412: 'HubSpot has no conditional writes' },
  confluence: { http_409: isOnlyRead, http_412: isOnlyRead, write_then_reset: isOnlyRead },
  sharepoint: { http_409: isOnlyRead, http_412: isOnlyRead, write_then_reset: isOnlyRead },
};
