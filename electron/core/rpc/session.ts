import type { Session } from '../../../shared/contract/contract.ts';
import { AppError } from '../../../shared/model/errors.ts';
import type { Desk } from '../desk.ts';
import type { Db } from '../store/db.ts';
import { listPeople } from '../store/people.ts';
import { implementation } from './implementation.ts';

export interface SessionOptions {
  db: Db;
  workspace: Session['workspace'];
  programVersion: string;
}

export function sessionHandlers({ db, workspace, programVersion }: SessionOptions) {
  async function sessionOf(desk: Desk): Promise<Session> {
    const people = workspace.kind === 'demo' ? await listPeople(db.kysely) : [];
    return {
      me: await desk.person(),
      workspace,
      actors: people.filter((person) => person.active),
      programVersion,
    };
  }
  return {
    get: implementation.session.get.handler(({ context }) => sessionOf(context.desk)),
    actAs: implementation.session.actAs.handler(async ({ input, context }) => {
      if (workspace.kind !== 'demo')
        throw new AppError('forbidden', 'Only in the demo workspace can you act as somebody else.');
      await context.desk.actAs(input.email);
      return sessionOf(context.desk);
    }),
  };
}
