import { toAppError } from '../../../shared/model/errors.ts';
import { areGroupsOutdated } from '../store/approver-groups.ts';
import type { ChatWork } from './chat-work.ts';
import type { Queues } from './queues.ts';

export interface GroupWatch {
  start(): void;
  stop(): void;
}

const lookEveryMs = 60_000;
/** A change of members is told by the chat; this is for what was missed. */
const outdatedAfterMs = 3600_000;

/**
 * Has the groups read that are named as approvers: soon where one is named that is not known yet, and again from time
 * to time. Where no group is named nothing is asked for.
 */
export function createGroupWatch({ db, jobs, chats, clock, log }: ChatWork): GroupWatch {
  let timer: NodeJS.Timeout | undefined;

  async function look(): Promise<void> {
    for (const source of ['slack', 'teams'] as const) {
      if (!chats[source]?.listGroups) continue;
      const before = new Date(clock.now().getTime() - outdatedAfterMs);
      if (!(await areGroupsOutdated(db.kysely, source, before))) continue;
      const groups: Queues['read-groups'] = { source };
      await jobs.enqueue(db.kysely, 'read-groups', groups, { key: source });
    }
  }

  const lookSafely = () =>
    look().catch((thrown: unknown) =>
      log.warn({ code: toAppError(thrown).code }, 'The groups that approve could not be looked at'),
    );

  return {
    start() {
      void lookSafely();
      timer = setInterval(() => void lookSafely(), lookEveryMs);
    },
    stop: () => clearInterval(timer),
  };
}
