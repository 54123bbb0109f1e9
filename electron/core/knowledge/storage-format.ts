import { type HTMLElement, NodeType, parse } from 'node-html-parser';
import { childrenOf } from './elements.ts';

/** What a page's body says, as plain elements, and what stands on the page without being in its body. */
export interface ReadableBody {
  root: HTMLElement;
  /** In words, each as it would stand in a list: `the included page "Regions"`. */
  notRead: string[];
}

/** Elements that hold settings of the editor, the same text again, or instructions to authors. */
const droppedTags = new Set([
  'AC:ADF-ATTRIBUTE',
  'AC:ADF-FALLBACK',
  'AC:PLACEHOLDER',
  'AC:TASK-ID',
  'AC:TASK-STATUS',
  'AC:TASK-UUID',
]);
/** Macros that show nothing of their own, or nothing that a policy would say. */
const silentMacros = new Set(['anchor', 'toc', 'toc-zone', 'recently-updated', 'contributors', 'livesearch']);

/** The body of a page in HTML, as SharePoint and the tests have it. */
export function parseHtmlBody(body: string): ReadableBody {
  return { root: parse(body, parsing), notRead: [] };
}

/**
 * A body in Confluence's storage format: what macros keep in parameters and attributes becomes text where people read
 * it (a panel's title, a status, a date, the page that a link names), the rest of the parameters goes, and macros that
 * bring in content from elsewhere are named. https://confluence.atlassian.com/doc/confluence-storage-format-790796544.html
 */
export function parseStorageBody(body: string): ReadableBody {
  const root = parse(withoutCharacterData(body), parsing);
  const notRead: string[] = [];
  for (const element of elementsIn(root)) {
    if (droppedTags.has(element.tagName)) element.remove();
    else if (element.tagName === 'TIME') element.replaceWith(escaped(element.getAttribute('datetime') ?? ''));
    else if (element.tagName === 'AC:LINK') nameTarget(element);
    else if (element.tagName === 'AC:STRUCTURED-MACRO' || element.tagName === 'AC:MACRO') {
      const missing = readMacro(element);
      if (missing !== null) notRead.push(missing);
    }
  }
  return { root, notRead: [...new Set(notRead)] };
}

const parsing = { comment: false, blockTextElements: { script: false, style: false } };

/** Every element below this one, outer ones first; what is taken out meanwhile is not gone into. */
function* elementsIn(parent: HTMLElement): Generator<HTMLElement> {
  for (const node of [...parent.childNodes]) {
    if (node.nodeType !== NodeType.ELEMENT_NODE) continue;
    const element = node as HTMLElement;
    yield element;
    if (element.parentNode !== null && parent.childNodes.includes(element)) yield* elementsIn(element);
  }
}

/** Puts a macro's words where its parameters were; gives what it brings in from elsewhere, in words, or null. */
function readMacro(macro: HTMLElement): string | null {
  const name = macro.getAttribute('ac:name') ?? '';
  const parameters = childrenOf(macro, 'AC:PARAMETER');
  const title =
    parameters.find((parameter) => parameter.getAttribute('ac:name') === 'title')?.textContent.trim() ?? '';
  const page = macro.querySelector('ri\\:page')?.getAttribute('ri:content-title');
  const file = macro.querySelector('ri\\:attachment')?.getAttribute('ri:filename');
  if (name === 'status') {
    macro.replaceWith(escaped(title));
    return null;
  }
  const hasBody = childrenOf(macro, 'AC:RICH-TEXT-BODY', 'AC:PLAIN-TEXT-BODY').length > 0;
  for (const parameter of parameters) parameter.remove();
  if (hasBody) {
    if (title !== '') macro.insertAdjacentHTML('afterbegin', `<p>${escaped(title)}</p>`);
    return null;
  }
  if (silentMacros.has(name)) return null;
  if (page !== undefined) return `the included page "${page}"`;
  if (file !== undefined) return `the file "${file}" that is shown on it`;
  return `what the macro "${name}" shows on it`;
}

/** A link without words of its own shows the name of what it leads to. */
function nameTarget(link: HTMLElement): void {
  if (link.textContent.trim() !== '') return;
  const page = link.querySelector('ri\\:page')?.getAttribute('ri:content-title');
  const file = link.querySelector('ri\\:attachment')?.getAttribute('ri:filename');
  link.insertAdjacentHTML('beforeend', escaped(page ?? file ?? ''));
}

function withoutCharacterData(body: string): string {
  return body.replace(/<!\[CDATA\[([\s\S]*?)\]\]>/g, (_, text: string) => escaped(text));
}

function escaped(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}
