import type { DecisionCard } from '../connector.ts';
import { cutText, escapeHtml, textToHtml } from './html.ts';

/** Teams takes messages of about 28 KB, and a card's quotation marks count twice. */
const maximumBytes = 16_000;

/** In characters; what is longer is cut with an ellipsis. */
interface Limits {
  paragraph: number;
  field: number;
  quote: number;
}
const usual: Limits = { paragraph: 2_000, field: 300, quote: 1_500 };
const tight: Limits = { paragraph: 500, field: 100, quote: 300 };
const shownQuotes = 4;
const shownOptions = 10;

const howToDecide = (card: DecisionCard): string => {
  const approve =
    card.proposal === null
      ? '“approve: e-mail of the new owner”'
      : `“approve” (${card.proposal.name || card.proposal.owner}), “approve: e-mail” for somebody else`;
  return `To decide, answer here: ${approve}, “reject: reason” or “return: question for the requester”. With more than one open, begin with ${card.requestId}.`;
};

const optionLine = ({ name, owner, why }: DecisionCard['options'][number]): string =>
  `${name} (${owner}): ${why}`;

const heading = (card: DecisionCard): string => cutText(card.title || card.requestId, usual.field);

/** As much of it as fits. */
function fitting(draw: (limits: Limits) => string): string {
  const drawn = draw(usual);
  return Buffer.byteLength(drawn) <= maximumBytes ? drawn : draw(tight);
}

interface Line {
  text: string;
  isStrong?: boolean;
  url?: string | null;
}

/** Runs of text, and not text blocks: in those Teams reads Markdown, which a requester could have written. */
function lines(...runs: readonly Line[]): object {
  return {
    type: 'RichTextBlock',
    inlines: runs.map(({ text, isStrong, url }) => ({
      type: 'TextRun',
      text,
      ...(isStrong === true ? { weight: 'Bolder' } : {}),
      ...(url && /^https?:/i.test(url) ? { selectAction: { type: 'Action.OpenUrl', url } } : {}),
    })),
  };
}

/** An escalation as an Adaptive Card's JSON. It has no buttons: a card that an account posts can send nothing back. */
export function adaptiveCard(card: DecisionCard): string {
  return fitting((limits) => JSON.stringify(cardOf(card, limits)));
}

function cardOf(card: DecisionCard, longest: Limits): object {
  const title = heading(card);
  return {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    fallbackText: title,
    body: [
      lines({ text: title, isStrong: true }),
      ...card.summary.map((text) => lines({ text: cutText(text, longest.paragraph) })),
      ...card.fields.map(({ label, value }) =>
        lines({ text: `${label}: `, isStrong: true }, { text: cutText(value || '–', longest.field) }),
      ),
      ...card.quotes
        .slice(0, shownQuotes)
        .map(({ text, from, url }) =>
          lines({ text: `“${cutText(text, longest.quote)}” ` }, { text: cutText(from, longest.field), url }),
        ),
      ...card.options
        .slice(0, shownOptions)
        .map((option) => lines({ text: `• ${cutText(optionLine(option), longest.field)}` })),
      lines({ text: howToDecide(card) }),
    ],
  };
}

/** The same in a message's own HTML, for an account that may post no cards. */
export function cardHtml(card: DecisionCard): string {
  return fitting((limits) => htmlOf(card, limits));
}

function htmlOf(card: DecisionCard, longest: Limits): string {
  const paragraphs = [
    ...card.summary.map((text) => cutText(text, longest.paragraph)),
    card.fields.map(({ label, value }) => `${label}: ${cutText(value || '–', longest.field)}`).join('\n'),
    ...card.quotes
      .slice(0, shownQuotes)
      .map(({ text, from }) => `“${cutText(text, longest.quote)}” (${cutText(from, longest.field)})`),
    card.options
      .slice(0, shownOptions)
      .map((option) => `• ${cutText(optionLine(option), longest.field)}`)
      .join('\n'),
    howToDecide(card),
  ].filter((text) => text !== '');
  return `<p><b>${escapeHtml(heading(card))}</b></p>${paragraphs.map(textToHtml).join('')}`;
}
