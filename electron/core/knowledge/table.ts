import { type HTMLElement, NodeType } from 'node-html-parser';
import { childrenOf } from './elements.ts';
import { plain } from './plain-text.ts';

/** One cell as it is written; in merged cells the same one stands in each place that it covers. */
interface Cell {
  text: string;
}

const lineTags = new Set([
  'P',
  'LI',
  'BLOCKQUOTE',
  'PRE',
  'DD',
  'DT',
  'BR',
  'DIV',
  'TR',
  'TD',
  'TH',
  'AC:TASK-BODY',
]);
/** HTML's own bound of a cell's columns; more would only be there to fill the memory. */
const maximumSpan = 1_000;

/** The rows under the columns *Setting* and *Value*; null where a table has no such columns. */
export function settingsIn(table: HTMLElement): { name: string; value: string }[] | null {
  const rows = gridOf(table);
  const titlesOf = (cells: readonly Cell[]) => cells.map(({ text }) => text.toLowerCase());
  const headAt = rows.findIndex((cells) => {
    const titles = titlesOf(cells);
    return titles.includes('setting') && titles.includes('value');
  });
  const head = rows[headAt];
  if (!head) return null;
  const [nameAt, valueAt] = [titlesOf(head).indexOf('setting'), titlesOf(head).indexOf('value')];
  /** By the cell of the name: one that covers several rows is one setting with all of their values. */
  const settings = new Map<Cell, Cell[]>();
  for (const cells of rows.slice(headAt + 1)) {
    const [name, value] = [cells[nameAt], cells[valueAt]];
    if (!name || name.text === '') continue;
    settings.set(name, [...(settings.get(name) ?? []), ...(value ? [value] : [])]);
  }
  return [...settings].map(([name, values]) => ({ name: name.text, value: joined(values) }));
}

/** Each row of a table as one text, what is written in merged cells once. */
export function rowTexts(table: HTMLElement): string[] {
  const told = new Set<Cell>();
  return gridOf(table).map((cells) => {
    const fresh = [...new Set(cells)].filter((cell) => cell.text !== '' && !told.has(cell));
    for (const cell of fresh) told.add(cell);
    return fresh.map(({ text }) => text).join(': ');
  });
}

const joined = (cells: readonly Cell[]): string =>
  [...new Set(cells)]
    .map(({ text }) => text)
    .filter((text) => text !== '')
    .join('; ');

/** The table's cells by row and column, merged ones spread over all that they cover. */
function gridOf(table: HTMLElement): Cell[][] {
  const grid: Cell[][] = [];
  const rows = rowsOf(table);
  for (const [rowAt, row] of rows.entries()) {
    grid[rowAt] ??= [];
    let columnAt = 0;
    for (const element of childrenOf(row, 'TH', 'TD')) {
      while (grid[rowAt]?.[columnAt] !== undefined) columnAt += 1;
      const cell: Cell = { text: linesOf(element).join('; ') };
      const width = spanOf(element, 'colspan');
      const height = Math.min(spanOf(element, 'rowspan'), rows.length - rowAt);
      for (let down = 0; down < height; down += 1) {
        const cells = grid[rowAt + down] ?? [];
        grid[rowAt + down] = cells;
        for (let across = 0; across < width; across += 1) cells[columnAt + across] = cell;
      }
      columnAt += width;
    }
  }
  return grid.map((cells) => Array.from(cells, (cell): Cell => cell ?? { text: '' }));
}

/** The table's own rows, not those of a table in one of its cells. */
function rowsOf(table: HTMLElement): HTMLElement[] {
  return table.childNodes.flatMap((node) => {
    if (node.nodeType !== NodeType.ELEMENT_NODE) return [];
    const element = node as HTMLElement;
    if (element.tagName === 'TR') return [element];
    return ['THEAD', 'TBODY', 'TFOOT'].includes(element.tagName) ? childrenOf(element, 'TR') : [];
  });
}

function spanOf(cell: HTMLElement, name: 'colspan' | 'rowspan'): number {
  const span = Number(cell.getAttribute(name) ?? '1');
  return Number.isInteger(span) && span >= 1 ? Math.min(span, maximumSpan) : 1;
}

/** The lines of a cell: its paragraphs, list items and what line breaks part. */
function linesOf(cell: HTMLElement): string[] {
  const lines = [''];
  const walk = (element: HTMLElement) => {
    for (const node of element.childNodes) {
      if (node.nodeType === NodeType.TEXT_NODE) lines.push(`${lines.pop() ?? ''}${node.textContent}`);
      if (node.nodeType !== NodeType.ELEMENT_NODE) continue;
      const child = node as HTMLElement;
      const isLine = lineTags.has(child.tagName);
      if (isLine) lines.push('');
      walk(child);
      if (isLine) lines.push('');
    }
  };
  walk(cell);
  return lines.map(plain).filter((line) => line !== '');
}
