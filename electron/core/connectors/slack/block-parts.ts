import type { HeaderBlock, KnownBlock, PlainTextElement } from '@slack/web-api';
import { cutText, escapeMarkup } from './mark-up.ts';

/** Slack's limits, in characters or pieces. Source: Slack's "Block Kit" reference. */
export const limits = {
  header: 150,
  sectionText: 3_000,
  fieldText: 2_000,
  fieldsPerSection: 10,
  blocks: 50,
  viewBlocks: 100,
  buttonLabel: 75,
  buttonValue: 2_000,
  optionLabel: 75,
  optionValue: 150,
  options: 100,
  inputText: 3_000,
  viewTitle: 24,
} as const;

export function plain(text: string, max: number): PlainTextElement {
  return { type: 'plain_text', text: cutText(text, max), emoji: false };
}

export function header(title: string): HeaderBlock {
  return { type: 'header', text: plain(title, limits.header) };
}

/** A paragraph of plain text; nothing where it is empty, which Slack does not take. */
export function section(text: string): KnownBlock[] {
  if (text.trim() === '') return [];
  return [{ type: 'section', text: { type: 'mrkdwn', text: escapeMarkup(text, limits.sectionText) } }];
}
