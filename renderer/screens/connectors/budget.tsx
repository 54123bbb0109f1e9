import { Progress } from '@mantine/core';
import type { RateBudget } from '../../../shared/model/connection.ts';
import { budgetPercent, budgetWords, tightPercent } from './connection-words.ts';
import classes from './connectors.module.css';

/** How much of the vendor's allowance is used, as a small bar and in words. */
export function Budget({ budget }: { budget: RateBudget }) {
  const percent = budgetPercent(budget);
  return (
    <span className={classes.budget}>
      <Progress
        component="span"
        value={percent}
        size={4}
        color={percent >= tightPercent ? 'orange' : 'accent'}
        aria-hidden
      />
      <span>{budgetWords(budget)}</span>
    </span>
  );
}
