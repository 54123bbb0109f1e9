import { Duration } from 'luxon';
import type { PolicyDocument } from '../../../shared/model/policy.ts';

/** A setting as one page gives it. */
export interface WrittenSetting {
  /** As the page spells it. */
  name: string;
  value: string;
  /** `id@version`. */
  page: string;
}

export interface Setting<Value> extends WrittenSetting {
  parsed: Value;
}

export interface Freeze {
  /** Whole days, inclusive, in the organisation's zone. */
  from: string;
  to: string;
}

/** Where pages disagree the stricter value stands here; lists are joined. */
export interface PolicySettings {
  /** Present where a page says *Not allowed*. */
  autoResolutionForbidden: Setting<true> | null;
  excludedReasons: Setting<string[]>[];
  maximumEmployees: Setting<number> | null;
  maximumAnnualRevenue: Setting<number> | null;
  /** Present where a page says *Escalate*. */
  openOpportunityEscalates: Setting<true> | null;
  protectedOwners: Setting<string[]>[];
  changeFreezes: Setting<Freeze[]>[];
  reviewWindow: Setting<number> | null;
  /** Known settings whose value cannot be read; they demand approval rather than being guessed at. */
  unreadable: WrittenSetting[];
  /** Settings that the program does not know, for the admin to look at. */
  unknown: WrittenSetting[];
  /** Every setting of every page, known or not, in the pages' order. */
  all: WrittenSetting[];
}

const listOf = (text: string): string[] =>
  text
    .split(/[,;\n]+/)
    .map((item) => item.trim())
    .filter((item) => item !== '' && !/^(?:none|n\/a|[-–—])$/i.test(item));

/** Letter case, spacing, kinds of hyphen and a closing stop or colon are no difference. */
const simplify = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[\u2010-\u2015]/g, '-')
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/\s*[.:]$/, '');

function choice<Value>(text: string, values: Record<string, Value>): Value | undefined {
  return values[simplify(text)];
}

const magnitudes: Record<string, number> = {
  k: 1e3,
  thousand: 1e3,
  m: 1e6,
  mn: 1e6,
  million: 1e6,
  bn: 1e9,
  billion: 1e9,
};

