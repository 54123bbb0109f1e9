import { AppError } from '../../../shared/model/errors.ts';
import type { Workspaces } from '../workspaces.ts';
import { implementation } from './implementation.ts';

export function workspaceHandlers(workspaces: Workspaces) {
  return {
    state: implementation.workspace.state.handler(() => workspaces.state()),
    setUp: implementation.workspace.setUp.handler(async ({ input, context }) => {
      const { kind, needsFirstAdmin } = await workspaces.state();
      // Whoever sits at an empty workspace, or at the demo, is nobody yet whom one could ask for a role.
      if (kind === 'own' && !needsFirstAdmin)
        throw new AppError('forbidden', 'This workspace is set up: its people are in the people list.');
      context.log.info({ email: input.email }, 'The first admin was named');
      await workspaces.setUp(input);
      return {};
    }),
    open: implementation.workspace.open.handler(async ({ input, context }) => {
      const { kind, needsFirstAdmin } = await workspaces.state();
      const mayLeave = kind === 'demo' || needsFirstAdmin;
      if (!mayLeave && !(await context.desk.person()).roles.includes('admin'))
        throw new AppError(
          'forbidden',
          'Only an admin may close this workspace: its agent works at this desk.',
        );
      await workspaces.open(input.kind);
      return {};
    }),
  };
}
