import type { ReactNode } from 'react';
import { Initials, useNameOf } from '../../components/person.tsx';
import { useSession } from '../../stores/app-stores.tsx';
import classes from './request.module.css';

interface NoteProps {
  /** E-mail; null for whoever is at this desk. */
  author: string | null;
  text: string;
  about: ReactNode;
}

/** A colleague's comment, apart from what the requester reads. */
export function Note({ author, text, about }: NoteProps) {
  const nameOfEmail = useNameOf();
  const me = useSession(({ session }) => session?.me.email);
  const name = nameOfEmail(author ?? me ?? '');
  return (
    <li className={classes.message} data-note data-testid="note">
      <Initials name={name} size={24} />
      <div>
        <header>
          <b>{name}</b>
          <span>to colleagues {about}</span>
        </header>
        <p>{text}</p>
      </div>
    </li>
  );
}
