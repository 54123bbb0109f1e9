import { toAppError } from '../../../shared/model/errors.ts';
import type { ChatWork } from './chat-work.ts';
import { refreshHomes } from './show-home.ts';

export interface HomeWatch {
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** What changes within so long is looked up together. */
const gatherMs = 1_000;

/** Has the pages in the chats shown anew when the requests on them change. A change that is missed shows with the next. */
export function createHomeWatch({ db, jobs, log }: Pick<ChatWork, 'db' | 'jobs' | 'log'>): HomeWatch {
  const changed = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  let listening: { close(): Promise<void> } | undefined;

  async function refresh(): Promise<void> {
    timer = undefined;
    const requestIds = [...changed];
    changed.clear();
    try {
      await refreshHomes({ db, jobs }, requestIds);
    } catch (thrown) {
      log.warn({ code: toAppError(thrown).code }, 'The pages in the chats could not be brought up to date');
    }
  }

  return {
    async start() {
      listening = await db.listen('switchyard_changes', (requestId) => {
        if (requestId === null || requestId === '') return;
        changed.add(requestId);
        timer ??= setTimeout(() => void refresh(), gatherMs);
      });
    },
    async stop() {
      clearTimeout(timer);
      await listening?.close();
    },
  };
}
