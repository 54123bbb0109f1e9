import { useCallback } from 'react';
import { type AppStores, useStores } from '../stores/app-stores.tsx';
import type { DecisionAction, DecisionOrder } from '../stores/requests.ts';
import { mayWithdraw, waitingDecision } from '../stores/sync.ts';
import { showDone, showProblem } from './notices.tsx';
import { useOutboxActions } from './use-outbox-actions.ts';

export const doneWords: Record<DecisionAction, string> = {
  approve: 'approved',
  reject: 'rejected',
  return: 'returned with your question',
};

/** Takes one decision on each request. What became of one is said at once; what became of several stays to be read. */
export function useDecide(): (requestIds: readonly string[], order: DecisionOrder) => Promise<void> {
  const { requests, queue } = useStores();
  return useCallback(
    async (requestIds, order) => {
      const [requestId, ...others] = requestIds;
      if (requestId === undefined) return;
      if (others.length > 0) {
        queue.getState().clearPicks();
        return requests.getState().decideEach(requestIds, order);
      }
      const outcome = await requests.getState().decide(requestId, order);
      const done = `${requestId} ${doneWords[order.action]}`;
      if (outcome.state === 'refused')
        showProblem(`${requestId} was not ${doneWords[order.action]}`, outcome.words);
      else showDone(outcome.state === 'kept' ? `${done}. It is kept here and waits to be sent.` : done);
    },
    [requests, queue],
  );
}

/** Why a decision on a request cannot be begun now, in words, or null. */
export function whyNotNow({ requests, sync }: AppStores, requestId: string): string | null {
  if (waitingDecision(sync.getState().byRequest[requestId]))
    return 'Your decision waits to be sent. Withdraw it first, then decide again.';
  const detail = requests.getState().details[requestId];
  if (!detail || detail.mayDecide) return null;
  return detail.mayNotDecideBecause ?? 'It is decided already.';
}

/** Takes back the decision on a request that waits to be sent, if there is one. */
export function useWithdrawDecision(): (requestId: string) => void {
  const { sync } = useStores();
  const { withdraw } = useOutboxActions();
  return (requestId) => {
    const decision = waitingDecision(sync.getState().byRequest[requestId]);
    if (decision && mayWithdraw(decision)) withdraw(decision);
  };
}
