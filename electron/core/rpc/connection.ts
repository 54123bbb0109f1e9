/** One console that is connected: a browser's tab over a WebSocket, or a desktop window over a message port. */
export interface Connection {
  /** Unique within one run of the program; for the log. */
  readonly id: string;
  readonly transport: 'browser' | 'desktop';
}
