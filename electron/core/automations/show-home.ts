import type { Kysely } from 'kysely';
import { reasonWords } from '../agent/replies.ts';
import type { ChatHome, HomeEntry } from '../connectors/connector.ts';
import { isRefusal, withRetries } from '../connectors/retry.ts';
import {
  findCardPlace,
  type HomeRequest,
  listHomesOf,
  listOpenRequests,
  listToDecide,
  noteHomeOpened,
} from '../store/chat-homes.ts';
import { findPersonInChat, listPeople } from '../store/people.ts';
import type { Database } from '../store/tables.ts';
import type { ChatWork } from './chat-work.ts';
import { jobKey, type Queues } from './queues.ts';

type Names = ReadonlyMap<string, string>;

/** A page is brought up to date at most so often while its requests change. */
const afterChangeMs = 3_000;
const titleLength = 150;

/** Somebody looks at our page: it is shown at once, and kept up to date from now on. */
export async function openHome(
  { db, jobs, clock }: Pick<ChatWork, 'db' | 'jobs' | 'clock'>,
  home: Queues['show-home'],
): Promise<void> {
  await db.transaction(async (tx) => {
    await noteHomeOpened(tx, { ...home, at: clock.now() });
    await jobs.enqueue(tx, 'show-home', home, { key: jobKey(home) });
  });
}

/** Has the pages shown anew on which these requests are, once for all that changes within a few seconds. */
export async function refreshHomes(
  { db, jobs }: Pick<ChatWork, 'db' | 'jobs'>,
  requestIds: readonly string[],
): Promise<void> {
  for (const home of await listHomesOf(db.kysely, requestIds))
    await jobs.enqueue(db.kysely, 'show-home', home, { key: jobKey(home), startAfterMs: afterChangeMs });
}

/** Shows somebody their page as things stand. A chat that refuses for good is left alone: the next change tries again. */
export async function showHome(
  { db, chats, clock, log }: Omit<ChatWork, 'jobs'>,
  { source, user }: Queues['show-home'],
  signal: AbortSignal,
): Promise<void> {
  const show = chats[source]?.showHome;
  if (!show) return;
  const home = await readHome(db.kysely, source, user);
  const tried = await withRetries(() => show(user, home, { signal }), { clock, signal });
  if (tried.isOk) return;
  if (!isRefusal(tried.error)) throw tried.error;
  log.warn({ source, code: tried.error.code }, `A page could not be shown: ${tried.error.message}`);
}

async function readHome(
  db: Kysely<Database>,
  source: Queues['show-home']['source'],
  user: string,
): Promise<ChatHome> {
  const person = await findPersonInChat(db, source, user);
  const names: Names = new Map((await listPeople(db)).map(({ email, name }) => [email, name]));
  const own = await listOpenRequests(db, { email: person?.email ?? null, source, user });
  const requests = own.map((request) => entryOf(request, stateOfOwn(request, names), placeOf(request)));
  const decides =
    person?.active && person.roles.some((role) => role === 'approver' || role === 'ops_manager');
  const waiting = person?.active ? await listToDecide(db, person.email) : [];
  if (!person || (!decides && waiting.length === 0)) return { requests, toDecide: null };
  const toDecide: HomeEntry[] = [];
  for (const request of waiting) {
    const { request_id: requestId } = request;
    const place = await findCardPlace(db, { requestId, source, email: person.email });
    toDecide.push(entryOf(request, stateToDecide(request), place));
  }
  return { requests, toDecide };
}

function entryOf(request: HomeRequest, state: string, place: HomeEntry['place']): HomeEntry {
  const { request_id: requestId, summary, lead_label: label } = request;
  const words = label ?? summary;
  const title = words.length <= titleLength ? words : `${words.slice(0, titleLength - 1)}…`;
  return { requestId, title, state, place };
}

const placeOf = ({ channel, thread }: HomeRequest): HomeEntry['place'] =>
  channel === null || thread === null ? null : { channel, message: thread };

function stateOfOwn({ status, approver }: HomeRequest, names: Names): string {
  if (status === 'Waiting') return 'Waits for your answer in the thread';
  if (status !== 'Escalated') return 'Being looked at';
  return approver === null
    ? 'Waits for a decision'
    : `Waits for ${names.get(approver) ?? approver} to decide`;
}

function stateToDecide({ reason, due_at: due }: HomeRequest): string {
  const why = reason === null ? 'Needs a decision' : `Because ${reasonWords[reason]}`;
  return due === null ? why : `${why}. Due ${due.slice(0, 16).replace('T', ' ')} UTC`;
}
