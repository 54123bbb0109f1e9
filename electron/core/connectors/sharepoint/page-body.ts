import { Marked } from 'marked';
import { parse as parseHtml } from 'node-html-parser';
import { AppError } from '../../../../shared/model/errors.ts';
import type { SitePage, WebPart } from './map.ts';

/** The HTML of a site page: its text web parts, and what the other ones say, in reading order. */
export function sitePageToHtml({ canvasLayout }: SitePage): string {
  const columns = (canvasLayout?.horizontalSections ?? []).flatMap((section) => section.columns ?? []);
  const webparts = [...columns, canvasLayout?.verticalSection].flatMap((place) => place?.webparts ?? []);
  return webparts.map(webPartToHtml).join('\n');
}

function webPartToHtml({ innerHtml, data }: WebPart): string {
  if (innerHtml) return innerHtml;
  const { htmlStrings, searchablePlainTexts } = data?.serverProcessedContent ?? {};
  const texts = (searchablePlainTexts ?? []).map(({ value }) => `<p>${escapeHtml(value ?? '')}</p>`);
  return [...texts, ...(htmlStrings ?? []).map(({ value }) => value ?? '')].join('\n');
}

/** What stands on an HTML file's page; the head, with its title and styles, is no part of it. */
export function htmlFileToHtml(bytes: Buffer): string {
  const html = decodeText(bytes);
  return parseHtml(html).querySelector('body')?.innerHTML ?? html;
}

/** What stands at the top of a file for programs, between two lines of dashes. */
const frontMatter = /^---[ \t]*\r?\n(?:.*\r?\n)*?---[ \t]*(?:\r?\n|$)/;

/**
 * A Markdown file as HTML, in GitHub's flavour, for its tables. Throws `vendor_refused` where it is nested deeper than
 * anybody would write.
 */
export function markdownToHtml(bytes: Buffer, name: string): string {
  try {
    return new Marked({ gfm: true }).parse(decodeText(bytes).replace(frontMatter, ''), { async: false });
  } catch (thrown) {
    throw new AppError(
      'vendor_refused',
      `${name} cannot be read as Markdown. Open it, look for quotations or lists that are nested without end, and save it anew.`,
      { cause: thrown, details: { vendor: 'SharePoint', file: name } },
    );
  }
}

/** The cells of a line that is drawn with `|`. */
const cellsOf = (line: string): string[] => line.trim().replace(/^\|/, '').replace(/\|$/, '').split('|');

/** A row of dashes under the titles of a table, as `| --- | :-: |`. */
const isRule = (line: string): boolean =>
  line.includes('|') && cellsOf(line).every((cell) => /^:?-+:?$/.test(cell.trim()));

/** Plain text as HTML: a paragraph for each block between empty lines, and a table for each that is drawn with `|`. */
export function textToHtml(bytes: Buffer): string {
  const blocks = decodeText(bytes).split(/\r?\n(?:[ \t]*\r?\n)+/);
  return blocks.map(blockToHtml).join('\n');
}

function blockToHtml(block: string): string {
  const lines = block.split(/\r?\n/).filter((line) => line.trim() !== '');
  const ruleAt = lines.findIndex((line, index) => index > 0 && isRule(line));
  if (ruleAt < 0) return paragraph(lines);
  const rows = [lines[ruleAt - 1] ?? '', ...lines.slice(ruleAt + 1)];
  return `${paragraph(lines.slice(0, ruleAt - 1))}${tableOf(rows)}`;
}

const paragraph = (lines: readonly string[]): string =>
  lines.length === 0 ? '' : `<p>${escapeHtml(lines.join('\n'))}</p>`;

function tableOf(lines: readonly string[]): string {
  const rows = lines.map((line) => cellsOf(line).map((cell) => `<td>${escapeHtml(cell.trim())}</td>`));
  return `<table>${rows.map((cells) => `<tr>${cells.join('')}</tr>`).join('')}</table>`;
}

/** Text files carry no name of their encoding: the mark at their beginning tells, else UTF-8, else that of Windows. */
function decodeText(bytes: Buffer): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

function escapeHtml(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}
