import type { Session } from '../../../shared/contract/contract.ts';
import { AppError } from '../../../shared/model/errors.ts';
import { accessOf } from '../../../shared/model/sync.ts';
import type { Cache } from '../cache/cache.ts';
import type { Desk } from '../desk.ts';
import { implementation } from './implementation.ts';

export interface SessionOptions {
  cache: Pick<Cache, 'people'>;
  workspace: Session['workspace'];
  programVersion: string;
}

export function sessionHandlers({ cache, workspace, programVersion }: SessionOptions) {
  async function sessionOf(desk: Desk): Promise<Session> {
    const people = workspace.kind === 'demo' ? await cache.people() : [];
    return {
      me: await desk.person(),
      workspace,
      actors: people.filter((person) => accessOf(person) !== 'none'),
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
