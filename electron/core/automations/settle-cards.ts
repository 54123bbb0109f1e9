import { cardOutcome } from '../agent/decision-card.ts';
import { displayName } from '../agent/outcome.ts';
import { withRetries } from '../connectors/retry.ts';
import { listOvertakenCards, noteCardSettled, readCardRequest } from '../store/cards.ts';
import { listPeople } from '../store/people.ts';
import type { ChatWork } from './chat-work.ts';

/**
 * Takes the buttons from every card of a request on which nothing is to be decided any more, wherever it was decided,
 * and says on it what became of it. To repeat it changes nothing; a card that is gone counts as settled.
 */
export async function settleCards(
  { db, chats, clock, log }: ChatWork,
  requestId: string,
  signal: AbortSignal,
): Promise<void> {
  const cards = await listOvertakenCards(db.kysely, requestId);
  const request = cards.length === 0 ? undefined : await readCardRequest(db.kysely, requestId);
  if (!request) return;
  const people = await listPeople(db.kysely);
  const decider = request.decision && displayName(people, request.decision.actor);
  for (const { messageId, source, place, card } of cards) {
    const settleCard = chats[source]?.settleCard;
    if (settleCard) {
      const { outcome, decidedAt } = cardOutcome(card, request, decider);
      const tried = await withRetries(() => settleCard({ place, card, outcome, decidedAt }, { signal }), {
        clock,
        signal,
      });
      if (!tried.isOk && tried.error.code !== 'vendor_refused') throw tried.error;
      if (!tried.isOk) log.info({ requestId, because: tried.error.message }, 'A card keeps its buttons');
    }
    await noteCardSettled(db.kysely, messageId, clock.now());
  }
}
