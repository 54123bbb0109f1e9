import type { VendorSystem } from '../../electron/core/sandbox/faults.ts';
import type { TestDatabase } from '../../electron/core/store/test-database.ts';
import { startCaseBench } from './case-bench.ts';
import { type CaseCell, caseCell, writtenVendors } from './case-cells.ts';
import { absentCells, type FaultRow, faultRows, vendors } from './fault-rows.ts';
import { type HeardVendor, type IntakeCell, intakeCell } from './intake-cells.ts';
import { type ManyCell, manyCell, startManyBench } from './many-results.ts';
import { startVendorBench } from './vendor-bench.ts';
import { harnesses, type WireCell, wireCell } from './wire-cells.ts';

/** What a fault does at a vendor; null where the level has nothing to show. */
export interface FaultCell {
  vendor: VendorSystem;
  row: FaultRow;
  wire: WireCell;
  case: CaseCell | null;
  intake: IntakeCell | null;
}

export interface VendorTable {
  cells: FaultCell[];
  many: { vendor: VendorSystem; cell: ManyCell }[];
}

/** Each waits for its socket most of the time. */
const slackProgramsAtOnce = 3;

const isPossible = (vendor: VendorSystem, { kind }: FaultRow): boolean =>
  absentCells[vendor][kind] === undefined;
const nameOf = (vendor: VendorSystem, { kind }: FaultRow): string => `${vendor} ${kind}`;

async function wireCells(): Promise<Map<string, WireCell>> {
  const cells = new Map<string, WireCell>();
  const bench = await startVendorBench();
  try {
    for (const vendor of vendors) {
      const harness = await harnesses[vendor](bench);
      for (const row of faultRows)
        if (isPossible(vendor, row)) cells.set(nameOf(vendor, row), await wireCell(bench, harness, row));
    }
  } finally {
    await bench.stop();
  }
  return cells;
}

async function caseCells(database: TestDatabase): Promise<Map<string, CaseCell>> {
  const cells = new Map<string, CaseCell>();
  const bench = await startCaseBench({ database });
  try {
    for (const vendor of writtenVendors)
      for (const row of faultRows.filter(({ call }) => call === 'read' || call === 'write'))
        if (isPossible(vendor, row))
          cells.set(nameOf(vendor, row), await caseCell(bench, { vendor, row, index: cells.size }));
  } finally {
    await bench.stop();
  }
  return cells;
}

/** Slack is listened to over a socket, which has no pages. */
const isHeardThrough = (vendor: HeardVendor, { call }: FaultRow): boolean =>
  call === 'read' || (vendor === 'teams' && call !== 'write');

type Cells = Map<string, IntakeCell>;

/** Fills in cells of a chat, one after another, in one program. */
async function fillIntakeCells(
  cells: Cells,
  { vendor, rows, database }: { vendor: HeardVendor; rows: readonly FaultRow[]; database: TestDatabase },
): Promise<void> {
  const bench = await startCaseBench({ database });
  try {
    for (const row of rows) cells.set(nameOf(vendor, row), await intakeCell(bench, { vendor, row }));
  } finally {
    await bench.stop();
  }
}

/**
 * Slack's socket waits longer after each connection that did not live for long, so each of its cells has a program of
 * its own; Teams is asked again and again at the same pace.
 */
async function intakeCells(createDatabase: () => Promise<TestDatabase>): Promise<Cells> {
  const cells: Cells = new Map();
  const rowsOf = (vendor: HeardVendor) => faultRows.filter((row) => isHeardThrough(vendor, row));
  const slackRows = rowsOf('slack').values();
  const workOnSlack = async () => {
    for (const row of slackRows)
      await fillIntakeCells(cells, { vendor: 'slack', rows: [row], database: await createDatabase() });
  };
  await Promise.all([
    fillIntakeCells(cells, { vendor: 'teams', rows: rowsOf('teams'), database: await createDatabase() }),
    ...Array.from({ length: slackProgramsAtOnce }, workOnSlack),
  ]);
  return cells;
}

async function manyCells(): Promise<VendorTable['many']> {
  const bench = await startManyBench();
  try {
    const many: VendorTable['many'] = [];
    for (const vendor of vendors) many.push({ vendor, cell: await manyCell(bench, vendor) });
    return many;
  } finally {
    await bench.stop();
  }
}

/** Lets every fault befall every vendor: at the wire, in a case whose write meets it, and in what a chat is heard by. */
export async function fillVendorTable(createDatabase: () => Promise<TestDatabase>): Promise<VendorTable> {
  const wires = await wireCells();
  const many = await manyCells();
  const [cases, intakes] = await Promise.all([
    caseCells(await createDatabase()),
    intakeCells(createDatabase),
  ]);
  const cells = vendors.flatMap((vendor) =>
    faultRows.flatMap((row): FaultCell[] => {
      const name = nameOf(vendor, row);
      const wire = wires.get(name);
      if (wire === undefined) return [];
      return [{ vendor, row, wire, case: cases.get(name) ?? null, intake: intakes.get(name) ?? null }];
    }),
  );
  return { cells, many };
}
