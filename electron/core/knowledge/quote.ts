import type { PolicyDocument, PolicyQuote } from '../../../shared/model/policy.ts';
import { foldText } from '../routing/names.ts';

const maximumQuoteLength = 600;

const wordsOf = (text: string): string[] =>
  text
    .split(/\s+/)
    .map(foldText)
    .filter((word) => word.length > 2);

/** A short form of a word's stem, enough to match `commissions` with `commission` and `approved` with `approval`. */
const stem = (word: string): string => word.replace(/(?:s|es|e|ed|al|ing|ion|ions)$/u, '').slice(0, 7);

function quoteOf(
  document: PolicyDocument,
  { text: passage, anchor }: { text: string; anchor?: string | null | undefined },
): PolicyQuote {
  const { url, notRead = [] } = document;
  const cut = passage.length > maximumQuoteLength ? `${passage.slice(0, maximumQuoteLength - 1)}…` : passage;
  return {
    pageId: document.id,
    version: document.version,
    title: document.title,
    passage: cut,
    url: url !== null && anchor ? `${url}#${encodeURIComponent(anchor)}` : url,
    ...(notRead.length === 0 ? {} : { notRead }),
  };
}

/**
 * One quote of each page that governs the case: the settings that the decision named, as the page writes them, else
 * the passage that shares most words with what is looked for, else the page's first.
 */
export function quotePolicy(
  documents: readonly PolicyDocument[],
  about: { words: string; settings: readonly { name: string; value: string; page: string }[] },
): PolicyQuote[] {
  const wanted = new Set(wordsOf(about.words).map(stem));
  return documents.map((document) => {
    const page = `${document.id}@${document.version}`;
    const named = about.settings.filter((setting) => setting.page === page);
    if (named.length > 0) return quoteOf(document, settingsQuote(document, named));
    let best = { passage: document.passages[0] ?? { text: document.title }, score: 0 };
    for (const passage of document.passages) {
      const words = wordsOf(`${passage.heading ?? ''} ${passage.text}`);
      const score = words.filter((word) => wanted.has(stem(word))).length;
      if (score > best.score) best = { passage, score };
    }
    return quoteOf(document, best.passage);
  });
}

/** The settings in the page's words, with the section of the first of them. */
function settingsQuote(
  { settings }: PolicyDocument,
  named: readonly { name: string; value: string }[],
): { text: string; anchor: string | null } {
  const [first] = named;
  const written = settings.find(({ name, value }) => name === first?.name && value === first.value);
  return {
    text: named.map(({ name, value }) => `${name}: ${value}`).join('; '),
    anchor: written?.anchor ?? null,
  };
}

const directing =
  /\b(?:go(?:es)? to|belongs? (?:to|with|in)|(?:is|are) (?:handled|answered|decided) by|(?:should|must|can|may) be (?:sent|addressed|directed|raised|taken|made)|(?:please )?(?:contact|ask|write to|turn to|use|see|open|raise|email|e-mail))\b/i;

/** Words of such sentences that say nothing about their topic. */
const topicNoise = new Set(
  'requests request questions question about and the for all any other with lead leads routing owner owners please matters matter territory account accounts'.split(
    ' ',
  ),
);

/** What a sentence that sends people elsewhere is about: what stands before the verb, else all of it. */
function topicOf(sentence: string): string[] {
  const match = directing.exec(sentence);
  if (!match) return [];
  const keywordsOf = (text: string) => wordsOf(text).filter((word) => !topicNoise.has(word));
  const before = keywordsOf(sentence.slice(0, match.index));
  return before.length > 0 ? before : keywordsOf(sentence);
}

/**
 * Where a matter that is not lead routing belongs, if a page says so: the sentence that sends people elsewhere
 * ("… go to …", "For …, contact …") and whose topic the text is about.
 */
export function destinationFor(
  documents: readonly PolicyDocument[],
  text: string,
): { sentence: string; document: PolicyDocument } | null {
  const spoken = new Set(wordsOf(text).map(stem));
  let best: { sentence: string; document: PolicyDocument; shared: number } | null = null;
  for (const document of documents) {
    for (const sentence of document.passages.flatMap((passage) => passage.text.split(/(?<=[.!?])\s+/))) {
      const shared = topicOf(sentence).filter((word) => spoken.has(stem(word))).length;
      if (shared > (best?.shared ?? 0)) best = { sentence, document, shared };
    }
  }
  return best;
}
