import { RPCLink } from '@orpc/client/message-port';
import { portChannel } from '../../shared/contract/wire.ts';
import { type Channel, ChannelLife, type OpenChannel } from './channel.ts';

/**
 * Opens the contract over the message port that the desktop shell hands to the page each time it has loaded. Ports
 * that arrive before anybody asks are kept, the newest first.
 */
export function messagePortOpener(page: Window): OpenChannel {
  let latest: MessagePort | null = null;
  let deliver: ((port: MessagePort) => void) | null = null;
  page.addEventListener('message', (event) => {
    const [port] = event.ports;
    if (event.source !== page || event.data !== portChannel || port === undefined) return;
    if (deliver === null) latest = port;
    else deliver(port);
    deliver = null;
  });

  const nextPort = () =>
    new Promise<MessagePort>((resolve) => {
      if (latest === null) deliver = resolve;
      else resolve(latest);
      latest = null;
    });
  return async () => ({ channel: channelOver(await nextPort()) });
}

function channelOver(port: MessagePort): Channel {
  const life = new ChannelLife();
  // Before the link's own listener, which rejects what is in flight.
  port.addEventListener('close', () =>
    life.end({
      words: 'The window lost its connection to Switchyard. Reload the window or start the program again.',
      isFinal: false,
    }),
  );
  const link = new RPCLink({ port });
  port.start();
  return { link, life, close: () => port.close() };
}
