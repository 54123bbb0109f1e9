import { randomUUID } from 'node:crypto';
import type { SupportedMessagePort } from '@orpc/client/message-port';
import type { AnyContractRouter } from '@orpc/contract';
import type { Context, Router } from '@orpc/server';
import { RPCHandler } from '@orpc/server/message-port';
import type { Connection } from './connection.ts';

export interface ServePortOptions<InitialContext extends Context> {
  port: SupportedMessagePort;
  router: Router<AnyContractRouter, InitialContext>;
  createContext(connection: Connection): InitialContext;
}

/**
 * Answers the contract on one end of a message channel until the other end closes. The caller starts the port
 * afterwards, so that no message arrives before anybody listens.
 */
export function servePort<InitialContext extends Context>({
  port,
  router,
  createContext,
}: ServePortOptions<InitialContext>): void {
  const context = createContext({ id: randomUUID(), transport: 'desktop' });
  new RPCHandler<Context>(router).upgrade(port, { context });
}
