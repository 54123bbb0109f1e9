import { HTMLElement, type Node, NodeType, parse } from 'node-html-parser';

/** Somebody or something that a message names with an @, by the number that its body gives it. */
export interface MentionText {
  id: number;
  /** What stands in its place; empty where nothing is to. */
  text: string;
}

const blocks = new Set(['P', 'DIV', 'LI', 'UL', 'OL', 'TR', 'TABLE', 'BLOCKQUOTE', 'PRE', 'H1', 'H2', 'H3']);
/** What a person reads none of: references to what is attached, and the message that they answer. */
const unread = new Set(['ATTACHMENT', 'STYLE', 'SCRIPT', 'SYSTEMEVENTMESSAGE']);

/**
 * A Teams message's HTML as the words a person reads: mentions by name, links with their target, emoji as characters.
 * Source: Graph's chatMessage and "Send chatMessage in a channel or a chat".
 */
export function readHtml(html: string, mentions: readonly MentionText[]): string {
  const pieces: string[] = [];
  const write = (node: Node): void => {
    if (node.nodeType === NodeType.TEXT_NODE) {
      pieces.push(node.text.replace(/[\s\u00a0]+/g, ' '));
      return;
    }
    if (!(node instanceof HTMLElement)) return;
    const tag = node.tagName;
    if (unread.has(tag) || isQuotedMessage(node)) return;
    if (tag === 'BR') pieces.push('\n');
    if (tag === 'AT') return void pieces.push(mentionText(node, mentions));
    if (tag === 'EMOJI' || tag === 'IMG') return void pieces.push(node.getAttribute('alt') ?? '');
    if (blocks.has(tag)) pieces.push('\n');
    for (const child of node.childNodes) write(child);
    if (tag === 'A') pieces.push(linkTarget(node));
    if (blocks.has(tag)) pieces.push('\n');
  };
  write(parse(html, { comment: false }));
  return pieces
    .join('')
    .replace(/ *\n */g, '\n')
    .replace(/\n{3,}/g, '\n\n')
    .replace(/ {2,}/g, ' ')
    .trim();
}

function isQuotedMessage(element: HTMLElement): boolean {
  return element.tagName === 'BLOCKQUOTE' && /\/Reply$/.test(element.getAttribute('itemtype') ?? '');
}

function mentionText(element: HTMLElement, mentions: readonly MentionText[]): string {
  const id = Number(element.getAttribute('id'));
  return mentions.find((mention) => mention.id === id)?.text ?? element.text;
}

/** The target in brackets, unless it is what the label says. */
function linkTarget(link: HTMLElement): string {
  const target = link.getAttribute('href') ?? '';
  const isShown = link.text.trim() === target.replace(/^mailto:/, '');
  return /^https?:/i.test(target) && !isShown ? ` (${target})` : '';
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => entities[character] ?? character);
}

/** Plain text as a message's HTML: a paragraph for each block between empty lines. */
export function textToHtml(text: string): string {
  return text
    .split(/\n{2,}/)
    .map((block) => `<p>${escapeHtml(block).replaceAll('\n', '<br>')}</p>`)
    .join('');
}

/** At most `max` UTF-16 units, the last of them an ellipsis where something was cut off. */
export function cutText(text: string, max: number): string {
  return text.length <= max
    ? text
    : `${text
        .slice(0, max - 1)
        .toWellFormed()
        .replace(/\ufffd$/, '')}…`;
}

/** The text as `textToHtml` writes it, cut so that it takes at most so many bytes. */
export function fittingHtml(text: string, maximumBytes: number): string {
  let max = Math.min(text.length, maximumBytes);
  for (;;) {
    const html = textToHtml(cutText(text, max));
    const sizeBytes = Buffer.byteLength(html);
    if (sizeBytes <= maximumBytes || max < 2) return html;
    max = Math.floor((max * maximumBytes * 0.95) / sizeBytes);
  }
}
