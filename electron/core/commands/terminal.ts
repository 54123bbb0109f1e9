import type { Writable } from 'node:stream';

/** What a command says to people; the process has both. */
export interface Terminal {
  stdout: Writable;
  stderr: Writable;
}
