import type { FactSource } from '../../../shared/model/request.ts';
import { useNow } from '../../components/time.ts';
import { ageWords } from './context-words.ts';
import classes from './request.module.css';

/** A record or account by its name for people, with a way to open it. */
export function SourceLink({ title, url }: { title: string; url: string | null }) {
  if (url === null) return title;
  return (
    <a href={url} target="_blank" rel="noreferrer" style={{ color: 'var(--accent-text)' }}>
      {title}
    </a>
  );
}

/** When something was read, and when it was changed in its system. */
export function Age(times: Pick<FactSource, 'readAt' | 'modifiedAt'>) {
  const words = ageWords(times, useNow());
  return words && <span className={classes.origin}>{words}</span>;
}

/** What a fact names as its origin, with a way there and how old it is. */
export function Origin({ origin, sources }: { origin: string; sources: readonly FactSource[] }) {
  const now = useNow();
  const source = sources.find((one) => one.origin === origin);
  const age = source ? ageWords(source, now) : null;
  return (
    <>
      <SourceLink title={origin} url={source?.url ?? null} />
      {age && `, ${age}`}
    </>
  );
}
