import { useSyncExternalStore } from 'react';

export type Route =
  | { screen: 'queue' }
  | { screen: 'request'; requestId: string }
  | { screen: 'form' }
  | { screen: 'sandbox' };

/** `#/requests/REV-1048` and the like; what is not known opens the queue. */
export function parseRoute(hash: string): Route {
  const [screen, argument] = hash.replace(/^#\/?/, '').split('/');
  if (screen === 'form' || screen === 'sandbox') return { screen };
  if (screen === 'requests' && argument) return requestRoute(argument);
  return { screen: 'queue' };
}

function requestRoute(encodedId: string): Route {
  try {
    return { screen: 'request', requestId: decodeURIComponent(encodedId) };
  } catch {
    // A percent sign that encodes nothing.
    return { screen: 'queue' };
  }
}

export function hashOf(route: Route): string {
  return route.screen === 'request'
    ? `#/requests/${encodeURIComponent(route.requestId)}`
    : `#/${route.screen}`;
}

export function navigate(route: Route): void {
  window.location.hash = hashOf(route);
}

function subscribe(listener: () => void): () => void {
  window.addEventListener('hashchange', listener);
  return () => window.removeEventListener('hashchange', listener);
}

export function useRoute(): Route {
  return parseRoute(useSyncExternalStore(subscribe, () => window.location.hash));
}
