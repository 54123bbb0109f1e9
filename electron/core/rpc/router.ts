import type { HumanDecisionOptions } from '../agent/human-decision.ts';
import type { RecordLookUp } from '../agent/record-look-up.ts';
import type { Changes } from '../changes.ts';
import type { SystemHealth } from '../system-health.ts';
import { changeHandlers } from './changes.ts';
import { implementation } from './implementation.ts';
import { recordHandlers } from './records.ts';
import { requestHandlers } from './requests.ts';
import { type SandboxHandlerOptions, sandboxHandlers } from './sandbox.ts';
import { type SessionOptions, sessionHandlers } from './session.ts';
import { systemHandlers } from './system.ts';

export interface RouterOptions extends HumanDecisionOptions, SessionOptions, SandboxHandlerOptions {
  lookUp: RecordLookUp;
  changes: Changes;
  health: SystemHealth;
}

/** Everything that a console may ask for. */
export function createRouter(options: RouterOptions) {
  return implementation.router({
    session: sessionHandlers(options),
    requests: requestHandlers(options),
    records: recordHandlers(options.lookUp),
    changes: changeHandlers(options.changes),
    system: systemHandlers(options.health),
    sandbox: sandboxHandlers(options),
  });
}
export type AppRouter = ReturnType<typeof createRouter>;
