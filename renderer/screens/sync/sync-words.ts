import type { SyncStatus } from '../../../shared/model/sync.ts';
import { clockWords, spanWords } from '../../components/time.ts';
import { countWords } from '../../components/words.ts';
import { isAway } from '../../stores/sync.ts';

export type SyncTone = 'good' | 'busy' | 'away' | 'trouble';

/** The state in a word or two, and what matters most about it. */
export interface SyncWords {
  tone: SyncTone;
  title: string;
  detail: string | null;
}

/** A copy that is no further behind is as good as the store itself, and nothing flickers. */
const unnoticedMs = 5_000;

const isBehind = ({ behindMs }: SyncStatus): boolean => behindMs !== null && behindMs > unnoticedMs;

/** What the footer says. */
export function syncWords(status: SyncStatus, nowMs: number): SyncWords {
  switch (status.state) {
    case 'online':
    case 'syncing':
      return isBehind(status)
        ? { tone: 'busy', title: 'Catching up', detail: `behind by ${spanWords(status.behindMs ?? 0)}` }
        : { tone: 'good', title: 'Online', detail: null };
    case 'connecting':
      return { tone: 'busy', title: 'Connecting', detail: null };
    case 'filling':
      return { tone: 'busy', title: 'Copying', detail: status.fill && shortShareWords(status.fill) };
    case 'offline':
      return { tone: 'away', title: 'Offline', detail: `since ${clockWords(status.since, nowMs)}` };
    case 'blocked':
      return { tone: 'trouble', title: 'Blocked', detail: status.problem };
  }
}

/** How much of a piece of work is done. */
export interface Share {
  rows: number;
  total: number;
}

export const percentOf = ({ rows, total }: Share): number => (total === 0 ? 0 : (rows / total) * 100);

/** Where there is little room: `123K of 1M`. */
const shortShareWords = ({ rows, total }: Share): string =>
  `${compact.format(rows)} of ${compact.format(total)}`;
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 3 });

export const shareWords = ({ rows, total }: Share): string => `${countWords(rows)} of ${countWords(total)}`;

/** The state in sentences, for somebody who wants to know what it means for their work. */
export function syncSentences(status: SyncStatus, nowMs: number): string[] {
  const { problem, since, upToDateAt } = status;
  const asOf = upToDateAt === null ? [] : [`What you see is as of ${clockWords(upToDateAt, nowMs)}.`];
  const meanwhile = 'You can go on: what you decide, write or send is kept here and sent later.';
  const told = problem === null ? [] : [problem];
  switch (status.state) {
    case 'online':
    case 'syncing':
      return isBehind(status)
        ? [`This desk is behind the shared store by ${spanWords(status.behindMs ?? 0)}.`, ...told]
        : ['What you see is what the shared store has.', ...told];
    case 'connecting':
      return ['The connection to the shared store is being made.', ...told, ...asOf];
    case 'filling':
      return [
        'This desk makes its first copy of the shared store. The queue can be worked as soon as the requests are here.',
        ...told,
      ];
    case 'offline':
      return [
        `There is no connection to the shared store since ${clockWords(since, nowMs)}.`,
        ...told,
        ...asOf,
        meanwhile,
      ];
    case 'blocked':
      return isAway(status)
        ? [problem ?? 'Something has to be done before this desk can go on.', ...asOf, meanwhile]
        : [problem ?? 'Something that was done here cannot be sent.', 'Everything else goes on.'];
  }
}
