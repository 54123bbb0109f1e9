/** What both ends of a transport must agree on before the contract itself is spoken. */

/** Path of the WebSocket on the console's own origin. */
export const rpcPath = '/rpc';

/** The subprotocol that the server selects; the token is offered beside it and never echoed. */
export const rpcProtocol = 'switchyard';

const tokenPrefix = 'token.';

/** The subprotocols that a console offers: the protocol and, as the second, its token. */
export function offeredProtocols(token: string): string[] {
  return [rpcProtocol, `${tokenPrefix}${token}`];
}

/** The token among the offered subprotocols, or null. */
export function tokenFromProtocols(protocols: Iterable<string>): string | null {
  for (const protocol of protocols) {
    if (protocol.startsWith(tokenPrefix)) return protocol.slice(tokenPrefix.length);
  }
  return null;
}

/** Close codes of the WebSocket; 4000 and above are free for applications. */
export const closeCodes = {
  /** The server ends. */
  goingAway: 1001,
  /** RFC 6455: a message larger than the server takes. */
  messageTooBig: 1009,
  wrongToken: 4401,
} as const;

/** The largest message that is taken, in bytes. */
export const largestMessageBytes = 16 * 1024 * 1024;

/** Channel name under which the desktop shell hands a message port to the page. */
export const portChannel = 'switchyard:port';

/** Scheme and origin of the console inside the desktop window. */
export const desktopScheme = 'switchyard';
export const desktopOrigin = `${desktopScheme}://console`;
