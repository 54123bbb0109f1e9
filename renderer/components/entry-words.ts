import type { OutboxItem } from '../../shared/model/sync.ts';
import { countWords } from './words.ts';

const returnedWords: Record<string, string> = {
  superseded: 'Somebody else was first',
  stale_decision: 'The lead has changed since',
  not_applied: 'Could not be applied',
  tool_failure: 'Could not be applied',
  withdrawn: 'The requester took it back',
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

/** Why it waits or came back, for a place where its summary stands already. */
export function problemWords({ summary, problem }: OutboxItem): string | null {
  const quoted = `"${summary}" `;
  if (!problem?.startsWith(quoted)) return problem;
  const rest = problem.slice(quoted.length);
  return rest.charAt(0).toUpperCase() + rest.slice(1);
}
