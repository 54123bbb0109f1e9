import type { KnownName } from './reader.ts';

/** A message as plain text, with the links that its mark-up carried. */
export interface PlainText {
  text: string;
  links: string[];
}

const entities: Record<string, string> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&nbsp;': ' ' };

/**
 * Slack's mark-up as the words a person reads: e-mails and links by their target, mentions by the person's name,
 * channels and broadcasts left out. Source: Slack's "Formatting text for app surfaces".
 */
export function readMarkup(raw: string, knownNames: readonly KnownName[]): PlainText {
  const links: string[] = [];
  const text = raw
    .replace(/<([^<>\n]{1,2000})>/g, (_, inside: string) => {
      const [target = '', label] = inside.split('|', 2);
      if (target.startsWith('@'))
        return knownNames.find(({ chatId }) => chatId === target.slice(1))?.name ?? ' ';
      if (target.startsWith('#') || target.startsWith('!')) return ' ';
      if (target.startsWith('mailto:')) return target.slice('mailto:'.length);
      if (!/^https?:/i.test(target)) return inside;
      links.push(target);
      return label ?? target;
    })
    .replace(/&(?:amp|lt|gt|nbsp);/g, (entity) => entities[entity] ?? entity);
  for (const [link] of text.matchAll(/https?:\/\/\S+/gi)) links.push(link);
  return { text: text.replace(/[\u2018\u2019]/g, "'").replace(/[*_~`]+(?=\S)|(?<=\S)[*_~`]+/g, ''), links };
}
