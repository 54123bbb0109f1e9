import { useEffect } from 'react';
import type { RequestDetail } from '../../shared/contract/contract.ts';
import { useRequests, useStores } from '../stores/app-stores.tsx';

/** Rows that are only passed by with the arrow keys are not read. */
const settleMs = 60;

/** A request with everything about it, kept fresh while it is shown. */
export function useDetail(requestId: string | null): {
  detail: RequestDetail | null;
  problem: string | null;
} {
  const { requests } = useStores();
  const detail = useRequests((state) => (requestId && state.details[requestId]) || null);
  const problem = useRequests((state) => (requestId && state.problems[requestId]) || null);
  useEffect(() => {
    if (requestId === null) return;
    const timer = setTimeout(() => void requests.getState().loadDetail(requestId), settleMs);
    const release = requests.getState().watchDetail(requestId);
    return () => {
      clearTimeout(timer);
      release();
    };
  }, [requests, requestId]);
  return { detail, problem };
}
