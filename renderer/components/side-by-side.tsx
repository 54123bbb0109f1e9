import type { ReactNode } from 'react';
import type { FactValueChange } from '../../shared/model/request.ts';
import { useNameOf } from './person.tsx';
import classes from './side-by-side.module.css';
import { label, valueWords } from './words.ts';

export interface SeenAndNow {
  name: string;
  seen: ReactNode;
  now: ReactNode;
}

interface SideBySideProps {
  rows: readonly SeenAndNow[];
  /** Who saw: `you`, or `the approver`. */
  seenBy: string;
}

/** What somebody saw when they decided, beside what is now. */
export function SideBySide({ rows, seenBy }: SideBySideProps) {
  return (
    <table className={classes.table} data-testid="seen-and-now">
      <thead>
        <tr>
          <td />
          <th scope="col">What {seenBy} saw</th>
          <th scope="col">What is now</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ name, seen, now }) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td>{seen}</td>
            <td>{now}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Facts of a record that were shown with one value and have another now; people stand by name. */
export function useFactRows(changed: readonly FactValueChange[]): SeenAndNow[] {
  const nameOfEmail = useNameOf();
  const words = (value: unknown) =>
    typeof value === 'string' && value.includes('@') ? nameOfEmail(value) : valueWords(value);
  return changed.map(({ fact, shown, now }) => ({ name: label(fact), seen: words(shown), now: words(now) }));
}
