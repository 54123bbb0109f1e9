import type { RecordLookUp } from '../agent/record-look-up.ts';
import type { Cache } from '../cache/cache.ts';
import type { Changes } from '../changes.ts';
import type { SystemHealth } from '../system-health.ts';
import type { Workspaces } from '../workspaces.ts';
import { changeHandlers } from './changes.ts';
import { type ConnectionHandlerOptions, connectionHandlers } from './connections.ts';
import { implementation } from './implementation.ts';
import { recordHandlers } from './records.ts';
import { type RequestHandlerOptions, requestHandlers } from './requests.ts';
import { type SandboxHandlerOptions, sandboxHandlers } from './sandbox.ts';
import { type SessionOptions, sessionHandlers } from './session.ts';
import { syncHandlers } from './sync.ts';
import { systemHandlers } from './system.ts';
import { workspaceHandlers } from './workspace.ts';

export interface RouterOptions
  extends RequestHandlerOptions,
    ConnectionHandlerOptions,
    Omit<SessionOptions, 'cache'> {
  cache: Cache;
  /** Null where the workspace is not the demo's. */
  sandbox: SandboxHandlerOptions | null;
  lookUp: RecordLookUp;
  changes: Changes;
  health: SystemHealth;
  workspaces: Workspaces;
}

/** Everything that a console may ask for. */
export function createRouter(options: RouterOptions) {
  return implementation.router({
    session: sessionHandlers(options),
    workspace: workspaceHandlers(options.workspaces),
    requests: requestHandlers(options),
    sync: syncHandlers(options),
    records: recordHandlers(options.lookUp),
    changes: changeHandlers(options.changes),
    system: systemHandlers(options.health),
    connections: connectionHandlers(options),
    sandbox: sandboxHandlers(options.sandbox),
  });
}
export type AppRouter = ReturnType<typeof createRouter>;
