/** The text as a sentence of its own: with a full stop, unless it ends with a stop already. */
export function sentence(text: string): string {
  const trimmed = text.trim();
  return /[.!?…]["'”’)]*$/.test(trimmed) ? trimmed : `${trimmed}.`;
}
