/** Hours and minutes of an ISO 8601 instant, at this desk. */
export const clockTime = (at: string): string =>
  new Date(at).toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit' });
