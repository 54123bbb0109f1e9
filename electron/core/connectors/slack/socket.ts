import { setTimeout as pause } from 'node:timers/promises';
import { SocketModeClient } from '@slack/socket-mode';
import { z } from 'zod';
import { AppError } from '../../../../shared/model/errors.ts';
import type { Log } from '../../ports.ts';
import { toSlackError } from './failures.ts';
import { createSdkLogger } from './sdk-logger.ts';
import { webClientOptions } from './web-api.ts';

/** How long `stop` waits for what is being received, and then for Slack's answer to the closing. */
const receivingMs = 3_000;
const closingMs = 1_000;
/** A connection that lived so long has worked; one that did not counts as a failure. */
const stableMs = 10_000;
const firstPauseMs = 250;
const longestPauseMs = 30_000;

export interface Envelope {
  type: string;
  payload: unknown;
}

export interface SocketOptions {
  appToken: string;
  slackApiUrl: string;
  /** For each call and for Slack's greeting, in milliseconds. */
  timeoutMs: number;
  log: Log;
  /** What must be known before the first envelope. */
  prepare(signal: AbortSignal): Promise<void>;
  /** Resolves with what to acknowledge with; where it rejects, the envelope is not acknowledged and comes again. */
  receive(envelope: Envelope): Promise<object>;
  onUnreadable(problem: string): void;
  /** Called with why Slack cannot be listened to, and with null once it can. */
  onConnection(problem: string | null): void;
  /** Called with each connection that follows a time without one, the first among them. */
  onListening(signal: AbortSignal): void;
}

/** How a connection ended: by itself, or because Slack asks for the next one while it still delivers over this one. */
type Ending = 'closed' | 'replaced' | 'switched off';

/** Takes an envelope in; resolves, never rejects, when that is over. */
type Take = (envelope: Envelope, acknowledge: (payload: object) => void) => Promise<void>;

interface Connection {
  ending: Promise<Ending>;
  isOpen(): boolean;
  /** Finishes and acknowledges what came over it, then closes it. */
  retire(): Promise<void>;
}

export interface SlackSocket {
  /**
   * Keeps one Socket Mode connection up until `stop`. Resolves when it is up or, where Slack cannot be reached or is
   * busy, after the first attempt, and goes on trying. Rejects with an `AppError` where trying again is no use.
   */
  start(): Promise<void>;
  /** Finishes and acknowledges what is being received, then closes. The socket is not started again. */
  stop(): Promise<void>;
}

/**
 * The SDK's own reconnecting waits five seconds and more, gives up on HTTP errors, and its failures there are
 * unhandled rejections, which end the process. So each connection is a client of its own that never reconnects, and
 * this loop opens the next one. What was not acknowledged meanwhile, Slack delivers again.
 */
export function createSlackSocket(options: SocketOptions): SlackSocket {
  const { log } = options;
  const stopping = new AbortController();
  const receiving = new Set<Promise<void>>();
  let isReceiving = true;
  let loop: Promise<void> = Promise.resolve();

  const take: Take = (envelope, acknowledge) => {
    if (!isReceiving) return Promise.resolve();
    const received = options
      .receive(envelope)
      .then(acknowledge)
      .catch((thrown: unknown) => {
        log.warn(
          { err: thrown, type: envelope.type },
          'A Slack event was not taken in; Slack sends it again',
        );
      })
      .finally(() => receiving.delete(received));
    receiving.add(received);
    return received;
  };

  async function connect(): Promise<Connection> {
    await options.prepare(stopping.signal);
    return openConnection(options, take, stopping.signal);
  }

  async function keepConnected(first: PromiseWithResolvers<void>): Promise<void> {
    let failures = 0;
    let replaced: Connection | null = null;
    while (!stopping.signal.aborted) {
      const startedAt = performance.now();
      let waitMs = 0;
      try {
        const connection = await connect();
        log.info({}, 'Slack is connected');
        options.onConnection(null);
        if (!replaced?.isOpen()) options.onListening(stopping.signal);
        first.resolve();
        void replaced?.retire();
        replaced = null;
        const ending = await connection.ending;
        if (ending === 'replaced') {
          replaced = connection;
          failures = 0;
          continue;
        }
        if (ending === 'switched off') throw switchedOff();
      } catch (thrown) {
        const error = toSlackError(thrown);
        if (stopping.signal.aborted) break;
        log.warn({ err: error }, `Slack is not connected: ${error.message}`);
        options.onConnection(error.message);
        waitMs = error.retryAfterMs ?? 0;
        if (error.isRetried) first.resolve();
        else first.reject(error);
      }
      failures = performance.now() - startedAt > stableMs ? 0 : failures + 1;
      await pause(Math.max(waitMs, pauseMs(failures)), undefined, { signal: stopping.signal }).catch(
        () => {},
      );
    }
    first.reject(new AppError('cancelled', 'The connection to Slack was stopped.'));
  }

  return {
    async start() {
      const first = Promise.withResolvers<void>();
      loop = keepConnected(first);
      await first.promise.catch((thrown: unknown) => {
        stopping.abort();
        throw thrown;
      });
    },
    async stop() {
      isReceiving = false;
      await within(receivingMs, Promise.allSettled(receiving));
      stopping.abort();
      await loop;
    },
  };
}

function pauseMs(failures: number): number {
  return Math.min(longestPauseMs, firstPauseMs * 2 ** Math.max(0, failures - 1));
}

