import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type RawData, WebSocket, WebSocketServer } from 'ws';
import { z } from 'zod';
import { AppError } from '../../../../shared/model/errors.ts';
import type { Log } from '../../ports.ts';
import { app } from './workspace.ts';

/** What is to be delivered. `attempt` counts from 0. */
export interface OutgoingEnvelope {
  type: 'events_api' | 'interactive';
  payload: unknown;
  attempt?: number;
}

/** Slack's side of Socket Mode. */
export interface Deliveries {
  /** A path with a ticket that opens one socket, as `apps.connections.open` gives it out. */
  issueTicket(): string;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /**
   * Delivers until it is acknowledged: to one of the sockets, again after `ackMs`, and at once to another socket or
   * the next one when its socket closes. Slack gives up after three retries; here nothing is lost for a slow test.
   * Resolves with what it was acknowledged with, or null where the stand-in was stopped first.
   */
  deliver(envelope: OutgoingEnvelope): Promise<object | null>;
  /** One frame with this text to one socket. Throws `not_found` where none is open. */
  sendRaw(text: string): void;
  /**
   * Asks every socket to connect anew, as Slack does when it restarts a machine: it delivers over them for a while yet,
   * then closes them. Where the link is disabled it closes them at once.
   */
  requestReconnect(reason: DisconnectReason): void;
  /** Cuts every connection without a closing handshake. */
  drop(): void;
  openSockets(): number;
  isQuiet(): boolean;
  stop(): Promise<void>;
}

/** Slack's words for why it asks. */
export type DisconnectReason = 'warning' | 'refresh_requested' | 'link_disabled';

/** For how long Slack still delivers over a socket that it wants to close. */
const closingMs = 500;

interface Delivery {
  envelope: OutgoingEnvelope;
  attempt: number;
  /** One for each attempt: a late acknowledgement of an earlier one counts, too. */
  envelopeIds: string[];
  sent: { socket: WebSocket; timer: NodeJS.Timeout } | null;
  resolve(answer: object | null): void;
}

const Acknowledgement = z.object({ envelope_id: z.string(), payload: z.looseObject({}).default({}) });

export function createDeliveries(options: { ackMs: number; log: Log; changed: () => void }): Deliveries {
  const { ackMs, log, changed } = options;
  const server = new WebSocketServer({ noServer: true });
  const tickets = new Set<string>();
  /** In the order in which their turn comes. */
  const sockets = new Set<WebSocket>();
  const waiting = new Set<Delivery>();
  const byEnvelope = new Map<string, Delivery>();
  let isStopped = false;

  function nextSocket(): WebSocket | undefined {
    for (const socket of sockets) {
      if (socket.readyState !== WebSocket.OPEN) continue;
      sockets.delete(socket);
      sockets.add(socket);
      return socket;
    }
    return undefined;
  }

  function deliverWaiting(): void {
    for (const delivery of waiting) {
      if (delivery.sent !== null) continue;
      const socket = nextSocket();
      if (socket === undefined) return;
      send(delivery, socket);
    }
  }

  function send(delivery: Delivery, socket: WebSocket): void {
    const envelopeId = randomUUID();
    delivery.envelopeIds.push(envelopeId);
    byEnvelope.set(envelopeId, delivery);
    delivery.sent = { socket, timer: setTimeout(() => sendAgain(delivery), ackMs) };
    const { type, payload } = delivery.envelope;
    socket.send(
      JSON.stringify({
        envelope_id: envelopeId,
        type,
        payload,
        accepts_response_payload: type === 'interactive',
        retry_attempt: delivery.attempt,
        retry_reason: delivery.attempt === 0 ? '' : 'timeout',
      }),
    );
  }

  function sendAgain(delivery: Delivery): void {
    clearTimeout(delivery.sent?.timer);
    delivery.sent = null;
    delivery.attempt += 1;
    deliverWaiting();
  }

  function settle(delivery: Delivery, answer: object | null): void {
    clearTimeout(delivery.sent?.timer);
    waiting.delete(delivery);
    for (const envelopeId of delivery.envelopeIds) byEnvelope.delete(envelopeId);
    delivery.resolve(answer);
  }

  function acknowledge(data: RawData): void {
    const parsed = Acknowledgement.safeParse(readJson(String(data)));
    const delivery = parsed.success ? byEnvelope.get(parsed.data.envelope_id) : undefined;
    if (!parsed.success || delivery === undefined) return;
    settle(delivery, parsed.data.payload);
    changed();
  }

  function greet(socket: WebSocket): void {
    socket.on('message', acknowledge);
    socket.on('error', (error) => log.warn({ err: error }, 'A socket of the Slack stand-in failed'));
    socket.on('close', () => {
      sockets.delete(socket);
      for (const delivery of waiting) if (delivery.sent?.socket === socket) sendAgain(delivery);
      changed();
    });
    sockets.add(socket);
    socket.send(
      JSON.stringify({
        type: 'hello',
        num_connections: sockets.size,
        debug_info: { host: 'sandbox', approximate_connection_time: 18_060 },
        connection_info: { app_id: app.appId },
      }),
    );
    changed();
    deliverWaiting();
  }

  return {
    issueTicket() {
      const ticket = randomUUID();
      tickets.add(ticket);
      return `/link/?ticket=${ticket}&app_id=${app.appId}`;
    },
    upgrade(request, socket, head) {
      const { pathname, searchParams } = new URL(request.url ?? '/', 'ws://sandbox');
      if (pathname !== '/link/' || !tickets.delete(searchParams.get('ticket') ?? '')) {
        socket.end('HTTP/1.1 401 Unauthorized\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
        return;
      }
      server.handleUpgrade(request, socket, head, greet);
    },
    deliver(envelope) {
      if (isStopped) return Promise.resolve(null);
      const { promise, resolve } = Promise.withResolvers<object | null>();
      waiting.add({ envelope, attempt: envelope.attempt ?? 0, envelopeIds: [], sent: null, resolve });
      deliverWaiting();
      return promise;
    },
    sendRaw(text) {
      const socket = nextSocket();
      if (socket === undefined) {
        throw new AppError('not_found', 'Nothing is connected to Slack. Connect the app first.');
      }
      socket.send(text);
    },
    requestReconnect(reason) {
      const frame = { type: 'disconnect', reason, debug_info: { host: 'sandbox' } };
      for (const socket of sockets) {
        socket.send(JSON.stringify(frame));
        setTimeout(() => socket.close(), reason === 'link_disabled' ? 0 : closingMs).unref();
      }
    },
    drop() {
      for (const socket of sockets) socket.terminate();
    },
    openSockets: () => sockets.size,
    isQuiet: () => waiting.size === 0,
    async stop() {
      isStopped = true;
      for (const delivery of waiting) settle(delivery, null);
      for (const socket of sockets) socket.terminate();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
