import type { CaseFile } from '../../../shared/model/request.ts';
import { Section } from '../../components/blocks.tsx';
import { label, valueWords } from '../../components/words.ts';
import classes from './request.module.css';

/** What the approver had seen and what is now, where a decision came back because the world had moved. */
export function StaleChanges({ changed }: { changed: CaseFile['changed'] }) {
  if (changed.length === 0) return null;
  return (
    <Section title="Changed since it was shown">
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">Fact</th>
            <th scope="col">Shown</th>
            <th scope="col">Now</th>
          </tr>
        </thead>
        <tbody>
          {changed.map(({ fact, shown, now }) => (
            <tr key={fact} data-differs>
              <th scope="row">{label(fact)}</th>
              <td>{valueWords(shown)}</td>
              <td>{valueWords(now)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Section>
  );
}
