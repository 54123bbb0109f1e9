import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase } from '../../electron/core/store/test-database.ts';
import { timesHeard } from './clock-skew.ts';
import { faultPage } from './fault-page.ts';
import { absentCells, faultRows, vendors } from './fault-rows.ts';
import { heardVendors } from './intake-cells.ts';
import { manyResults } from './many-results.ts';
import { type FaultCell, fillVendorTable, type VendorTable } from './vendor-table.ts';
import { comesThrough, faultsOfWords, toldAs, waitAskedFor } from './wire-expectations.ts';

/** More requests for one call than this are those of a connector that follows a loop. */
const fewRequests = 8;
const page = path.join(import.meta.dirname, '../../docs/faults.md');
const anHourMs = 3_600_000;

let table: VendorTable;
beforeAll(async () => {
  table = await fillVendorTable(createTestDatabase);
}, 600_000);

const possible = vendors.flatMap((vendor) =>
  faultRows.filter(({ kind }) => absentCells[vendor][kind] === undefined).map((row) => ({ vendor, row })),
);

function cellOf({ vendor, row }: Pick<FaultCell, 'vendor' | 'row'>): FaultCell {
  const cell = table.cells.find((candidate) => candidate.vendor === vendor && candidate.row === row);
  if (cell === undefined) throw new Error(`The table lacks ${vendor} ${row.kind}`);
  return cell;
}

/** A short name of what a call came to. */
const told = ({ kind, ...outcome }: FaultCell['wire']['lasting']): string =>
  kind === 'other' ? 'not there' : 'code' in outcome ? outcome.code : kind;

describe.each(possible)('$vendor: $row.title', ({ vendor, row }) => {
  it('is told for what it is, in words that say what to do, and is over when it is over', () => {
    const { wire } = cellOf({ vendor, row });
    const problems = wire.lasting.kind === 'error' ? faultsOfWords(wire.lasting.words, vendor) : [];
    expect([told(wire.lasting), problems, told(wire.afterwards), wire.requests <= fewRequests]).toEqual([
      toldAs[row.kind](vendor),
      [],
      'as ever',
      true,
    ]);
  });

  it('comes through where it passes, after the wait that was asked for', () => {
    const cell = cellOf({ vendor, row });
    const { passing, waitsMs } = cell.wire;
    const [shortest, longest] = waitAskedFor(row) ?? [0, Number.POSITIVE_INFINITY];
    expect([told(passing), waitsMs.filter((ms) => ms < shortest || ms > longest)]).toEqual([
      comesThrough(cell) ? 'as ever' : toldAs[row.kind](vendor),
      [],
    ]);
  });
});

describe('a case whose write meets a fault', () => {
  it('is completed with one write where the fault passes, else in somebody’s hands with none; nothing is left undone', () => {
    const refused = ['http_403', 'http_404', 'http_409', 'http_412'];
    const wrong = table.cells.flatMap(({ vendor, row, case: written }) => {
      if (written === null) return [];
      const isDone = written.status === 'Completed' && written.writes === 1;
      const isUnsent = ['slack', 'teams'].includes(vendor) && written.status === 'Completed';
      const isHandedOn = written.status === 'Escalated (tool_failure)' || isUnsent;
      const mayBeRefused = refused.includes(row.kind) || (row.kind === 'http_401' && vendor === 'hubspot');
      const isRight = isDone || (mayBeRefused && isHandedOn && written.writes === 0);
      const hasEnded = written.leftovers.length === 0;
      return isRight && hasEnded ? [] : [`${vendor} ${row.kind}: ${JSON.stringify(written)}`];
    });
    expect(wrong).toEqual([]);
  });
});

describe('what people write while their chat fails', () => {
  it('becomes one request each, with the answers in their threads', () => {
    const wrong = table.cells.flatMap(({ vendor, row, intake }) => {
      if (intake === null) return [];
      const { isBefallen, requests, answers, leftovers } = intake;
      const isOnceEach = requests.every((count) => count === 1) && answers === 1;
      const isRight = isBefallen && isOnceEach && leftovers.length === 0;
      return isRight ? [] : [`${vendor} ${row.kind}: ${JSON.stringify(intake)}`];
    });
    const tried = table.cells.filter(({ intake }) => intake !== null).length;
    expect([wrong, tried > 25]).toEqual([[], true]);
  });

  it.each(heardVendors.flatMap((vendor) => [-anHourMs, anHourMs].map((aheadMs) => ({ vendor, aheadMs }))))(
    'is heard once in $vendor with our clock $aheadMs ms from theirs',
    async ({ vendor, aheadMs }) => {
      expect(await timesHeard(vendor, aheadMs)).toBe(1);
    },
  );
});

describe('ten thousand results', () => {
  it.each(vendors)('are read from %s to their end, or refused in words that say what to do', (vendor) => {
    const cell = table.many.find((one) => one.vendor === vendor)?.cell;
    const isWhole = cell !== undefined && 'count' in cell && cell.count >= manyResults;
    const problems = cell !== undefined && 'words' in cell ? faultsOfWords(cell.words, vendor) : [];
    expect([isWhole || (cell !== undefined && 'words' in cell), problems]).toEqual([true, []]);
  });
});

it('the page for operators says what the table found', async () => {
  expect(await readFile(page, 'utf8'), 'Write it anew: npm run faults -- vendors --write').toBe(
    faultPage(table),
  );
});
