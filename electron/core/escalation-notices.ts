import { toAppError } from '../../shared/model/errors.ts';
import { sentence } from '../../shared/model/sentence.ts';
import { reasonWords } from './agent/replies.ts';
import type { Changes } from './changes.ts';
import type { Desk } from './desk.ts';
import type { Log, Notifier } from './ports.ts';
import type { Escalation } from './store/requests.ts';

export interface EscalationNoticesOptions {
  /** What is escalated, of these requests where some are named; null while the store is away. */
  listEscalations: (requestIds?: readonly string[]) => Promise<Escalation[] | null>;
  changes: Pick<Changes, 'watch'>;
  desk: Pick<Desk, 'person'>;
  notifier: Notifier;
  log: Log;
}

/**
 * Tells the person at the desk once of every case that is escalated to them from now on, and again where it is escalated
 * anew; of what waited before, the queue tells. Resolves when it has begun.
 */
export async function startEscalationNotices(
  options: EscalationNoticesOptions,
): Promise<{ stop(): Promise<void> }> {
  const { listEscalations, changes, desk, notifier, log } = options;
  const stopped = new AbortController();
  /** Version under which each was escalated last. */
  const known = new Map<string, number>();
  let hasBegun = false;

  /** Those that were not known under their present version, which from now on they are. */
  async function findNew(requestIds?: readonly string[]): Promise<Escalation[]> {
    const escalations = await listEscalations(hasBegun ? requestIds : undefined);
    if (escalations === null) return [];
    const fresh = escalations.filter(
      ({ request_id, escalated_version }) => known.get(request_id) !== escalated_version,
    );
    for (const { request_id, escalated_version } of fresh) known.set(request_id, escalated_version);
    if (hasBegun) return fresh;
    hasBegun = true;
    return [];
  }

  async function personHere(): Promise<string | null> {
    try {
      return (await desk.person()).email;
    } catch (thrown) {
      if (toAppError(thrown).code === 'unauthenticated') return null;
      throw thrown;
    }
  }

  async function tell(requestIds: readonly string[]): Promise<void> {
    // None are named where a change may have been missed.
    const fresh = await findNew(requestIds.length === 0 ? undefined : requestIds);
    if (fresh.length === 0) return;
    const here = await personHere();
    for (const { request_id, approver, reason, lead_label } of fresh) {
      if (approver === null || approver !== here) continue;
      const why = reason === null ? '' : `: ${reasonWords[reason]}`;
      const title = `${request_id} needs your decision`;
      notifier.notify({ title, body: sentence(`${lead_label ?? 'A lead'}${why}`), requestId: request_id });
    }
  }

  async function follow(): Promise<void> {
    for await (const { requestIds, areas } of changes.watch(stopped.signal)) {
      if (!areas.includes('requests')) continue;
      await tell(requestIds).catch((thrown: unknown) =>
        log.warn({ err: thrown }, 'Whether a case was escalated to the person here could not be seen'),
      );
    }
  }

  await findNew();
  const following = follow();
  return {
    stop() {
      stopped.abort();
      return following;
    },
  };
}
