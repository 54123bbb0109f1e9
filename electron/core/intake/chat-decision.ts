import type { Kysely } from 'kysely';
import { AppError } from '../../../shared/model/errors.ts';
import type { Person } from '../../../shared/model/person.ts';
import { type HumanDecisionOptions, submitDecision } from '../agent/human-decision.ts';
import { type DecisionWords, readDecision } from '../agent/language/decision-words.ts';
import { ownerUnclear, whichRequest } from '../agent/outcome-replies.ts';
import type { ChatMessageEvent } from '../connectors/connector.ts';
import { whyMayNotDecide } from '../policy/approver.ts';
import { findPersonInChat, listPeople } from '../store/people.ts';
import { messageKey, requestOfEvent } from '../store/seen-events.ts';
import type { Database } from '../store/tables.ts';

/** What an answer in a chat without buttons comes to, where it is one about a decision. */
export type Answer =
  | { kind: 'decision'; requestId: string; words: DecisionWords; actor: Person | null }
  /** A decision that must not be guessed at, and what its author is told. */
  | { kind: 'unclear'; requestId: string; answer: string };

const columns = ['request_id', 'requester', 'approver', 'delegate', 'status', 'case_file'] as const;

/**
 * Reads a message as a decision on the request that it names, else on that of its thread, else, in a conversation
 * between two, on the one that waits for this person. An express word counts whoever says it, so that an attempt of
 * somebody who may not decide is refused and on record; a mere "yes" or "no" counts from those who may. Null for
 * everything else.
 */
export async function readAnswer(db: Kysely<Database>, event: ChatMessageEvent): Promise<Answer | null> {
  const people = await listPeople(db);
  const names = people.map(({ email, name, active }) => ({
    email,
    name,
    chatId: null,
    isActiveOwner: active,
  }));
  const words = readDecision(event.text, names);
  if (words === null) return null;
  const actor = (await findPersonInChat(db, event.source, event.user)) ?? null;
  const candidates = await requestsMeant(db, event, { words, actor });
  const [request] = candidates;
  if (request === undefined) return null;
  const { request_id: requestId, requester, approver, delegate, status } = request;
  if (candidates.length > 1) {
    const answer = whichRequest(candidates.map((candidate) => candidate.request_id));
    return { kind: 'unclear', requestId, answer };
  }
  const mayDecide = whyMayNotDecide({ actor, requester, approver, delegate }) === null;
  const counts = status === 'Escalated' ? words.isExplicit || mayDecide : words.isExplicit && mayDecide;
  if (!counts) return null;
  const options = request.case_file?.options ?? [];
  const known =
    words.unclearOwner === null ? words : readDecision(event.text, [...names, ...ownersOf(options)]);
  if (known === null || known.unclearOwner === null || !mayDecide)
    return { kind: 'decision', requestId, words: known ?? words, actor };
  return { kind: 'unclear', requestId, answer: ownerUnclear(requestId, known.unclearOwner) };
}

/** The owners that a case offers need not be people of ours. */
function ownersOf(options: readonly { owner: string; name: string }[]) {
  return options.map(({ owner, name }) => ({ email: owner, name, chatId: null, isActiveOwner: true }));
}

async function requestsMeant(
  db: Kysely<Database>,
  event: ChatMessageEvent,
  { words, actor }: { words: DecisionWords; actor: Person | null },
) {
  const { source, channel, thread, message, isDirect } = event;
  const requests = db.selectFrom('requests').select(columns);
  if (words.requestId !== null) return requests.where('request_id', '=', words.requestId).execute();
  if (thread !== message) {
    const ofThread = await requests
      .where('source', 'in', [source, 'form'])
      .where('channel', '=', channel)
      .where('thread', '=', thread)
      .orderBy('ordinal', 'desc')
      .limit(1)
      .execute();
    if (ofThread.length > 0) return ofThread;
    const told = await requestOfEvent(db, source, [messageKey(channel, thread)]);
    return told === undefined ? [] : requests.where('request_id', '=', told).execute();
  }
  if (!isDirect || actor === null) return [];
  return requests
    .where('status', '=', 'Escalated')
    .where((eb) => eb.or([eb('approver', '=', actor.email), eb('delegate', '=', actor.email)]))
    .orderBy('ordinal', 'desc')
    .limit(20)
    .execute();
}

/** Submits the decision; whoever made one that does not stand is told in the chat. */
export async function decideByAnswer(
  { db, jobs, clock }: HumanDecisionOptions,
  event: ChatMessageEvent,
  { requestId, words, actor, keys }: Answer & { kind: 'decision' } & { keys: readonly string[] },
): Promise<void> {
  const { source, eventId, user, channel, thread } = event;
  try {
    await submitDecision(
      { db, jobs, clock },
      {
        requestId,
        actor,
        actorName: user,
        action: words.action,
        owner: words.owner,
        note: words.note,
        version: null,
        idempotencyKey: `${source} ${eventId}`,
        via: source,
        chat: { channel, thread },
        eventKeys: keys,
      },
    );
  } catch (thrown) {
    // They were told in the chat; only what may pass by itself is to be read again.
    if (!(thrown instanceof AppError) || thrown.isRetried) throw thrown;
  }
}
