import type { Person } from '../../../shared/model/person.ts';
import { withRetries } from '../connectors/retry.ts';
import { findPerson, findPersonInChat, rememberChatId } from '../store/people.ts';
import type { RequestRecord } from '../store/requests.ts';
import type { RunParts } from './run.ts';
import type { Trail } from './tools.ts';

/**
 * The sender as a person of ours, or null; somebody whom only the chat knows is looked up there by e-mail. Throws the
 * chat's failure where it does not answer.
 */
export async function identifyRequester(
  { db, chats, tools, clock }: RunParts,
  request: RequestRecord,
  about: { people: readonly Person[]; trail: Trail; signal: AbortSignal },
): Promise<Person | null> {
  const { people, trail, signal } = about;
  if (request.requester !== null) return people.find(({ email }) => email === request.requester) ?? null;
  const { requester_chat: userId, source } = request;
  if (userId === null || (source !== 'slack' && source !== 'teams')) return null;
  const known = await findPersonInChat(db.kysely, source, userId);
  if (known) return known;
  const chat = chats[source];
  if (!chat) return null;
  const call = {
    tool: 'find_user',
    system: source,
    asked: userId,
    describe: (user: { email: string | null } | null) => user?.email ?? 'no e-mail address',
  };
  const tried = await tools.note(trail, call, () =>
    withRetries(() => chat.findUser(userId, { signal }), { clock, signal }),
  );
  if (!tried.isOk) throw tried.error;
  const email = tried.value?.email?.toLowerCase();
  const person = email === undefined ? undefined : await findPerson(db.kysely, email);
  if (person) await rememberChatId(db.kysely, { email: person.email, chat: source, userId });
  return person ?? null;
}
