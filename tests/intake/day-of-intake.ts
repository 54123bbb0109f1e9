import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Sandbox } from '../../electron/core/sandbox/server.ts';
import type { Db } from '../../electron/core/store/db.ts';
import type { TestDatabase } from '../../electron/core/store/test-database.ts';
import { orderOfEvents, type PlannedMessage, planDay } from './day-plan.ts';
import { slackChannel, startIntakeProgram, storedMessages, teamsChannel } from './intake-program.ts';

export interface DayResult {
  threads: number;
  /** Threads that did not become one request with each of their messages once, with what they became. */
  wrong: string[];
  /** Every envelope of Slack was acknowledged, and everything in Teams read and stored. */
  isAcknowledged: boolean;
  seconds: number;
}

/** So many events are sent before the next look at what is stored. */
const batch = 25;
/** People do not write faster than this is stored; beyond it the replay waits. */
const outstandingAtMost = 200;
const pollMs = 20;
/** Without anything new for so long, the replay ends with what there is. */
const patienceMs = 60_000;

/** What the messages are known by once they are written. */
interface WrittenMessage {
  id: string;
  eventId: string;
}

/** Writes the day into the chats and has it delivered: Slack's events out of order, Teams as its delta tells it. */
function createWriter({ slack, teams }: Sandbox, plan: readonly PlannedMessage[]) {
  const written = new Map<number, WrittenMessage>();
  const rootOf = ({ thread }: PlannedMessage, number: number): string | null =>
    thread === number ? null : (written.get(thread)?.id ?? null);

  /** In Slack a message is there before its event comes. */
  function writeInSlack(message: PlannedMessage, number: number): void {
    const { text } = message;
    const place = { user: 'U-NINA', channel: slackChannel, threadTs: rootOf(message, number) };
    const { ts, eventId } = slack.sendMessage({ ...place, text, deliveries: 0 });
    written.set(number, { id: ts, eventId });
  }

  function tellOfSlack({ text, isRedelivered }: PlannedMessage, number: number): void {
    const eventId = written.get(number)?.eventId ?? '';
    slack.sendMessage({
      user: 'U-NINA',
      channel: slackChannel,
      text,
      eventId,
      deliveries: isRedelivered ? 2 : 1,
    });
  }

  function writeInTeams(message: PlannedMessage, number: number): void {
    const { text, isRedelivered } = message;
    const place = { user: 't-nina', channel: teamsChannel, thread: rootOf(message, number) };
    const { id, eventId } = teams.sendMessage({ ...place, text, deliveries: isRedelivered ? 2 : 1 });
    written.set(number, { id, eventId });
  }

  for (const [number, message] of plan.entries()) if (message.chat === 'slack') writeInSlack(message, number);
  return {
    write(number: number): void {
      const message = plan[number];
      if (message === undefined) return;
      if (message.chat === 'slack') tellOfSlack(message, number);
      else writeInTeams(message, number);
    },
    idOf: (number: number): string | undefined => written.get(number)?.id,
  };
}

/** Waits until the condition holds; gives up when nothing new was stored for long. */
async function until(db: Db, isReached: (stored: number) => boolean): Promise<boolean> {
  let last = { stored: -1, at: performance.now() };
  for (;;) {
    const stored = await storedMessages(db);
    if (isReached(stored)) return true;
    if (stored !== last.stored) last = { stored, at: performance.now() };
    if (performance.now() - last.at > patienceMs) return false;
    await sleep(pollMs);
  }
}

/** What each thread became: its requests, and what was said in them, by the thread's id. */
async function readThreads(db: Db): Promise<Map<string, { requests: number; texts: string[] }>> {
  const { rows } = await sql<{ thread: string; requests: number; texts: string[] }>`
    select r.thread, count(distinct r.request_id)::int as requests, array_agg(m.text order by m.text) as texts
    from requests r join messages m on m.request_id = r.request_id and m.direction = 'in'
    group by r.thread`.execute(db.kysely);
  return new Map(rows.map(({ thread, requests, texts }) => [thread, { requests, texts }]));
}

async function wrongThreads(
  db: Db,
  plan: readonly PlannedMessage[],
  idOf: (number: number) => string | undefined,
): Promise<string[]> {
  const became = await readThreads(db);
  const expected = Map.groupBy(plan, ({ thread }) => thread);
  const wrong = [...expected].flatMap(([number, messages]) => {
    const id = idOf(number) ?? '';
    const { requests, texts } = became.get(id) ?? { requests: 0, texts: [] };
    became.delete(id);
    const wanted = messages.map(({ text }) => text).toSorted();
    const isRight = requests === 1 && JSON.stringify(texts.toSorted()) === JSON.stringify(wanted);
    return isRight
      ? []
      : [`${messages[0]?.chat} thread ${number}: ${requests} requests with ${texts.join(' / ')}`];
  });
  return [...wrong, ...[...became.keys()].map((thread) => `a request of no thread of ours: ${thread}`)];
}

/**
 * Replays a day of intake through the real connectors, in a process of its own that is killed after a third of it and
 * stopped and started after two thirds, with the agent at work on what came in.
 */
export async function replayDay({
  messages,
  database,
}: {
  messages: number;
  database: TestDatabase;
}): Promise<DayResult> {
  const beganAt = performance.now();
  const program = await startIntakeProgram(database.url);
  const { db, sandbox } = program;
  try {
    const plan = planDay(messages);
    const writer = createWriter(sandbox, plan);
    const order = orderOfEvents(plan);
    const restarts = new Map([
      [batchAt(messages / 3), program.kill],
      [batchAt((2 * messages) / 3), program.restart],
    ]);
    let restarting: Promise<unknown> = Promise.resolve();
    for (let sent = 0; sent < messages; sent += batch) {
      // People go on writing while the program is down.
      const restart = restarts.get(sent);
      if (restart) restarting = restart();
      for (const number of order.slice(sent, sent + batch)) writer.write(number);
      await until(db, (stored) => stored >= sent + batch - outstandingAtMost);
    }
    await restarting;
    const isAcknowledged = await until(
      db,
      (stored) => stored >= messages && sandbox.slack.isQuiet() && sandbox.teams.isQuiet(),
    );
    const wrong = await wrongThreads(db, plan, writer.idOf);
    const threads = new Set(plan.map(({ thread }) => thread)).size;
    return { threads, wrong, isAcknowledged, seconds: (performance.now() - beganAt) / 1_000 };
  } finally {
    await program.stop();
    await database.drop();
  }
}

const batchAt = (place: number): number => Math.floor(place / batch) * batch;
