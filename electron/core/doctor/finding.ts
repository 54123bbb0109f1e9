import type { ConnectedSystem, ConnectionCheck } from '../../../shared/model/connection.ts';
import { toAppError } from '../../../shared/model/errors.ts';

/** Where a finding belongs: this machine, the store and what is in it, or a connected system. */
export type Area = 'machine' | 'workspace' | ConnectedSystem;

/** One thing that was tried, as for a connection. */
export interface Finding extends ConnectionCheck {
  area: Area;
}

interface Tried {
  area: Area;
  id: string;
  title: string;
}

export const fine = (tried: Tried, detail: string | null = null): Finding => ({
  ...tried,
  state: 'ok',
  detail,
  remedy: null,
});

export const skipped = (tried: Tried, detail: string): Finding => ({
  ...tried,
  state: 'skipped',
  detail,
  remedy: null,
});

export const missing = (tried: Tried, detail: string, remedy: string): Finding => ({
  ...tried,
  state: 'missing',
  detail,
  remedy: { text: remedy, url: null },
});

/** What gave an error: its message says what to do. */
export const failed = (tried: Tried, thrown: unknown): Finding => ({
  ...tried,
  state: 'failed',
  detail: toAppError(thrown).message,
  remedy: null,
});

/** Whether nothing is left to be done about it. */
export const isInOrder = ({ state }: Finding): boolean => state === 'ok' || state === 'skipped';
