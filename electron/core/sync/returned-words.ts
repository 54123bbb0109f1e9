import { sentence } from '../../../shared/model/sentence.ts';
import type { OutboxEntry, OutboxMark } from '../cache/cache.ts';
import type { DecisionOutcome } from '../store/decision-outcomes.ts';

const codes = { stale: 'stale_decision', impossible: 'not_applied', failed: 'tool_failure' } as const;
type NotApplied = keyof typeof codes;

const reasons: Readonly<Record<NotApplied, (because: string | null) => string>> = {
  stale: () => 'The facts that it rested on had changed before it could be applied.',
  impossible: (because) =>
    because === 'withdrawn'
      ? 'The requester took the request back before it could be applied.'
      : sentence(because ?? 'It could not be applied.'),
  failed: (because) => sentence(because ?? 'It could not be applied.'),
};

const isNotApplied = (state: DecisionOutcome['state']): state is NotApplied => Object.hasOwn(codes, state);

/** How a decision that was accepted comes back to its author, or null where it was applied or may still be. */
export function markOfOutcome(entry: OutboxEntry, outcome: DecisionOutcome): OutboxMark | null {
  const { state, because, now, changed } = outcome;
  if (!isNotApplied(state)) return null;
  const isWithdrawn = because === 'withdrawn';
  const reason = reasons[state](because);
  const whatNow = now?.status === 'Escalated' ? ` ${entry.requestId} waits for a decision again.` : '';
  return {
    state: 'returned',
    code: isWithdrawn ? 'withdrawn' : codes[state],
    problem: `"${entry.summary}" was not applied. ${reason}${whatNow}`,
    now,
    changed,
    nextTryAt: null,
  };
}
