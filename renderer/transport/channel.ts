import type { ClientContext, ClientLink } from '@orpc/client';

/** Why a channel ended, or never came up. */
export interface Closure {
  /** In words for the person at the desk: what happened and what to do. */
  words: string;
  /** True when trying again by itself cannot help. */
  isFinal: boolean;
}

/** One open way to the work: used until it closes, never opened again. */
export interface Channel {
  readonly link: ClientLink<ClientContext>;
  readonly life: ChannelLife;
  close(): void;
}

export type OpenResult = { channel: Channel } | { closure: Closure };

/** Opens a channel, or says why there is none. */
export type OpenChannel = () => Promise<OpenResult>;

/** Whether a channel is still up. Its `end` must come before the link rejects the calls in flight. */
export class ChannelLife {
  #closure: Closure | null = null;
  readonly #listeners: Array<(closure: Closure) => void> = [];

  /** Null while the channel is open. */
  get closure(): Closure | null {
    return this.#closure;
  }

  end(closure: Closure): void {
    if (this.#closure !== null) return;
    this.#closure = closure;
    for (const listener of this.#listeners) listener(closure);
  }

  onEnd(listener: (closure: Closure) => void): void {
    if (this.#closure === null) this.#listeners.push(listener);
    else listener(this.#closure);
  }
}

/** A call had no channel, or lost it before the answer came; the message may be shown. */
export class ConnectionLostError extends Error {
  override readonly name = 'ConnectionLostError';
}
