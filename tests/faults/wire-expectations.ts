import type { VendorSystem } from '../../electron/core/sandbox/faults.ts';
import type { ErrorCode } from '../../shared/model/errors.ts';
import { type FaultRow, vendorNames } from './fault-rows.ts';
import type { FaultCell } from './vendor-table.ts';

/** What a fault that lasts is told as. `not there` is no error: the call gives nothing. */
type Told = ErrorCode | 'not there';

const forAll = (told: Told) => () => told;
const byVendor =
  (told: Partial<Record<VendorSystem, Told>>, others: Told) =>
  (vendor: VendorSystem): Told =>
    told[vendor] ?? others;

/** How each fault is told while it lasts. */
export const toldAs: Readonly<Record<FaultRow['kind'], (vendor: VendorSystem) => Told>> = {
  http_401: forAll('vendor_auth'),
  // A scope that is missing is a matter of the token in Slack.
  http_403: byVendor({ slack: 'vendor_auth' }, 'vendor_refused'),
  http_404: byVendor({ hubspot: 'not there', confluence: 'not there' }, 'vendor_refused'),
  http_409: byVendor({ hubspot: 'record_changed' }, 'vendor_refused'),
  http_412: byVendor({ salesforce: 'record_changed' }, 'vendor_refused'),
  http_429: forAll('vendor_busy'),
  http_429_bare: forAll('vendor_busy'),
  http_429_seconds: forAll('vendor_busy'),
  http_429_fraction: forAll('vendor_busy'),
  http_429_date: forAll('vendor_busy'),
  http_429_skewed: forAll('vendor_busy'),
  http_500: forAll('vendor_unreachable'),
  http_503: forAll('vendor_unreachable'),
  timeout: forAll('vendor_unreachable'),
  reset: forAll('vendor_unreachable'),
  write_then_reset: forAll('vendor_unreachable'),
  truncated_body: forAll('vendor_unreachable'),
  truncated_json: forAll('vendor_garbled'),
  html_page: forAll('vendor_garbled'),
  empty_page: forAll('vendor_garbled'),
  page_loop: forAll('vendor_garbled'),
};

/** Salesforce and Microsoft give out new tokens; the others' are entered by an admin. */
const renewing: readonly VendorSystem[] = ['salesforce', 'teams', 'sharepoint'];

/** Whether a call gets through a fault that passes, by itself. */
export function comesThrough({ vendor, row }: FaultCell): boolean {
  if (row.kind === 'http_401') return renewing.includes(vendor);
  return !['http_403', 'http_404', 'http_409', 'http_412'].includes(row.kind);
}

/** The shortest and the longest that is waited before each further try, in milliseconds; null where none was asked for. */
export function waitAskedFor({ kind }: FaultRow): [number, number] | null {
  if (kind === 'http_429_seconds') return [1_000, 1_000];
  if (kind === 'http_429_fraction') return [400, 400];
  // A date has whole seconds.
  return kind === 'http_429_date' || kind === 'http_429_skewed' ? [1_000, 2_000] : null;
}

const secrets = /xox[bp]-|xapp-|Bearer |Basic |pat-|sandbox-(access|secret|api-token|refresh)/;
const advice =
  /\b(check|add|grant|give|install|look|ask|read it again|correct|enter|choose|copy|see|tried again|sign in again)\b/i;

/** What is wrong with the words that a person reads; empty where nothing is. */
export function faultsOfWords(words: string, vendor: VendorSystem): string[] {
  const checks: [boolean, string][] = [
    [words.includes(vendorNames[vendor]), 'do not name the vendor'],
    [advice.test(words.replace(/It says: .*$/, '')), 'do not say what to do'],
    [!secrets.test(words), 'hold a secret'],
    [!/[<>]/.test(words), 'hold mark-up'],
    [!/\?\w+=/.test(words), 'hold the query of an address'],
    [!/\bat \S+ \(|\.[jt]s:\d/.test(words), 'hold a stack trace'],
  ];
  return checks.filter(([isFine]) => !isFine).map(([, problem]) => problem);
}
