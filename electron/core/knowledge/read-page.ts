import { type HTMLElement, NodeType } from 'node-html-parser';
import type { PolicyDocument, PolicyPage } from '../../../shared/model/policy.ts';
import { createHeadingAnchors } from './heading-anchors.ts';
import { plain } from './plain-text.ts';
import { parseHtmlBody, parseStorageBody } from './storage-format.ts';
import { rowTexts, settingsIn } from './table.ts';

/** Blocks that hold one passage each; a list item or a task is read as a whole. */
const passageTags = new Set([
  'P',
  'LI',
  'BLOCKQUOTE',
  'PRE',
  'DD',
  'DT',
  'AC:TASK-BODY',
  'AC:PLAIN-TEXT-BODY',
]);
const headingTag = /^H[1-6]$/;

/**
 * Reads a page's HTML or Confluence storage format: passages with the heading that they stand under, and the rows of
 * every table with the columns *Setting* and *Value*. Rows of other tables are passages. Unknown elements are read for
 * their text; what stands on the page and is not in its body is named.
 */
export function readPolicyPage(page: PolicyPage, cachedAt: string | null): PolicyDocument {
  const isStorageFormat = page.source === 'confluence';
  const { root, notRead } = isStorageFormat ? parseStorageBody(page.body) : parseHtmlBody(page.body);
  const files = (page.attachments ?? []).map((name) => `the attached file "${name}"`);
  return {
    id: page.id,
    version: page.version,
    title: page.title,
    url: page.url,
    ...readBody(root, isStorageFormat ? createHeadingAnchors() : () => null),
    notRead: [...notRead, ...files],
    cachedAt,
  };
}

function readBody(
  root: HTMLElement,
  anchorOf: (heading: string) => string | null,
): Pick<PolicyDocument, 'passages' | 'settings'> {
  const passages: PolicyDocument['passages'] = [];
  const settings: PolicyDocument['settings'] = [];
  let heading: string | null = null;
  let anchor: string | null = null;
  const add = (text: string) => {
    if (text !== '') passages.push({ heading, anchor, text });
  };
  const addTable = (table: HTMLElement) => {
    const found = settingsIn(table);
    if (found) settings.push(...found.map((setting) => ({ ...setting, anchor })));
    else for (const text of rowTexts(table)) add(text);
  };
  const walk = (element: HTMLElement) => {
    for (const node of element.childNodes) {
      if (node.nodeType === NodeType.TEXT_NODE) {
        add(plain(node.textContent));
        continue;
      }
      if (node.nodeType !== NodeType.ELEMENT_NODE) continue;
      const child = node as HTMLElement;
      if (headingTag.test(child.tagName)) {
        heading = plain(child.textContent) || null;
        anchor = heading === null ? null : anchorOf(child.textContent);
      } else if (child.tagName === 'TABLE') addTable(child);
      // A paragraph that was never closed may hold the table behind it.
      else if (passageTags.has(child.tagName) && !child.querySelector('table')) add(plain(child.textContent));
      else walk(child);
    }
  };
  walk(root);
  return { passages, settings };
}
