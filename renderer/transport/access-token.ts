const storageKey = 'switchyard.access-token';

/** True when the address carries a token, e.g. because a newer link was pasted into the same tab. */
export function carriesAccessToken(location: Location): boolean {
  return tokenIn(location) !== null;
}

/**
 * Takes this start's token out of the address (`#token=…`), so that it is neither seen nor copied along and the
 * hash is free for the screens, and keeps it for this tab: a reload finds it again.
 */
export function takeAccessToken(location: Location, history: History, storage: Storage): string | null {
  const given = tokenIn(location);
  if (given === null) return storage.getItem(storageKey);
  storage.setItem(storageKey, given);
  history.replaceState(history.state, '', location.pathname + location.search);
  return given;
}

function tokenIn(location: Location): string | null {
  return new URLSearchParams(location.hash.slice(1)).get('token');
}
