import type { PolicyQuote } from '../../../shared/model/policy.ts';
import { Section } from '../../components/blocks.tsx';
import classes from './request.module.css';

export function PolicyQuotes({ quotes }: { quotes: readonly PolicyQuote[] }) {
  if (quotes.length === 0) return null;
  return (
    <Section title="Policy">
      {quotes.map(({ pageId, version, title, passage, url, notRead = [] }) => (
        <blockquote key={`${pageId} ${passage}`} className={classes.quote}>
          {passage}
          <footer>
            {url ? (
              <a href={url} target="_blank" rel="noreferrer">
                {title}
              </a>
            ) : (
              title
            )}
            , version {version}
            {notRead.length > 0 && <div>Not read: {notRead.join(', ')}.</div>}
          </footer>
        </blockquote>
      ))}
    </Section>
  );
}
