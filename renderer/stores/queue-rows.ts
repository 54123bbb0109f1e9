/**
 * The order of the queue after it was read again. The row that a person is looking at stays where it was even if it
 * no longer belongs to the view (somebody decided it): what is under the eyes and the fingers never changes by itself.
 */
export function keepActiveRow(
  before: readonly string[],
  after: readonly string[],
  activeId: string | null,
): string[] {
  if (activeId === null || after.includes(activeId)) return [...after];
  const index = before.indexOf(activeId);
  if (index < 0) return [...after];
  return [...after.slice(0, index), activeId, ...after.slice(index)];
}

/** The row `delta` steps from the active one, held to the list's ends; the first row where none is active. */
export function stepFrom(ids: readonly string[], activeId: string | null, delta: number): string | null {
  const index = activeId === null ? -1 : ids.indexOf(activeId);
  if (index < 0) return ids[0] ?? activeId;
  return ids[Math.min(ids.length - 1, Math.max(0, index + delta))] ?? activeId;
}

/** A page appended to those before it; a row that moved meanwhile is not listed twice. */
export function appendPage(ids: readonly string[], page: readonly string[]): string[] {
  const known = new Set(ids);
  return [...ids, ...page.filter((id) => !known.has(id))];
}

/** By how many rows the row at `index` moved; 0 where it is gone. */
export function rowsMoved(before: readonly string[], after: readonly string[], index: number): number {
  const id = before[index];
  const now = id === undefined ? -1 : after.indexOf(id);
  return now < 0 ? 0 : now - index;
}