/** Resolves when Slack has greeted; the signal ends the connection, too. */
async function openConnection(options: SocketOptions, take: Take, signal: AbortSignal): Promise<Connection> {
  const ending = Promise.withResolvers<Ending>();
  const receiving = new Set<Promise<void>>();
  const client = new EnvelopeClient({
    options,
    take(envelope, acknowledge) {
      const received = take(envelope, acknowledge).finally(() => receiving.delete(received));
      receiving.add(received);
    },
    signal,
    onEnding: ending.resolve,
  });
  let isOpen = true;
  const close = () => void client.close();
  client.once('disconnected', () => {
    isOpen = false;
    signal.removeEventListener('abort', close);
    ending.resolve('closed');
  });
  signal.addEventListener('abort', close, { once: true });
  try {
    // The call that opens the connection has a time limit of its own; this one is for the greeting after it.
    await failAfter(
      2 * options.timeoutMs,
      client.start().catch((thrown: unknown) => {
        throw thrown ?? ungreeted();
      }),
    );
  } catch (thrown) {
    await client.close();
    throw thrown;
  }
  return {
    ending: ending.promise,
    isOpen: () => isOpen,
    async retire() {
      await within(receivingMs, Promise.allSettled(receiving));
      await client.close();
    },
  };
}

/** Slack's reasons for asking to be connected to anew. Source: Slack's "Using Socket Mode". */
const endings: Readonly<Record<string, Ending>> = {
  warning: 'replaced',
  refresh_requested: 'replaced',
  link_disabled: 'switched off',
};

function switchedOff(): AppError {
  return new AppError(
    'vendor_auth',
    "Socket Mode was switched off for the Slack app. Switch it on in the app's settings, under Socket Mode.",
    { details: { vendor: 'Slack' } },
  );
}

function ungreeted(): AppError {
  return new AppError(
    'vendor_unreachable',
    "Slack's connection ended without a greeting. Check for a proxy that blocks WebSocket, and Slack's status page.",
    { details: { vendor: 'Slack' } },
  );
}

async function failAfter<Result>(timeoutMs: number, promise: Promise<Result>): Promise<Result> {
  const timer = Promise.withResolvers<never>();
  const timeout = setTimeout(() => timer.reject(ungreeted()), timeoutMs);
  return Promise.race([promise, timer.promise]).finally(() => clearTimeout(timeout));
}

/** Resolves with the promise or after `ms`, whichever is first. */
async function within(ms: number, promise: Promise<unknown>): Promise<void> {
  const waited = new AbortController();
  const timer = pause(ms, undefined, { signal: waited.signal }).catch(() => {});
  await Promise.race([promise, timer]);
  waited.abort();
}

const Frame = z.looseObject({
  type: z.string(),
  envelope_id: z.string().optional(),
  payload: z.unknown().optional(),
  reason: z.string().optional(),
});

/** One connection. It takes over the reading of frames, because the SDK's drops or fails on what it cannot read. */
class EnvelopeClient extends SocketModeClient {
  private readonly connection: {
    options: SocketOptions;
    take: (envelope: Envelope, acknowledge: (payload: object) => void) => void;
    signal: AbortSignal;
    onEnding: (ending: Ending) => void;
  };

  constructor(connection: EnvelopeClient['connection']) {
    const { options, signal } = connection;
    super({
      appToken: options.appToken,
      autoReconnectEnabled: false,
      logger: createSdkLogger(options.log),
      clientOptions: webClientOptions(options, signal),
    });
    this.connection = connection;
  }

  /** Closes the socket, by force where Slack does not answer. */
  async close(): Promise<void> {
    await within(closingMs, this.disconnect());
    // The SDK forces what is closing already.
    if (this.websocket?.readyState !== undefined) this.websocket.disconnect();
  }

  protected override async onWebSocketMessage(data: string | ArrayBuffer, isBinary: boolean): Promise<void> {
    if (isBinary || typeof data !== 'string') return this.skip('a binary frame', null);
    const json = parseFrame(data);
    if (json === undefined) return this.skip(`something that is not JSON (${data.length} characters)`, null);
    const frame = Frame.safeParse(json);
    if (!frame.success) return this.skip('a frame of an unknown form', envelopeIdOf(json));
    const { type, envelope_id: envelopeId, payload, reason = '' } = frame.data;
    if (type === 'hello') return super.onWebSocketMessage(data, isBinary);
    if (type === 'disconnect') return this.onDisconnectFrame(data, reason);
    if (envelopeId === undefined) return this.skip(`a frame "${type}" without an envelope id`, null);
    this.connection.take({ type, payload }, (answer) => this.acknowledge(envelopeId, answer));
  }

  /** While Slack still delivers over this connection the next one is opened beside it, so that nothing falls between. */
  private async onDisconnectFrame(data: string, reason: string): Promise<void> {
    const ending = Object.hasOwn(endings, reason) ? endings[reason] : undefined;
    if (ending !== undefined) this.connection.onEnding(ending);
    if (ending !== 'replaced') await super.onWebSocketMessage(data, false);
  }

  private acknowledge(envelopeId: string, payload: object): void {
    this.websocket?.send(JSON.stringify({ envelope_id: envelopeId, payload }), (error) => {
      if (error === undefined) return;
      const { log } = this.connection.options;
      log.warn({ err: error }, 'A Slack event could not be acknowledged; Slack sends it again');
    });
  }

  private skip(what: string, envelopeId: string | null): void {
    if (envelopeId !== null) this.acknowledge(envelopeId, {});
    this.connection.options.onUnreadable(`Slack sent ${what}. It was skipped.`);
  }
}

/** Undefined for what is not JSON. */
function parseFrame(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return undefined;
  }
}

function envelopeIdOf(json: unknown): string | null {
  const parsed = z.object({ envelope_id: z.string() }).safeParse(json);
  return parsed.success ? parsed.data.envelope_id : null;
}
