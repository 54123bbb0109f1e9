import pg from 'pg';
import type { Log } from '../ports.ts';

/** Called with a notification's payload, and with null whenever notifications may have been missed. */
export type NotificationHandler = (payload: string | null) => void;

export interface Listening {
  close(): Promise<void>;
}

export interface Listener {
  /** Resolves after the first attempt to subscribe; one that fails is made again until the listener is closed. */
  listen(channel: string, handler: NotificationHandler): Promise<Listening>;
  close(): Promise<void>;
}

export interface ListenerOptions {
  connection: pg.ClientConfig;
  log: Log;
}

const firstBackOffMs = 100;
const maxBackOffMs = 10_000;
const probeIntervalMs = 15_000;
const probeTimeoutMs = 5_000;

/**
 * Notifications over one connection of its own, opened with the first subscription. A lost connection comes back by
 * itself; every handler is then called once with null, because a NOTIFY that nobody heard is gone. A NOTIFY is only
 * ever a hint: who relies on it alone loses events.
 */
export function createListener({ connection, log }: ListenerOptions): Listener {
  const handlers = new Map<string, Set<NotificationHandler>>();
  let client: pg.Client | null = null;
  let connecting: Promise<void> | null = null;
  let retryTimer: NodeJS.Timeout | null = null;
  let failures = 0;
  let isClosed = false;

  function connect(): Promise<void> {
    connecting ??= subscribeAll().finally(() => {
      connecting = null;
    });
    return connecting;
  }

  async function subscribeAll(): Promise<void> {
    if (retryTimer !== null) clearTimeout(retryTimer);
    retryTimer = null;
    const next = new pg.Client({ ...connection, keepAlive: true });
    next.on('error', (thrown) => log.debug({ err: thrown }, 'The listening connection broke'));
    next.on('notification', ({ channel, payload }) => {
      for (const handler of handlers.get(channel) ?? []) call(handler, payload ?? '');
    });
    try {
      await next.connect();
      for (const channel of handlers.keys()) await next.query(`listen ${next.escapeIdentifier(channel)}`);
    } catch (thrown) {
      await next.end().catch(() => {});
      log.warn({ err: thrown }, 'Postgres does not take the listening connection; trying again');
      retryLater();
      return;
    }
    if (isClosed) return await next.end();
    client = next;
    failures = 0;
    const probe = setInterval(() => void dropIfSilent(next), probeIntervalMs);
    probe.unref();
    next.once('end', () => {
      clearInterval(probe);
      if (client !== next) return;
      client = null;
      log.warn({}, 'The listening connection to Postgres is lost; connecting again');
      retryLater();
    });
  }

  function retryLater(): void {
    if (isClosed) return;
    const waitMs = Math.min(maxBackOffMs, firstBackOffMs * 2 ** failures);
    failures += 1;
    retryTimer = setTimeout(() => {
      connect().then(() => {
        if (client !== null) tellAllOfTheGap();
      });
    }, waitMs);
    retryTimer.unref();
  }

  function tellAllOfTheGap(): void {
    for (const handler of [...handlers.values()].flatMap((ofChannel) => [...ofChannel])) call(handler, null);
  }

  function call(handler: NotificationHandler, payload: string | null): void {
    try {
      handler(payload);
    } catch (thrown) {
      log.error({ err: thrown }, 'A handler of a notification failed');
    }
  }

  return {
    async listen(channel, handler) {
      const ofChannel = handlers.get(channel);
      if (ofChannel === undefined) {
        handlers.set(channel, new Set([handler]));
        if (connecting !== null) await connecting;
        if (client === null) await connect();
        else await client.query(`listen ${client.escapeIdentifier(channel)}`).catch(() => {});
      } else {
        ofChannel.add(handler);
      }
      return {
        close: async () => {
          handlers.get(channel)?.delete(handler);
        },
      };
    },
    async close() {
      isClosed = true;
      if (retryTimer !== null) clearTimeout(retryTimer);
      await connecting;
      const last = client;
      client = null;
      await last?.end().catch(() => {});
    },
  };
}

/** A peer that vanished without a word is noticed by its silence; ending the connection starts a new one. */
async function dropIfSilent(client: pg.Client): Promise<void> {
  const answer = client.query('select 1').then(
    () => true,
    () => false,
  );
  const silence = new Promise<false>((resolve) => setTimeout(resolve, probeTimeoutMs, false).unref());
  if (!(await Promise.race([answer, silence]))) client.connection.stream.destroy();
}
