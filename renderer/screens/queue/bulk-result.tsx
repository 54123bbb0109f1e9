import { Button } from '@mantine/core';
import { doneWords } from '../../components/decide.ts';
import { useRequests, useStores } from '../../stores/app-stores.tsx';
import type { BulkResult as Result } from '../../stores/requests.ts';
import { hashOf } from '../../stores/route.ts';
import classes from './queue.module.css';

/** What became of a decision on several requests: how many are done, which are not and why. Stays until it was seen. */
export function BulkResult() {
  const { requests } = useStores();
  const result = useRequests((state) => state.bulkResult);
  if (result === null) return null;
  const refused = result.outcomes.filter((outcome) => outcome.state === 'refused');
  return (
    <section className={classes.result} aria-label="What became of your decision" data-testid="bulk-result">
      <div>
        <p role="status">{summaryWords(result)}</p>
        <Button
          variant="subtle"
          size="compact-sm"
          onClick={() => requests.getState().closeBulkResult()}
          data-testid="bulk-result-close"
        >
          Close
        </Button>
      </div>
      {refused.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
        <ul tabIndex={0} aria-label="Not decided">
          {refused.map(({ requestId, words }) => (
            <li key={requestId}>
              <a href={hashOf({ screen: 'request', requestId })}>{requestId}</a>
              <span>{words}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

/** `12 of 15 approved, 4 of them kept here until they can be sent; 3 were not:` */
export function summaryWords({ action, outcomes }: Result): string {
  const kept = outcomes.filter(({ state }) => state === 'kept').length;
  const refused = outcomes.filter(({ state }) => state === 'refused').length;
  const done = outcomes.length - refused;
  const waits = kept === 0 ? '' : `, ${kept === done ? '' : `${kept} of them `}kept here until sent`;
  const rest = refused === 0 ? '.' : refused === 1 ? '; one was not:' : `; ${refused} were not:`;
  return `${done} of ${outcomes.length} ${doneWords[action]}${waits}${rest}`;
}
