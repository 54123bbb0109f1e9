import type { ChatConnector } from '../connectors/connector.ts';
import type { Clock, Log } from '../ports.ts';
import type { Db } from '../store/db.ts';
import type { Jobs } from '../store/jobs.ts';
import type { Queues } from './queues.ts';

/** What an automation needs that reads or writes in the chats; `chats` are looked up at each use. */
export interface ChatWork {
  db: Db;
  jobs: Pick<Jobs<Queues>, 'enqueue'>;
  chats: Partial<Record<ChatConnector['system'], ChatConnector>>;
  clock: Clock;
  log: Log;
}
