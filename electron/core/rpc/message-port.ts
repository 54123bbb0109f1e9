import { randomUUID } from 'node:crypto';
import { onMessagePortClose, type SupportedMessagePort } from '@orpc/client/message-port';
import type { AnyContractRouter } from '@orpc/contract';
import type { Context, Router } from '@orpc/server';
import { RPCHandler } from '@orpc/server/message-port';
import type { Connection } from './connection.ts';

/** One end of a message channel. */
export type ClosablePort = SupportedMessagePort & { close(): void };

export interface ServedPorts {
  /**
   * Answers the contract on one end of a message channel until the other end closes. The caller starts the port
   * afterwards, so that no message arrives before anybody listens.
   */
  serve(port: ClosablePort): void;
  /** Answers nobody any more. */
  close(): void;
}

export interface ServePortsOptions<InitialContext extends Context> {
  router: Router<AnyContractRouter, InitialContext>;
  createContext(connection: Connection): InitialContext;
}

export function servePorts<InitialContext extends Context>({
  router,
  createContext,
}: ServePortsOptions<InitialContext>): ServedPorts {
  const open = new Set<ClosablePort>();
  const handler = new RPCHandler<Context>(router);
  return {
    serve(port) {
      open.add(port);
      onMessagePortClose(port, () => open.delete(port));
      handler.upgrade(port, { context: createContext({ id: randomUUID(), transport: 'desktop' }) });
    },
    close() {
      for (const port of open) port.close();
      open.clear();
    },
  };
}
