import { toAppError } from '../../../shared/model/errors.ts';
import type { Clock, Log } from '../ports.ts';
import { backOffMs } from './back-off.ts';
import type { ConnectionState } from './status.ts';
import { createWakeUp } from './wake-up.ts';

export interface StayConnectedOptions<Side extends { close(): Promise<void> }> {
  connect: () => Promise<Side>;
  /** Works over a connection until the signal ends; rejects where the connection is lost. */
  serve: (side: Side, signal: AbortSignal) => Promise<void>;
  clock: Clock;
  log: Log;
  onState: (state: ConnectionState) => void;
}

/** One connection at a time, made again whenever it is lost. */
export interface StayConnected {
  /** Runs until the signal ends. */
  run(signal: AbortSignal): Promise<void>;
  /** Cuts the connection, and makes none until it is called again with false. */
  setOffline(isOffline: boolean): void;
  /** Makes a new connection at once. */
  reconnect(): void;
  /** Does not wait for the next attempt, where there is no connection. */
  tryNow(): void;
}

/** A connection that held for so long is none of a row of failures. */
const heldMs = 60_000;

const cutOffWords =
  'This desk is cut off from the shared store. Everything can be read; what is done here is sent once it is joined again.';

export function createStayConnected<Side extends { close(): Promise<void> }>(
  options: StayConnectedOptions<Side>,
): StayConnected {
  const { connect, serve, clock, log, onState } = options;
  const wakeUp = createWakeUp();
  /** Ends the connection that is there, or being made. */
  let cut = new AbortController();
  let isOffline = false;

  async function close(side: Side): Promise<void> {
    await side.close().catch((thrown) => log.debug({ err: thrown }, 'A connection did not close cleanly'));
  }

  /** Opens a connection unless the signal ends first; one that opens too late is closed again. */
  async function open(signal: AbortSignal): Promise<Side> {
    const opening = connect();
    const over = Promise.withResolvers<never>();
    const giveUp = () => over.reject(signal.reason);
    signal.addEventListener('abort', giveUp);
    try {
      return await Promise.race([opening, over.promise]);
    } catch (thrown) {
      opening.then(close, () => undefined);
      throw thrown;
    } finally {
      signal.removeEventListener('abort', giveUp);
    }
  }

  /** Gives what went wrong, or null where the signal ended it. */
  async function connectOnce(signal: AbortSignal): Promise<unknown> {
    try {
      const side = await open(signal);
      onState({ kind: 'joined' });
      // A connection that does not answer takes its time to close; the next one need not wait for it.
      await serve(side, signal).finally(() => void close(side));
      return null;
    } catch (thrown) {
      return signal.aborted ? null : thrown;
    }
  }

  function noteFailure(thrown: unknown): void {
    const error = toAppError(thrown);
    log.warn({ err: thrown }, 'The desk is not joined to the shared store; trying again');
    onState({ kind: error.isRetried ? 'offline' : 'blocked', problem: error.message });
  }

  async function pause(ms: number, signal: AbortSignal): Promise<void> {
    const over = new AbortController();
    const end = AbortSignal.any([over.signal, signal]);
    await Promise.race([clock.sleep(ms, end).catch(() => undefined), wakeUp.sleep(end)]);
    over.abort();
  }

  return {
    async run(signal) {
      let failures = 0;
      while (!signal.aborted) {
        if (isOffline) {
          await wakeUp.sleep(signal);
          continue;
        }
        cut = new AbortController();
        if (failures === 0) onState({ kind: 'connecting', problem: null });
        const beganAt = performance.now();
        const thrown = await connectOnce(AbortSignal.any([cut.signal, signal]));
        failures = thrown === null || performance.now() - beganAt > heldMs ? 0 : failures + 1;
        if (thrown === null) continue;
        noteFailure(thrown);
        await pause(backOffMs(failures, Math.random()), signal);
      }
    },
    setOffline(wanted) {
      if (isOffline === wanted) return;
      isOffline = wanted;
      if (isOffline) onState({ kind: 'offline', problem: cutOffWords });
      cut.abort();
      wakeUp.wake();
    },
    reconnect() {
      cut.abort();
      wakeUp.wake();
    },
    tryNow: () => wakeUp.wake(),
  };
}
