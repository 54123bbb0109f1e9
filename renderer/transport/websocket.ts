import { RPCLink } from '@orpc/client/websocket';
import { closeCodes, offeredProtocols, rpcPath } from '../../shared/contract/wire.ts';
import { ChannelLife, type Closure, type OpenChannel, type OpenResult } from './channel.ts';

const wrongToken: Closure = {
  words:
    'This link does not open the Switchyard that is running. Open the link that the program printed when it started.',
  isFinal: true,
};

/** Opens the contract over a WebSocket on the page's own origin. */
export function webSocketOpener(origin: string, token: string | null): OpenChannel {
  if (token === null) return async () => ({ closure: wrongToken });
  const url = new URL(rpcPath, origin.replace(/^http/, 'ws'));
  return () =>
    new Promise<OpenResult>((resolve) => {
      const socket = new WebSocket(url, offeredProtocols(token));
      socket.binaryType = 'arraybuffer';
      const life = new ChannelLife();
      life.onEnd((closure) => resolve({ closure }));
      // Before the link's own listener, which rejects what is in flight.
      socket.addEventListener('close', (event) => life.end(closureOf(event.code)));
      const link = new RPCLink({ websocket: socket });
      socket.addEventListener('open', () =>
        resolve({ channel: { link, life, close: () => socket.close() } }),
      );
    });
}

function closureOf(code: number): Closure {
  if (code === closeCodes.wrongToken) return wrongToken;
  if (code === closeCodes.messageTooBig) {
    return {
      words:
        'What was sent is larger than Switchyard takes at once (16 MiB). Send less, e.g. fewer attachments.',
      isFinal: false,
    };
  }
  return {
    words: 'The connection to Switchyard is lost. It is tried again until the program answers.',
    isFinal: false,
  };
}
