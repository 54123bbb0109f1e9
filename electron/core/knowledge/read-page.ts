import { type HTMLElement, NodeType, parse } from 'node-html-parser';
import type { PolicyDocument, PolicyPage } from '../../../shared/model/policy.ts';

/** Blocks that hold one passage each; a list item or table cell is read as a whole. */
const passageTags = new Set(['P', 'LI', 'BLOCKQUOTE', 'PRE', 'DD', 'DT']);
const headingTag = /^H[1-6]$/;

const plain = (element: HTMLElement): string =>
  element.textContent
    .replace(/\u00a0/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();

function settingsOf(table: HTMLElement): PolicyDocument['settings'] {
  const [head, ...rows] = table
    .querySelectorAll('tr')
    .map((row) => row.querySelectorAll('th, td').map(plain));
  const columns = head?.map((title) => title.toLowerCase()) ?? [];
  const [nameAt, valueAt] = [columns.indexOf('setting'), columns.indexOf('value')];
  if (nameAt < 0 || valueAt < 0) return [];
  return rows
    .map((cells) => ({ name: cells[nameAt] ?? '', value: cells[valueAt] ?? '' }))
    .filter(({ name }) => name !== '');
}

/**
 * Reads a page's HTML or Confluence storage format: passages with the heading that they stand under, and the rows of
 * every table with the columns *Setting* and *Value*. Macros and unknown elements are read for their text.
 */
export function readPolicyPage(page: PolicyPage, cachedAt: string | null): PolicyDocument {
  const passages: PolicyDocument['passages'] = [];
  const settings: PolicyDocument['settings'] = [];
  let heading: string | null = null;
  const add = (text: string) => {
    if (text !== '') passages.push({ heading, text });
  };
  const walk = (element: HTMLElement) => {
    for (const node of element.childNodes) {
      if (node.nodeType === NodeType.TEXT_NODE) {
        add(node.textContent.replace(/\s+/g, ' ').trim());
        continue;
      }
      if (node.nodeType !== NodeType.ELEMENT_NODE) continue;
      const child = node as HTMLElement;
      if (headingTag.test(child.tagName)) heading = plain(child) || null;
      else if (child.tagName === 'TABLE') settings.push(...settingsOf(child));
      else if (passageTags.has(child.tagName)) add(plain(child));
      else walk(child);
    }
  };
  walk(parse(page.body, { comment: false }));
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
