import type { ReactNode } from 'react';
import classes from './blocks.module.css';
import { absoluteTime, dueWords, shortSpan, useNow } from './time.ts';

interface SectionProps {
  title: string;
  count?: number;
  aside?: ReactNode;
  children: ReactNode;
}

export function Section({ title, count, aside, children }: SectionProps) {
  return (
    <section className={classes.section} aria-label={title}>
      <h2 className={classes.heading}>
        {title}
        {count !== undefined && <span className={classes.count}>{count}</span>}
        {aside && <span className={classes.aside}>{aside}</span>}
      </h2>
      {children}
    </section>
  );
}

/** What a place says when there is nothing in it: what that means, and what to do. */
export function Empty({ title, icon, children }: { title: string; icon?: ReactNode; children?: ReactNode }) {
  return (
    <div className={classes.empty}>
      {icon}
      <h2>{title}</h2>
      {children}
    </div>
  );
}

export function FactList({ facts }: { facts: readonly (readonly [string, ReactNode])[] }) {
  return (
    <dl className={classes.facts}>
      {facts.map(([name, value]) => (
        <FactRow key={name} name={name} value={value} />
      ))}
    </dl>
  );
}

function FactRow({ name, value }: { name: string; value: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </>
  );
}

export function JsonText({ value }: { value: unknown }) {
  return <pre className={classes.json}>{JSON.stringify(value, null, 2)}</pre>;
}

export function Key({ children }: { children: string }) {
  return <kbd className={classes.kbd}>{children}</kbd>;
}

/** How long ago, the exact time in the tooltip. */
export function Ago({ at }: { at: string }) {
  const now = useNow();
  return (
    <time dateTime={at} title={absoluteTime(at)}>
      {shortSpan(now - Date.parse(at))}
    </time>
  );
}

export function Due({ at, isOverdue }: { at: string; isOverdue: boolean }) {
  const now = useNow();
  return (
    <time
      dateTime={at}
      title={`Due ${absoluteTime(at)}`}
      style={isOverdue ? { color: 'var(--red)', fontWeight: 600 } : undefined}
    >
      {dueWords(at, now)}
    </time>
  );
}
