import { useSyncExternalStore } from 'react';
import { ConnectedSystem } from '../../shared/model/connection.ts';

export type Route =
  | { screen: 'queue' }
  | { screen: 'request'; requestId: string }
  | { screen: 'form' }
  | { screen: 'sandbox' }
  /** All connections, or one system's. */
  | { screen: 'connectors'; system: ConnectedSystem | null };

/** `#/requests/REV-1048` and the like; what is not known opens the queue. */
export function parseRoute(hash: string): Route {
  const [screen, argument] = hash.replace(/^#\/?/, '').split('/');
  if (screen === 'form' || screen === 'sandbox') return { screen };
  if (screen === 'connectors') return { screen, system: ConnectedSystem.safeParse(argument).data ?? null };
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
  switch (route.screen) {
    case 'request':
      return `#/requests/${encodeURIComponent(route.requestId)}`;
    case 'connectors':
      return route.system === null ? '#/connectors' : `#/connectors/${route.system}`;
    default:
      return `#/${route.screen}`;
  }
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
