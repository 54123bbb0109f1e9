import { desktopOrigin } from '../../shared/contract/wire.ts';
import { carriesAccessToken, takeAccessToken } from './access-token.ts';
import { type Connection, keepConnected } from './connection.ts';

import { messagePortOpener } from './message-port.ts';
import { webSocketOpener } from './websocket.ts';

/**
 * Connects the page with the work: over the message port in a desktop window, else over a WebSocket. To be called
 * before anything reads the address's hash, because it takes the token out of it.
 */
export function createConnection(page: Window = window): Connection {
  const { location, history, sessionStorage } = page;
  if (location.href.startsWith(`${desktopOrigin}/`)) return keepConnected({ open: messagePortOpener(page) });
  page.addEventListener('hashchange', () => {
    if (carriesAccessToken(location)) location.reload();
  });
  const token = takeAccessToken(location, history, sessionStorage);
  return keepConnected({ open: webSocketOpener(location.origin, token) });
}
