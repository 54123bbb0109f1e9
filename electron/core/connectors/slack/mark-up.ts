const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** At most `max` UTF-16 units, the last of them an ellipsis where something was cut off. */
export function cutText(text: string, max: number): string {
  return cutPieces(text, max, (character) => character);
}

/**
 * Plain text as Slack's mark-up: `&`, `<` and `>` escaped, and cut as `cutText` cuts, never inside an entity.
 * Source: Slack's "Formatting text for app surfaces".
 */
export function escapeMarkup(text: string, max: number): string {
  return cutPieces(text, max, (character) => entities[character] ?? character);
}

/** A link with a label; the bare label where the address is none that Slack opens. */
export function linkMarkup(url: string | null, label: string, max: number): string {
  if (url === null || !URL.canParse(url) || !/^https?:/i.test(url)) return escapeMarkup(label, max);
  const target = new URL(url).href.replaceAll('&', '&amp;').replaceAll('|', '%7C');
  const labelMax = max - target.length - '<|>'.length;
  return labelMax < 1 ? escapeMarkup(label, max) : `<${target}|${escapeMarkup(label, labelMax)}>`;
}

function cutPieces(text: string, max: number, piece: (character: string) => string): string {
  let whole = '';
  let kept = '';
  for (const character of text) {
    whole += piece(character);
    if (whole.length > max) return `${kept}…`;
    if (whole.length < max) kept = whole;
  }
  return whole;
}
