import { type HTMLElement, NodeType } from 'node-html-parser';

/** The elements right below this one, of these kinds; tags in capitals. */
export function childrenOf(parent: HTMLElement, ...tags: readonly string[]): HTMLElement[] {
  return parent.childNodes.filter(
    (node): node is HTMLElement =>
      node.nodeType === NodeType.ELEMENT_NODE && tags.includes((node as HTMLElement).tagName),
  );
}
