import { Fragment, type ReactNode } from 'react';

const entities: Record<string, string> = { '&amp;': '&', '&lt;': '<', '&gt;': '>' };
const decode = (text: string): string =>
  text.replace(/&(amp|lt|gt);/g, (entity) => entities[entity] ?? entity);

const token = /<([^>|]+)(?:\|([^>]*))?>|\*([^*\n]+)\*|(?<![\w])_([^_\n]+)_(?![\w])|`([^`\n]+)`/g;

interface SlackTextProps {
  text: string;
  /** Slack id to name, for mentions. */
  names: Readonly<Record<string, string>>;
}

/** Slack's mrkdwn as elements: links, mentions, bold, italic, code. Never as HTML. */
export function SlackText({ text, names }: SlackTextProps) {
  const parts: ReactNode[] = [];
  let end = 0;
  for (const match of text.matchAll(token)) {
    parts.push(decode(text.slice(end, match.index)), <Token key={match.index} match={match} names={names} />);
    end = match.index + match[0].length;
  }
  parts.push(decode(text.slice(end)));
  return <Fragment>{parts}</Fragment>;
}

function Token({ match, names }: { match: RegExpExecArray; names: SlackTextProps['names'] }) {
  const [, target, linkLabel, bold, italic, code] = match;
  if (bold !== undefined) return <b>{decode(bold)}</b>;
  if (italic !== undefined) return <em>{decode(italic)}</em>;
  if (code !== undefined) return <code>{decode(code)}</code>;
  if (target === undefined) return null;
  if (/^[@#!]/.test(target)) {
    const id = target.slice(1);
    return <b>@{linkLabel ?? names[id] ?? id}</b>;
  }
  const label = decode(linkLabel ?? target.replace(/^mailto:/, ''));
  if (!/^https?:/.test(target)) return label;
  return (
    <a href={decode(target)} target="_blank" rel="noreferrer">
      {label}
    </a>
  );
}
