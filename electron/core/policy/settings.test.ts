import { describe, expect, it } from 'vitest';
import type { PolicyDocument } from '../../../shared/model/policy.ts';
import { parseAmount, parseDurationMs, readSettings } from './settings.ts';

const page = (id: string, rows: Record<string, string>): PolicyDocument => ({
  id,
  version: 1,
  title: id,
  url: null,
  passages: [],
  settings: Object.entries(rows).map(([name, value]) => ({ name, value })),
  cachedAt: null,
});

it.each([
  ['5000', 5000],
  ['5,000', 5000],
  ['5.000', 5000],
  ["5'000", 5000],
  ['5 000 employees', 5000],
  ['$ 50 million', 50_000_000],
  ['1.5M', 1_500_000],
  ['EUR 10m', 10_000_000],
  ['50.000.000 EUR', 50_000_000],
  ['1.5', 1.5],
  ['a few', undefined],
  ['', undefined],
  ['-5', undefined],
])('reads the amount "%s" as %s', (text, amount) => {
  expect(parseAmount(text)).toBe(amount);
});

it.each([
  ['PT4H', 4 * 3600 * 1000],
  [' P1D ', 24 * 3600 * 1000],
  ['4 hours', undefined],
  ['PT0S', undefined],
])('reads the duration "%s" as %s ms', (text, ms) => {
  expect(parseDurationMs(text)).toBe(ms);
});

describe('settings of several pages', () => {
  it('the stricter value stands, whichever page has it', () => {
    const strict = page('1', {
      'Auto-resolution': 'NOT ALLOWED',
      'Maximum employees for auto-resolution': '50',
      'Review window': 'PT8H',
      'Open opportunity': 'Allowed',
    });
    const loose = page('2', {
      'auto‑resolution:': 'Allowed',
      'Maximum employees for auto-resolution': '900',
      'Review window': 'PT2H',
      'Open opportunity': 'escalate.',
    });
    for (const pages of [
      [strict, loose],
      [loose, strict],
    ]) {
      expect(readSettings(pages)).toMatchObject({
        autoResolutionForbidden: { page: '1@1' },
        maximumEmployees: { parsed: 50 },
        reviewWindow: { parsed: 2 * 3600 * 1000 },
        openOpportunityEscalates: { page: '2@1' },
        unknown: [],
        unreadable: [],
      });
    }
  });

  it('lists are joined', () => {
    const { protectedOwners, changeFreezes } = readSettings([
      page('1', {
        'Protected owners': 'Ana <Ana@x.test>; b@x.test',
        'Change freeze': '2026-12-20..2027-01-02',
      }),
      page('2', { 'Protected owners': 'none', 'Change freeze': 'from 2026-06-01 to 2026-06-02, 2026-07-01' }),
    ]);
    expect(protectedOwners.map(({ parsed }) => parsed)).toEqual([['ana@x.test', 'b@x.test'], []]);
    expect(changeFreezes.map(({ parsed }) => parsed)).toEqual([
      [{ from: '2026-12-20', to: '2027-01-02' }],
      [
        { from: '2026-06-01', to: '2026-06-02' },
        { from: '2026-07-01', to: '2026-07-01' },
      ],
    ]);
  });

  it('what the program does not know is shown, what it cannot read is never guessed at', () => {
    const { unknown, unreadable } = readSettings([
      page('1', {
        'Maximum altitude': '9',
        'Auto-resolution': 'sometimes',
        'Change freeze': 'in June',
        'Protected owners': 'Ana',
      }),
    ]);
    expect(unknown.map(({ name }) => name)).toEqual(['Maximum altitude']);
    expect(unreadable.map(({ name }) => name)).toEqual([
      'Auto-resolution',
      'Change freeze',
      'Protected owners',
    ]);
  });
});
