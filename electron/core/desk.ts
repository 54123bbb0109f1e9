import { AppError } from '../../shared/model/errors.ts';
import type { Person } from '../../shared/model/person.ts';
import type { Db } from './store/db.ts';
import { findPerson } from './store/people.ts';

/** Where a person works with this program: one for each program, whatever windows are open. */
export interface Desk {
  /** Who sits here. Throws `unauthenticated`, with what to do, where that is nobody known and active. */
  person(): Promise<Person>;
  /** The demo's "act as". Throws `not_found` for somebody unknown or inactive. */
  actAs(email: string): Promise<void>;
}

export function createDesk(db: Db, user: string | null): Desk {
  let email = user;
  return {
    async person() {
      if (email === null)
        throw new AppError(
          'unauthenticated',
          'Nobody is signed in at this desk. Start Switchyard with SWITCHYARD_USER set to your e-mail address.',
        );
      const person = await findPerson(db.kysely, email);
      if (!person)
        throw new AppError(
          'unauthenticated',
          `${email} is not in the people list. Ask an admin to add you, or correct SWITCHYARD_USER.`,
        );
      if (!person.active)
        throw new AppError('unauthenticated', `The account of ${email} is no longer active.`);
      return person;
    },
    async actAs(wanted) {
      const person = await findPerson(db.kysely, wanted);
      if (!person?.active) throw new AppError('not_found', `${wanted} is not an active person here.`);
      email = person.email;
    },
  };
}