/** `5000`, `5,000`, `5.000`, `5000 employees`, `$ 50 million`, `1.5M EUR`; undefined where it is no number. */
export function parseAmount(text: string): number | undefined {
  const written = text.trim().replace(/\s+(?:employees|people|staff|fte)\.?$/i, '');
  const match = /^(?:[A-Z]{3}|[$€£])?\s*([\d.,'\u2019\s]+?)\s*([a-z]+)?\.?\s*(?:[A-Z]{3}|[$€£])?$/i.exec(
    written,
  );
  if (!match) return undefined;
  const [, digits = '', suffix] = match;
  const magnitude = suffix === undefined || /^[A-Z]{3}$/.test(suffix) ? 1 : magnitudes[suffix.toLowerCase()];
  const compact = digits.replace(/[\s'\u2019]/g, '');
  const isGrouped = /^\d{1,3}([.,]\d{3})+$/.test(compact) && magnitude === 1;
  const plain = isGrouped ? compact.replace(/[.,]/g, '') : compact.replace(',', '.');
  if (magnitude === undefined || !/^\d+(\.\d+)?$/.test(plain)) return undefined;
  return Number(plain) * magnitude;
}

/** `2026-12-20..2027-01-02` or `from … to …`, several separated by commas; one day stands for itself. */
function parseFreezes(text: string): Freeze[] | undefined {
  const freezes: Freeze[] = [];
  for (const item of listOf(text)) {
    const [from = '', to = from] = item
      .replace(/^from\s+/i, '')
      .split(/\s*(?:\.{2,3}|[…–—/]|\bto\b|\buntil\b|\s-\s)\s*/i)
      .map((day) => day.trim());
    if (!isDay(from) || !isDay(to) || to < from) return undefined;
    freezes.push({ from, to });
  }
  return freezes;
}

const isDay = (text: string): boolean => /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text));

/** Milliseconds of an ISO 8601 duration; undefined where it is none, or not positive. */
export function parseDurationMs(text: string): number | undefined {
  const duration = Duration.fromISO(text.trim());
  const ms = duration.isValid ? duration.toMillis() : 0;
  return ms > 0 ? ms : undefined;
}

const lower = <Value extends number>(first: Setting<Value> | null, second: Setting<Value>): Setting<Value> =>
  first === null || second.parsed < first.parsed ? second : first;

type Reader = (settings: PolicySettings, written: WrittenSetting) => boolean;

/** Each known setting: reads its value into the settings, or says that it cannot. */
const readers: Record<string, Reader> = {
  'auto-resolution': (settings, written) => {
    const isAllowed = choice(written.value, { allowed: true, 'not allowed': false });
    if (isAllowed === false) settings.autoResolutionForbidden ??= { ...written, parsed: true };
    return isAllowed !== undefined;
  },
  'auto-resolution reasons excluded': (settings, written) => {
    settings.excludedReasons.push({ ...written, parsed: listOf(written.value) });
    return true;
  },
  'maximum employees for auto-resolution': (settings, written) => {
    const parsed = parseAmount(written.value);
    if (parsed === undefined) return false;
    settings.maximumEmployees = lower(settings.maximumEmployees, { ...written, parsed });
    return true;
  },
  'maximum annual revenue for auto-resolution': (settings, written) => {
    const parsed = parseAmount(written.value);
    if (parsed === undefined) return false;
    settings.maximumAnnualRevenue = lower(settings.maximumAnnualRevenue, { ...written, parsed });
    return true;
  },
  'open opportunity': (settings, written) => {
    const escalates = choice(written.value, { escalate: true, allowed: false });
    if (escalates) settings.openOpportunityEscalates ??= { ...written, parsed: true };
    return escalates !== undefined;
  },
  'protected owners': (settings, written) => {
    const owners = listOf(written.value).map((owner) => /[^\s<>@]+@[^\s<>@]+/.exec(owner)?.[0].toLowerCase());
    const parsed = owners.filter((owner) => owner !== undefined);
    settings.protectedOwners.push({ ...written, parsed });
    return parsed.length === owners.length;
  },
  'change freeze': (settings, written) => {
    const parsed = parseFreezes(written.value);
    if (parsed === undefined) return false;
    settings.changeFreezes.push({ ...written, parsed });
    return true;
  },
  'review window': (settings, written) => {
    const parsed = parseDurationMs(written.value);
    if (parsed === undefined) return false;
    settings.reviewWindow = lower(settings.reviewWindow, { ...written, parsed });
    return true;
  },
};

/** Whether two pages speak of the same setting. */
export const isSameSetting = (
  first: Pick<WrittenSetting, 'name'>,
  second: Pick<WrittenSetting, 'name'>,
): boolean => simplify(first.name) === simplify(second.name);

/** Reads the settings tables of all pages together; the stricter value wins. */
export function readSettings(documents: readonly PolicyDocument[]): PolicySettings {
  const settings: PolicySettings = {
    autoResolutionForbidden: null,
    excludedReasons: [],
    maximumEmployees: null,
    maximumAnnualRevenue: null,
    openOpportunityEscalates: null,
    protectedOwners: [],
    changeFreezes: [],
    reviewWindow: null,
    unreadable: [],
    unknown: [],
    all: [],
  };
  for (const document of documents) {
    for (const { name, value } of document.settings) {
      const written = { name, value, page: `${document.id}@${document.version}` };
      settings.all.push(written);
      const read = readers[simplify(name)];
      if (!read) settings.unknown.push(written);
      else if (!read(settings, written)) settings.unreadable.push(written);
    }
  }
  return settings;
}
