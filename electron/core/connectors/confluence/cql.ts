/** Pages with the label, in these spaces where any are given. */
export function pagesWithLabel(label: string, spaces: readonly string[]): string {
  const inSpaces = spaces.length === 0 ? '' : ` and space in (${spaces.map(quoted).join(', ')})`;
  return `label = ${quoted(label)} and type = page${inSpaces}`;
}

/** The files that hang on these pages, which are named by their numbers. */
export function attachmentsOf(pageIds: readonly string[]): string {
  return `type = attachment and container in (${pageIds.join(', ')})`;
}

/** A string literal of CQL. */
function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}
