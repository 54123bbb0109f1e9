import type { CrmSystem } from '../../shared/model/lead.ts';
import type { Source } from '../../shared/model/request.ts';

/** `missing_firmographics` or `annualRevenue` as a person reads it: `Missing firmographics`, `Annual revenue`. */
export function label(code: string): string {
  const words = code
    .replaceAll('_', ' ')
    .replace(/(?<=[a-z])(?=[A-Z])/g, ' ')
    .toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export const systemLabels: Record<CrmSystem, string> = { salesforce: 'Salesforce', hubspot: 'HubSpot' };

export const sourceLabels: Record<Source, string> = {
  slack: 'Slack',
  teams: 'Teams',
  form: 'Form',
  import: 'Import',
};

export const countWords = (count: number): string => count.toLocaleString('en');

/** A value of a record or a rule; numbers are grouped, nothing is `unknown`. */
export function valueWords(value: unknown): string {
  if (value === null || value === undefined) return 'unknown';
  if (typeof value === 'number') return value.toLocaleString('en');
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value)) return value.map(valueWords).join(', ');
  return String(value);
}

export const byteWords = (bytes: number): string =>
  bytes < 1024 * 1024
    ? `${Math.max(1, Math.round(bytes / 1024))} KB`
    : `${(bytes / 1024 / 1024).toFixed(1)} MB`;
