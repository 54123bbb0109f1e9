import { IconRoute } from '@tabler/icons-react';
import type { CSSProperties } from 'react';
import { agentName } from '../../shared/model/request.ts';
import { usePeople } from '../stores/app-stores.tsx';
import { nameOf } from '../stores/people.ts';
import classes from './person.module.css';

export function useNameOf(): (email: string) => string {
  const names = usePeople((people) => people.names);
  return (email) => nameOf(names, email);
}

function initialsOf(name: string): string {
  const words = name.split(/[\s.]+/).filter(Boolean);
  return [words[0], words.length > 1 ? words.at(-1) : undefined]
    .map((word) => word?.charAt(0).toUpperCase() ?? '')
    .join('');
}

const hueOf = (text: string): number =>
  [...text].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 360, 7);

export function Initials({
  name,
  isAgent = false,
  size = 18,
}: {
  name: string;
  isAgent?: boolean;
  size?: number;
}) {
  const style = { '--size': `${size}px`, '--hue': hueOf(name) } as CSSProperties;
  return (
    <span className={classes.initials} style={style} data-agent={isAgent || undefined} aria-hidden>
      {isAgent ? <IconRoute size={size * 0.66} stroke={2} /> : initialsOf(name)}
    </span>
  );
}

/** A person by name; the e-mail is in the tooltip. */
export function PersonName({ email, hasInitials = true }: { email: string | null; hasInitials?: boolean }) {
  const nameOfEmail = useNameOf();
  if (email === null) return <span style={{ color: 'var(--text-muted)' }}>Nobody</span>;
  const name = nameOfEmail(email);
  return (
    <span className={classes.person} title={email}>
      {hasInitials && <Initials name={name} isAgent={email === agentName} />}
      <span className={classes.name}>{name}</span>
    </span>
  );
}
