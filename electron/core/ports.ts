/** Where the work meets the machine. They are built once and passed in. */

/** The only source of time for everything that decides. Lease times are the database's, never this one's. */
export interface Clock {
  now(): Date;
  /** Resolves after `ms`, or rejects with the signal's reason. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => new Date(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      }, ms);
      const onAbort = () => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      signal?.addEventListener('abort', onAbort, { once: true });
    }),
};

/**
 * Secrets by name, e.g. `SWITCHYARD_SLACK_BOT_TOKEN`. `get` and `set` throw `forbidden`, with what to do, where this
 * machine has no keychain.
 */
export interface SecretStore {
  /** Why nothing can be kept on this machine, and what to do about it; null where it can. */
  problem(): string | null;
  get(name: string): Promise<string | null>;
  set(name: string, value: string): Promise<void>;
  delete(name: string): Promise<void>;
}

/** Keeps the tokens of an account that signed in; null where nothing is kept yet. */
export interface TokenStore {
  read(): Promise<string | null>;
  write(tokens: string): Promise<void>;
}

/** What must be known again after a restart and is no secret, by name: how far a chat was read. */
export interface StateStore {
  get(name: string): Promise<string | null>;
  set(name: string, value: string): Promise<void>;
}

/** Tells the person at this desk something outside the window. */
export interface Notifier {
  notify(note: { title: string; body: string; requestId: string }): void;
}

/** The part of pino that the program uses; a child carries the room's name. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  child(bindings: Record<string, unknown>): Log;
}
