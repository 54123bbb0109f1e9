import { type HTMLElement, NodeType, parse } from 'node-html-parser';
import type { PolicyDocument, PolicyPage } from '../../../shared/model/policy.ts';

/** Blocks that hold one passage each; a list item or table cell is read as a whole. */
const passageTags = new Set(['P', 'LI', 'BLOCKQUOTE', 'PRE', 'DD', 'DT']);
const lineTags = new Set([...passageTags, 'BR', 'DIV', 'TR']);
const headingTag = /^H[1-6]$/;

const plain = (text: string): string =>
  text
    .replace(/\u00a0/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();

/** The lines of a table's cell: its paragraphs, list items and what line breaks part. */
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

const cellText = (cell: HTMLElement): string => linesOf(cell).join('; ');

const rowsOf = (table: HTMLElement): string[][] =>
  table.querySelectorAll('tr').map((row) => row.querySelectorAll('th, td').map(cellText));

/** The rows under the columns *Setting* and *Value*; null where a table has no such columns. */
function settingsOf(rows: readonly string[][]): PolicyDocument['settings'] | null {
  const headAt = rows.findIndex((cells) => {
    const titles = cells.map((title) => title.toLowerCase());
    return titles.includes('setting') && titles.includes('value');
  });
  const titles = rows[headAt]?.map((title) => title.toLowerCase());
  if (!titles) return null;
  const [nameAt, valueAt] = [titles.indexOf('setting'), titles.indexOf('value')];
  return rows
    .slice(headAt + 1)
    .map((cells) => ({ name: cells[nameAt] ?? '', value: cells[valueAt] ?? '' }))
    .filter(({ name }) => name !== '');
}

/**
 * Reads a page's HTML or Confluence storage format: passages with the heading that they stand under, and the rows of
 * every table with the columns *Setting* and *Value*. Rows of other tables are passages. Macros and unknown elements
 * are read for their text.
 */
export function readPolicyPage(page: PolicyPage, cachedAt: string | null): PolicyDocument {
  const passages: PolicyDocument['passages'] = [];
  const settings: PolicyDocument['settings'] = [];
  let heading: string | null = null;
  const add = (text: string) => {
    if (text !== '') passages.push({ heading, text });
  };
  const addTable = (table: HTMLElement) => {
    const rows = rowsOf(table);
    const found = settingsOf(rows);
    if (found) settings.push(...found);
    else for (const cells of rows) add(cells.filter((cell) => cell !== '').join(': '));
  };
  const walk = (element: HTMLElement) => {
    for (const node of element.childNodes) {
      if (node.nodeType === NodeType.TEXT_NODE) {
        add(plain(node.textContent));
        continue;
      }
      if (node.nodeType !== NodeType.ELEMENT_NODE) continue;
      const child = node as HTMLElement;
      if (headingTag.test(child.tagName)) heading = plain(child.textContent) || null;
      else if (child.tagName === 'TABLE') addTable(child);
      // A paragraph that was never closed may hold the table behind it.
      else if (passageTags.has(child.tagName) && !child.querySelector('table')) add(plain(child.textContent));
      else walk(child);
    }
  };
  walk(parse(page.body, { comment: false, blockTextElements: { script: false, style: false } }));
  return {
    id: page.id,
    version: page.version,
    title: page.title,
    url: page.url,
    passages,
    settings,
    cachedAt,
  };
}
