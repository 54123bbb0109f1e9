import { ORPCError } from '@orpc/client';
import { AppError } from '../shared/model/errors.ts';
import { ConnectionLostError } from './transport/channel.ts';
import type { Connection, ContractClient } from './transport/connection.ts';

export interface Api {
  call: ContractClient;
  connection: Connection;
  /**
   * Runs a call that carries an idempotency key; where the connection drops under it, it is sent again, once, when
   * the connection is back. Throws what the server says, or `store_unreachable` after 30 s without a connection.
   */
  sendOnce<Result>(send: () => Promise<Result>): Promise<Result>;
}

const reconnectWaitMs = 30_000;

export function createApi(connection: Connection): Api {
  function whenOnline(): Promise<void> {
    return new Promise((resolve, reject) => {
      const finish = (outcome: () => void) => {
        clearTimeout(timer);
        stopListening();
        outcome();
      };
      const settle = () => {
        const { state, isFinal } = connection.getStatus();
        if (state === 'online') finish(resolve);
        else if (isFinal) finish(() => reject(notSent()));
      };
      const timer = setTimeout(() => finish(() => reject(notSent())), reconnectWaitMs);
      const stopListening = connection.onStatus(settle);
      settle();
    });
  }

  return {
    call: connection.client,
    connection,
    async sendOnce(send) {
      try {
        return await send();
      } catch (thrown) {
        if (!(thrown instanceof ConnectionLostError)) throw thrown;
        await whenOnline();
        return send();
      }
    },
  };
}

const notSent = () =>
  new AppError(
    'store_unreachable',
    'The connection to Switchyard is lost, so this was not sent. What you typed is kept: try again when it is back.',
  );

/** What a person is told about a failure: the server's own words, never a stack. */
export function wordsOf(thrown: unknown): string {
  if (thrown instanceof AppError || thrown instanceof ConnectionLostError) return thrown.message;
  if (thrown instanceof ORPCError && thrown.message !== '') return thrown.message;
  return 'Switchyard did not answer as expected. Try again; if it stays so, restart it.';
}

/** What a refusal of an input says it is about under this name, such as the field; null where it does not. */
export function refusedPart(thrown: unknown, name: 'field' | 'variable'): string | null {
  if (!(thrown instanceof ORPCError) || thrown.code !== 'invalid_input') return null;
  const data: unknown = thrown.data;
  const part = typeof data === 'object' && data !== null ? Reflect.get(data, name) : null;
  return typeof part === 'string' ? part : null;
}

/** A key for one press of a button. */
export function newIdempotencyKey(): string {
  // Not randomUUID: that needs a secure context, which a custom protocol may not be.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
