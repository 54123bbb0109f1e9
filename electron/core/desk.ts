import { AppError } from '../../shared/model/errors.ts';
import type { Person } from '../../shared/model/person.ts';
import { accessOf } from '../../shared/model/sync.ts';
import type { Cache, Viewer } from './cache/cache.ts';

/** Where a person works with this program: one for each program, whatever windows are open. */
export interface Desk {
  /** Who sits here. Throws `unauthenticated`, with what to do, where that is nobody known and active. */
  person(): Promise<Person>;
  /** The same person as a reader of the copy. Throws as `person` does. */
  viewer(): Promise<Viewer>;
  /** The demo's "act as". Throws `not_found` for somebody unknown or inactive. */
  actAs(email: string): Promise<void>;
}

export interface DeskOptions {
  cache: Pick<Cache, 'person'>;
  /** Somebody whom the copy does not hold yet; undefined where the store cannot be asked. */
  findInStore: (email: string) => Promise<Person | undefined>;
  user: string | null;
}

export function createDesk({ cache, findInStore, user }: DeskOptions): Desk {
  let email = user;
  const find = async (wanted: string) => (await cache.person(wanted)) ?? (await findInStore(wanted));

  async function person(): Promise<Person> {
    if (email === null)
      throw new AppError(
        'unauthenticated',
        'Nobody is signed in at this desk. Start Switchyard with SWITCHYARD_USER set to your e-mail address.',
      );
    const found = await find(email);
    if (!found)
      throw new AppError(
        'unauthenticated',
        `${email} is not in the people list, as far as this desk knows it. Ask an admin to add you, or correct SWITCHYARD_USER.`,
      );
    if (!found.active) throw new AppError('unauthenticated', `The account of ${email} is no longer active.`);
    return found;
  }

  return {
    person,
    async viewer() {
      const found = await person();
      return { email: found.email, access: accessOf(found) };
    },
    async actAs(wanted) {
      const found = await find(wanted);
      if (!found?.active) throw new AppError('not_found', `${wanted} is not an active person here.`);
      email = found.email;
    },
  };
}
