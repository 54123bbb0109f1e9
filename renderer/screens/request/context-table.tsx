import type { ReactNode } from 'react';
import type { CaseFile, ContextRead } from '../../../shared/model/request.ts';
import { Section } from '../../components/blocks.tsx';
import { useNow } from '../../components/time.ts';
import { ageWords, readingOf, unknownWords } from './context-words.ts';
import classes from './request.module.css';

/** One thing that stands around the lead. */
export interface ContextRow {
  key: string;
  name: ReactNode;
  /** Where it is from, under its name. */
  origin?: ReactNode;
  detail?: ReactNode;
  owner?: ReactNode;
}

interface ContextTableProps {
  title: string;
  rows: readonly ContextRow[];
  isCounted?: boolean;
  /** The part of the context that it shows: how old that is, and what of it nobody could tell, stand with it. */
  of?: { caseFile: Pick<CaseFile, 'reads'>; what: ContextRead['what'] };
}

/** A part of the context: a row for each thing, with where it is from. Absent where there is nothing to tell. */
export function ContextTable({ title, rows, isCounted = true, of }: ContextTableProps) {
  const now = useNow();
  const { readAt, unknown } = of ? readingOf(of.caseFile.reads, of.what) : { readAt: null, unknown: [] };
  if (rows.length === 0 && unknown.length === 0) return null;
  return (
    <Section
      title={title}
      {...(isCounted ? { count: rows.length } : {})}
      aside={ageWords({ readAt, modifiedAt: null }, now)}
    >
      <table className={classes.table}>
        <tbody>
          {rows.map(({ key, name, origin, detail, owner }) => (
            <tr key={key}>
              <th scope="row">
                {name}
                {origin && <span className={classes.origin}>{origin}</span>}
              </th>
              <td>{detail}</td>
              <td>{owner}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {unknown.map((one) => (
        <p key={one.system} className={classes.unknown}>
          {unknownWords(one)}
        </p>
      ))}
    </Section>
  );
}
