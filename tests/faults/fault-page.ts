import { absentCells, type FaultRow, faultRows, vendorNames, vendors } from './fault-rows.ts';
import { type ManyCell, manyResults } from './many-results.ts';
import type { FaultCell, VendorTable } from './vendor-table.ts';
import type { WireCell } from './wire-cells.ts';

/** A row of the table as people read it. */
interface ShownRow {
  fault: string;
  /** While the fault lasts. */
  seen: string;
  passing: string;
  writes: string;
  heard: string;
  recovers: string;
}

const nothing = '–';
const emptyRow = { passing: nothing, writes: nothing, heard: nothing, recovers: nothing };

/** How long the tests wait is none of what people see. */
const inTime = (words: string): string => words.replace(/within [\d.]+ s/, 'in time');

function seenIn({ lasting }: WireCell): string {
  if (lasting.kind === 'error') return inTime(lasting.words);
  return lasting.kind === 'other' ? 'It counts as not there.' : 'Nothing.';
}

function passingOf({ passing, waitsMs }: WireCell, { kind }: FaultRow): string {
  if (passing.kind === 'error') return 'told at once';
  if (passing.kind === 'other') return 'counts as not there';
  if (waitsMs.length === 0) return 'unnoticed';
  return kind.startsWith('http_429_') && kind !== 'http_429_bare'
    ? 'unnoticed, after the wait that was asked for'
    : 'unnoticed, by a further try';
}

function writesOf({ case: written }: FaultCell): string {
  return written === null ? nothing : `${written.writes}; ${written.status}`;
}

function heardOf({ intake }: FaultCell): string {
  if (intake === null) return nothing;
  const isOnceEach = intake.requests.every((count) => count === 1) && intake.answers === 1;
  return isOnceEach ? 'each once' : `requests ${intake.requests.join(', ')}; answers ${intake.answers}`;
}

function shownRow(cell: FaultCell): ShownRow {
  const { row, wire } = cell;
  return {
    fault: row.title,
    seen: seenIn(wire),
    passing: passingOf(wire, row),
    writes: writesOf(cell),
    heard: heardOf(cell),
    recovers: wire.afterwards.kind === 'as ever' ? 'by itself' : 'no',
  };
}

function shownMany(cell: ManyCell | undefined): ShownRow {
  const seen = cell === undefined ? nothing : 'words' in cell ? cell.words : 'Nothing: all of them are read.';
  const fault = `${manyResults.toLocaleString('en')} results`;
  return { ...emptyRow, fault, seen };
}

/** The rows of one vendor, those that cannot come about with the reason. */
export function shownRows({ cells, many }: VendorTable, vendor: (typeof vendors)[number]): ShownRow[] {
  const rows = faultRows.map((row): ShownRow => {
    const reason = absentCells[vendor][row.kind];
    const cell = cells.find((candidate) => candidate.vendor === vendor && candidate.row === row);
    if (cell) return shownRow(cell);
    const seen = `Cannot come about: ${reason ?? 'not tried'}.`;
    return { ...emptyRow, fault: row.title, seen };
  });
  return [...rows, shownMany(many.find((one) => one.vendor === vendor)?.cell)];
}

const introduction = `# What a failing vendor does to Switchyard

Every way in which a vendor can fail is tried against each connector, and this page is written from what came of it
(\`npm run faults -- vendors --write\`). A call is tried five times in all; most faults pass in that time and nobody
notices. What lasts is told in the words below: on the Connectors screen, in the audit log and, where a case hangs on
it, in its summary.

- **While it lasts**: what a person reads.
- **If it passes**: what comes of a call that the fault befalls once or twice.
- **Writes**: how often the vendor has the change of the owner, or the answer in the thread, when the write of a case
  met the fault; and what the case came to.
- **Heard**: what became of the messages that people wrote meanwhile, one of them delivered twice.
- **Recovers**: whether the next call after the fault went as ever, without anybody's help.

In no row was anything left behind: no lease, no unsent message, no write without its record.
`;

const headings: ShownRow = {
  fault: 'Fault',
  seen: 'While it lasts',
  passing: 'If it passes',
  writes: 'Writes',
  heard: 'Heard',
  recovers: 'Recovers',
};

const cellsOf = ({ fault, seen, passing, writes, heard, recovers }: ShownRow): string[] =>
  [fault, seen, passing, writes, heard, recovers].map((text) => text.replaceAll('|', '\\|'));

/** A table as the formatter leaves it: each column as wide as its widest cell. */
function markdownTable(rows: readonly ShownRow[]): string[] {
  const lines = [headings, ...rows].map(cellsOf);
  const widths = cellsOf(headings).map((_, column) =>
    Math.max(...lines.map((line) => line[column]?.length ?? 0)),
  );
  const [head = '', ...body] = lines.map(
    (line) => `| ${line.map((text, column) => text.padEnd(widths[column] ?? 0)).join(' | ')} |`,
  );
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [head, rule, ...body];
}

/** The whole page for operators. */
export function faultPage(table: VendorTable): string {
  const sections = vendors.map((vendor) =>
    [`## ${vendorNames[vendor]}`, '', ...markdownTable(shownRows(table, vendor)), ''].join('\n'),
  );
  return [introduction, ...sections].join('\n');
}

/** The same for a terminal: vendor, fault, what is seen, writes, whether the connector went on by itself. */
export function faultLines(table: VendorTable): string[] {
  return vendors.flatMap((vendor) => [
    '',
    vendorNames[vendor],
    ...shownRows(table, vendor).map(
      ({ fault, seen, passing, writes, heard, recovers }) =>
        `  ${fault}\n      seen: ${seen}\n      passing: ${passing} · writes: ${writes} · heard: ${heard} · recovers: ${recovers}`,
    ),
  ]);
}
