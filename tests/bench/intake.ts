import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createLog } from '../../electron/core/log.ts';
import { messageEvent } from '../../electron/core/sandbox/slack/payloads.ts';
import { openDatabase } from '../../electron/core/store/db.ts';
import { startEmbeddedPostgres } from '../../electron/core/store/embedded-postgres.ts';
import { migrate, readMigrations } from '../../electron/core/store/migrate.ts';
import { type PlannedMessage, planDay } from '../intake/day-plan.ts';
import {
  type IntakeProgram,
  slackChannel,
  startIntakeProgram,
  storedMessages,
  teamsChannel,
} from '../intake/intake-program.ts';
import { type Bench, quantile } from './bench-result.ts';
import { insertRowsAgain } from './same-rows.ts';

const messages = 10_000;
/** The first ones only warm up. */
const warmUpMessages = 500;
/** So many envelopes wait for their acknowledgement at any time: a flood, far above what people write. */
const outstanding = 16;
const acknowledgementLimitMs = 300;
/** Slack delivers again what is not acknowledged by then. */
const slackLimitMs = 3_000;
/** Messages whose rows the peer inserts. */
const peerMessages = 3_000;

interface Sent {
  /** From the first delivery to the acknowledgement, in milliseconds. */
  acknowledgedMs: number;
}

/** Writes the day's messages as people do; gives what to await for an acknowledgement. */
function createSender({ sandbox }: IntakeProgram, plan: readonly PlannedMessage[]) {
  const ids = new Map<number, string>();
  const { slack, teams } = sandbox;

  async function sendToSlack({ text, isRedelivered }: PlannedMessage, number: number, thread: string | null) {
    const user = 'U-NINA';
    const { ts, eventId } = slack.sendMessage({
      user,
      channel: slackChannel,
      text,
      threadTs: thread,
      deliveries: 0,
    });
    ids.set(number, ts);
    const message = {
      channel: slackChannel,
      ts,
      threadTs: thread,
      user,
      isBot: false,
      text,
      blocks: [],
      metadata: null,
    };
    const options = {
      eventId,
      type: 'message',
      channelType: 'channel',
      baseUrl: sandbox.urls.slack,
    } as const;
    const envelope = { type: 'events_api', payload: messageEvent(message, options) } as const;
    const startedAt = performance.now();
    const deliveries = [slack.sendPayload(envelope), ...(isRedelivered ? [slack.sendPayload(envelope)] : [])];
    await Promise.all(deliveries);
    return { acknowledgedMs: performance.now() - startedAt };
  }

  function sendToTeams({ text, isRedelivered }: PlannedMessage, number: number, thread: string | null): null {
    const deliveries = isRedelivered ? 2 : 1;
    const { id } = teams.sendMessage({ user: 't-nina', channel: teamsChannel, text, thread, deliveries });
    ids.set(number, id);
    return null;
  }

  return async (number: number): Promise<Sent | null> => {
    const message = plan[number];
    if (message === undefined) return null;
    const thread = message.thread === number ? null : (ids.get(message.thread) ?? null);
    return message.chat === 'slack'
      ? sendToSlack(message, number, thread)
      : sendToTeams(message, number, thread);
  };
}

/** Sends messages in their order, so many at once; gives how long each acknowledgement took. */
async function flood(
  numbers: Iterator<number> & Iterable<number>,
  send: (number: number) => Promise<Sent | null>,
) {
  const times: number[] = [];
  const work = async () => {
    for (const number of numbers) {
      const sent = await send(number);
      if (sent) times.push(sent.acknowledgedMs);
    }
  };
  await Promise.all(Array.from({ length: outstanding }, work));
  return times;
}

async function measure(program: IntakeProgram): Promise<Bench['results']> {
  const send = createSender(program, planDay(messages));
  const numbers = Array.from({ length: messages }, (_, number) => number);
  const until = async (count: number) => {
    while ((await storedMessages(program.db)) < count) await sleep(20);
  };
  await flood(numbers.slice(0, warmUpMessages).values(), send);
  await until(warmUpMessages);

  const startedAt = performance.now();
  const times = await flood(numbers.slice(warmUpMessages).values(), send);
  await until(messages);
  const perSecond = ((messages - warmUpMessages) / (performance.now() - startedAt)) * 1_000;

  const peerPerSecond = await insertRowsAgain(program.db, { messages: peerMessages, width: outstanding });
  const [p50, p99] = [quantile(times, 0.5), quantile(times, 0.99)];
  const count = messages.toLocaleString('en');
  return [
    {
      metric: `messages taken in from Slack and Teams, ${count} of them, a tenth redelivered, the agent at work beside`,
      value: perSecond,
      unit: 'messages/s',
      against: `the same rows inserted once more without any of the work, ${outstanding} at once: ${Math.round(peerPerSecond)} messages/s`,
      ratio: perSecond / peerPerSecond,
    },
    {
      metric: `acknowledgement of a Slack envelope with ${outstanding} waiting, p50`,
      value: p50,
      unit: 'ms',
      against: `limit ${acknowledgementLimitMs} ms (of the p99)`,
      ratio: acknowledgementLimitMs / p50,
    },
    {
      metric: `acknowledgement of a Slack envelope with ${outstanding} waiting, p99`,
      value: p99,
      unit: 'ms',
      against: `limit ${acknowledgementLimitMs} ms`,
      ratio: acknowledgementLimitMs / p99,
    },
    {
      metric: 'the slowest acknowledgement',
      value: Math.max(...times),
      unit: 'ms',
      against: `Slack's own limit ${slackLimitMs} ms`,
      ratio: slackLimitMs / Math.max(...times),
    },
  ];
}

/** The intake in the agent's process, on an embedded Postgres with the durability that users have. */
export async function benchIntake(): Promise<Bench> {
  const log = createLog('error');
  const folder = await mkdtemp(path.join(tmpdir(), 'switchyard-bench-'));
  // As root, the server runs as another user, who has to pass.
  await chmod(folder, 0o755);
  const postgres = await startEmbeddedPostgres({ dataDir: path.join(folder, 'postgres'), log });
  try {
    const db = await openDatabase({ url: postgres.url, applicationName: 'bench', log });
    await migrate(db, await readMigrations());
    await db.close();
    const program = await startIntakeProgram(postgres.url);
    try {
      return { name: 'intake', results: await measure(program) };
    } finally {
      await program.stop();
    }
  } finally {
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  }
}
