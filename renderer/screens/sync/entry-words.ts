import type { OutboxItem } from '../../../shared/model/sync.ts';
import { countWords } from './sync-words.ts';

const returnedWords: Record<string, string> = {
  superseded: 'Somebody else was first',
  stale_decision: 'The lead has changed since',
};

/** Where an entry of the outbox is on its way, in a few words. */
export function entryWords({ state, code, attempts }: OutboxItem): string {
  switch (state) {
    case 'waiting':
      return attempts === 0 ? 'Waits to be sent' : `Waits to be sent, ${triesWords(attempts)}`;
    case 'sending':
      return 'Is being sent';
    case 'blocked':
      return `Cannot be sent, ${triesWords(attempts)}`;
    case 'returned':
      return returnedWords[code ?? ''] ?? 'Refused';
  }
}

const triesWords = (attempts: number): string =>
  attempts === 1 ? 'tried once' : `tried ${countWords(attempts)} times`;
