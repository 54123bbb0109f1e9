import { useCallback } from 'react';
import { useStores } from '../stores/app-stores.tsx';
import type { DecisionAction, DecisionOrder } from '../stores/requests.ts';
import { showDone, showProblem } from './notices.tsx';

const doneWords: Record<DecisionAction, string> = {
  approve: 'approved',
  reject: 'rejected',
  return: 'returned with your question',
};

/** Sends one decision on each request; each refusal is shown with the server's own words. */
export function useDecide(): (requestIds: readonly string[], order: DecisionOrder) => Promise<void> {
  const { requests } = useStores();
  return useCallback(
    async (requestIds, order) => {
      const results = await Promise.all(
        requestIds.map(async (id) => ({ id, refusal: await requests.getState().decide(id, order) })),
      );
      const done = results.filter(({ refusal }) => refusal === null).map(({ id }) => id);
      for (const { id, refusal } of results) {
        if (refusal !== null) showProblem(`${id} was not ${doneWords[order.action]}`, refusal);
      }
      if (done.length > 0) {
        showDone(
          `${done.length > 3 ? `${done.length} requests` : done.join(', ')} ${doneWords[order.action]}`,
        );
      }
    },
    [requests],
  );
}
