import type { RequestRow } from '../../shared/model/request.ts';
import { useSync } from '../stores/app-stores.tsx';
import classes from './came-back.module.css';
import { holdingUp } from './holding-up.ts';

/** Why a request has not been judged yet, where a system keeps it from that. */
export function HeldUp({ request }: { request: RequestRow }) {
  const systems = useSync((state) => state.systems);
  const reasons = holdingUp(request.status, systems);
  if (reasons.length === 0) return null;
  return (
    <div className={classes.notice} role="note" aria-label="Why it waits" data-testid="held-up">
      <p>
        <b>Not judged yet.</b> {reasons.join(' ')}
      </p>
    </div>
  );
}
