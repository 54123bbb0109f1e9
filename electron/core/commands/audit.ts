import type { Config } from '../config.ts';
import type { Log } from '../ports.ts';
import { verifyAudit } from '../store/audit.ts';
import { openStoreOf } from '../store-session.ts';
import type { Terminal } from './terminal.ts';

export interface AuditVerifyCommand {
  config: Config;
  log: Log;
}

/** Recomputes the chain of the whole audit log. Gives 0 where it is unbroken, 1 where it is not, and says where. */
export async function runAuditVerify(
  { config, log }: AuditVerifyCommand,
  { stdout, stderr }: Terminal = process,
): Promise<number> {
  const store = await openStoreOf(config, log);
  try {
    const state = await verifyAudit(store.db.kysely);
    if (state.isValid) {
      stdout.write(`The audit log is unbroken: ${state.events} events, head ${state.head}.\n`);
      return 0;
    }
    stderr.write(`The audit log was altered: ${state.problem}.\n`);
    return 1;
  } finally {
    await store.close();
  }
}
