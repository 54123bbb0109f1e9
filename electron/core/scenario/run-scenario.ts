import { randomUUID } from 'node:crypto';
import { AppError } from '../../../shared/model/errors.ts';
import type { AgentOutput } from '../../../shared/model/request.ts';
import { readMarkup } from '../agent/language/markup.ts';
import { type Queues, queueNames, unansweredAfterMs } from '../automations/queues.ts';
import type { Config } from '../config.ts';
import { readHtml } from '../connectors/teams/html.ts';
import { referenceOf, withoutReference } from '../connectors/teams/reference.ts';
import { takeInForm } from '../intake/form.ts';
import type { Log } from '../ports.ts';
import { sandboxConnectors } from '../sandbox/connectors-config.ts';
import { type PostgresProxy, startPostgresProxy } from '../sandbox/postgres-proxy.ts';
import { type Sandbox, startSandbox } from '../sandbox/server.ts';
import { verifyAudit } from '../store/audit.ts';
import { type Db, openDatabase } from '../store/db.ts';
import { createJobs, type Jobs } from '../store/jobs.ts';
import { findPerson, savePeople } from '../store/people.ts';
import { replaceRouting } from '../store/routing.ts';
import { listRoutingAudit } from '../store/routing-audit.ts';
import { type ScenarioAgent, startAgentHere, startAgentProcess } from './agent-process.ts';
import { differences } from './expectations.ts';
import { createScenarioClock, type ScenarioClock } from './scenario-clock.ts';
import { openScenarioDesk, type ScenarioDesk } from './scenario-desk.ts';
import type { Scenario, Step, StepOf } from './scenario-file.ts';
import type { ScenarioStore } from './scenario-store.ts';
import { onTheClock, settle } from './settle.ts';

export interface ScenarioResult {
  scenario: string;
  held: boolean;
  requests: Record<string, RequestResult | null>;
  salesforce: { owners: Record<string, string | null>; writes: Record<string, number> };
  hubspot: { owners: Record<string, string | null>; writes: Record<string, number> };
  routing_audit: {
    record: string;
    previous_owner: string | null;
    new_owner: string;
    rule: string | null;
    reason: string;
  }[];
  /** `valid`, or what is wrong with the chain. */
  audit_chain: string;
}

interface RequestResult {
  output: AgentOutput;
  reason: string | null;
  priority: string;
  approver: string | null;
  rule: string | null;
  policy: string[];
  audit: string[];
  replies: string[];
}

export interface ScenarioRun {
  result: ScenarioResult;
  /** Why it did not hold, or what of it this version cannot do; empty where all is well. */
  problems: string[];
}

/** A client gives up on a vendor after this; long enough for a busy machine. */
const vendorTimeoutMs = 1_500;
/** Where a scenario has vendors that do not answer, so that its time-outs pass quickly. */
const shortTimeoutMs = 400;
/** Slack's three seconds, in scenarios. */
const slackAckMs = 400;
/** Teams is asked for news, in scenarios. */
const teamsPace = { shortestMs: 20, longestMs: 100 };

/** Where the request that a step opened is found again. */
type Opened =
  | { kind: 'thread'; chat: 'slack' | 'teams'; channel: string; ts: string }
  | { kind: 'request'; requestId: string };

/** What a step may do, and what is known of those before it. */
interface Stage {
  scenario: Scenario;
  sandbox: Sandbox;
  /** The store itself, past the faults that befall the agent's connections. */
  db: Db;
  jobs: Jobs<Queues>;
  agent: ScenarioAgent;
  clock: ScenarioClock;
  opened: Map<string, Opened>;
  /** The queue's desks by name, each with a copy and an outbox of its own. */
  desks: Map<string, ScenarioDesk>;
  log: Log;
}

class Unsupported extends Error {}

// ── running ────────────────────────────────────────────────────────────────────────────────────────────────────

const isTimeout = ({ kind, fields }: Step): boolean => kind === 'fault' && fields.kind === 'timeout';

function configOf(
  databaseUrl: string,
  sandbox: Sandbox,
  scenario: Scenario,
  logLevel: Config['logLevel'],
): Config {
  return {
    dataDir: '',
    databaseUrl,
    workspace: 'own',
    connectors: sandboxConnectors(sandbox, scenario.world, teamsPace),
    connectionValues: {},
    timeZone: 'UTC',
    user: null,
    logLevel,
    concurrency: 4,
    vendorTimeoutMs: scenario.steps.some(isTimeout) ? shortTimeoutMs : vendorTimeoutMs,
    leaseMs: 30_000,
    sqliteBinding: null,
  };
}

/** The agent reaches its store through a proxy where a fault is to befall it. */
async function proxyFor(scenario: Scenario, store: ScenarioStore, sandbox: Sandbox, log: Log) {
  const isNeeded = scenario.steps.some(
    ({ kind, fields }) => kind === 'fault' && fields.system === 'postgres',
  );
  if (!isNeeded) return null;
  const target = { host: '127.0.0.1', port: store.port };
  return startPostgresProxy({ target, faults: sandbox.faults, log, timeoutHoldMs: shortTimeoutMs });
}

function throughProxy(url: string, proxy: PostgresProxy | null): string {
  if (!proxy) return url;
  const changed = new URL(url);
  changed.port = String(proxy.port);
  return changed.href;
}

/** Plays a scenario in a clean store, and after each step lets the program run until nothing is left to do. */
export async function runScenario(
  scenario: Scenario,
  store: ScenarioStore,
  options: { log: Log; logLevel: Config['logLevel']; onEnd?: (stage: Stage) => Promise<void> },
): Promise<ScenarioRun> {
  const { log, logLevel } = options;
  const start = new Date(scenario.world.clock ?? Date.now());
  const clock = createScenarioClock(start);
  const stops: (() => Promise<unknown>)[] = [];
  try {
    const database = await store.createDatabase();
    stops.unshift(() => database.drop());
    const db = await openDatabase({ url: database.url, applicationName: 'scenario', log, maxConnections: 4 });
    stops.unshift(() => db.close());
    await db.transaction(async (tx) => {
      await savePeople(tx, scenario.world.people);
      await replaceRouting(tx, scenario.world.routing, { actor: 'scenario', at: start });
    });
    const jobs = await createJobs<Queues>({ db, log, queues: queueNames });
    stops.unshift(() => jobs.stop());
    const sandbox = await startSandbox({
      world: scenario.world,
      clock,
      log,
      limitFactor: Number.POSITIVE_INFINITY,
      slackAckMs,
    });
    stops.unshift(() => sandbox.stop());
    const proxy = await proxyFor(scenario, store, sandbox, log);
    if (proxy) stops.unshift(() => proxy.stop());
    const config = configOf(throughProxy(database.url, proxy), sandbox, scenario, logLevel);
    const isKilled = scenario.steps.some(({ kind }) => kind === 'crash_runner');
    const agent = await (isKilled ? startAgentProcess : startAgentHere)(config, start);
    stops.unshift(() => agent.stop());

    const stage: Stage = {
      scenario,
      sandbox,
      db,
      jobs,
      agent,
      clock,
      opened: new Map(),
      desks: new Map(),
      log,
    };
    stops.unshift(() => Promise.all([...stage.desks.values()].map((desk) => desk.close())));
    const problems: string[] = [];
    await settle(stage);
    for (const [index, step] of scenario.steps.entries()) {
      try {
        await play(stage, step);
        await settleAll(stage);
      } catch (thrown) {
        if (!(thrown instanceof Unsupported || thrown instanceof AppError)) throw thrown;
        problems.push(`step ${index + 1} (${step.kind}): ${thrown.message}`);
        break;
      }
    }
    const result = await resultOf(stage);
    if (scenario.expect !== null) problems.push(...differences(result, scenario.expect));
    result.held = problems.length === 0;
    await options.onEnd?.(stage);
    return { result, problems };
  } finally {
    for (const stop of stops) await stop();
  }
}

/** The program comes to rest: the desks send what they have, the agent does what follows, the desks show it. */
async function settleAll(stage: Stage): Promise<void> {
  await settleDesks(stage);
  await settle(stage);
  await settleDesks(stage);
}

// ── steps ──────────────────────────────────────────────────────────────────────────────────────────────────────

async function requestIdOf(stage: Stage, name: string): Promise<string> {
  const { db, opened } = stage;
  const place = opened.get(name);
  if (!place) throw new AppError('invalid_input', `No step before opened a request as "${name}".`);
  if (place.kind === 'request') return place.requestId;
  const row = await db.kysely
    .selectFrom('requests')
    .select('request_id')
    .where('channel', '=', place.channel)
    .where('thread', '=', place.ts)
    .orderBy('ordinal')
    .limit(1)
    .executeTakeFirst();
  if (!row) throw new AppError('not_found', `The message "${name}" has not become a request.`);
  return row.request_id;
}

/** The thread in which somebody answers for a request: its own, or that of the direct message about it. */
async function threadOf(stage: Stage, name: string): Promise<{ channel: string; ts: string }> {
  const place = stage.opened.get(name);
  if (place?.kind === 'thread' && place.chat === 'slack') return place;
  const requestId = await requestIdOf(stage, name);
  const message = stage.sandbox.slack
    .messages()
    .find(({ isBot, key }) => isBot && key?.startsWith(`${requestId}:`) && key.endsWith(':requester'));
  if (!message) throw nothingToAnswer(name);
  return { channel: message.channel, ts: message.threadTs ?? message.ts };
}

/** As `threadOf`, in Teams; in a chat between two, what the user was told last is what they answer. */
async function teamsThreadOf(
  stage: Stage,
  { to: name, user }: StepOf<'teams_reply'>,
): Promise<{ channel: string; thread: string }> {
  const { opened, sandbox } = stage;
  const place = opened.get(name);
  const isInTeams = place?.kind === 'thread' && place.chat === 'teams';
  const messages = sandbox.teams.messages();
  const opening = isInTeams ? messages.find(({ id }) => id === place.ts) : undefined;
  if (opening && opening.directTo === null) return { channel: opening.channel, thread: opening.id };
  const about = `[${await requestIdOf(stage, name)} `;
  const told = messages.findLast(
    ({ isOurs, directTo, html }) => isOurs && directTo === user && html.includes(about),
  );
  const answered = told ?? opening;
  if (!answered) throw nothingToAnswer(name);
  return { channel: answered.channel, thread: answered.id };
}

function nothingToAnswer(name: string): AppError {
  return new AppError(
    'not_found',
    `Nobody was told anything about "${name}", so there is nothing to answer.`,
  );
}

async function advance(stage: Stage, ms: number): Promise<void> {
  const { clock, agent, jobs, db } = stage;
  const end = clock.now().getTime() + ms;
  for (;;) {
    const next = Math.min(end, (await nextDueAt(db, clock.now())) ?? end);
    const step = next - clock.now().getTime();
    clock.set(new Date(next));
    await agent.setClock(clock.now());
    for (const queue of onTheClock) await jobs.shiftDelays(queue, step);
    await settleAll(stage);
    if (next >= end) return;
  }
}

/** When the next review window or wait ends, so that what happens then happens then. */
async function nextDueAt(db: Db, now: Date): Promise<number | null> {
  const rows = await db.kysely
    .selectFrom('requests')
    .select(['status', 'due_at', 'updated_at'])
    .where('is_final', '=', false)
    .where('status', 'in', ['Escalated', 'Waiting'])
    .execute();
  const times = rows
    .map(({ status, due_at, updated_at }) =>
      status === 'Waiting'
        ? Date.parse(updated_at) + unansweredAfterMs
        : due_at === null
          ? 0
          : Date.parse(due_at),
    )
    .filter((at) => at > now.getTime());
  return times.length === 0 ? null : Math.min(...times);
}

/** The desk of a step, opened when it is first met, in the name of whoever sits at it then. */
async function deskOf(stage: Stage, name: string, user: string): Promise<ScenarioDesk> {
  const { desks, db, jobs, clock, log } = stage;
  const there = desks.get(name);
  if (there) return there;
  const desk = await openScenarioDesk({ viewer: user, db, jobs, clock, log });
  desks.set(name, desk);
  await settleDesks(stage);
  return desk;
}

/** Who sits at a desk, as far as that ever matters: whoever decides there first. */
function userOfDesk({ scenario }: Stage, name: string): string | null {
  for (const { kind, fields } of scenario.steps)
    if (kind === 'queue' && fields.desk === name) return fields.user;
  return null;
}

/** Waits until every desk that is not cut off has sent what was done there, and shows what the store has. */
async function settleDesks({ desks, db }: Stage): Promise<void> {
  for (const desk of desks.values()) await desk.settle(db);
}

async function decideInQueue(stage: Stage, step: StepOf<'queue'>): Promise<void> {
  const { db, log } = stage;
  const requestId = await requestIdOf(stage, step.request);
  const desk = await deskOf(stage, step.desk, step.user);
  const { user, action, owner = null, note = null } = step;
  const refusal = await desk.decide({
    author: (await findPerson(db.kysely, user))?.email ?? user,
    requestId,
    action,
    owner,
    note,
  });
  // What the person at the desk is told; the request shows what came of it.
  if (refusal) log.info({ code: refusal.code }, refusal.message);
}

async function play(stage: Stage, step: Step): Promise<void> {
  const { sandbox, agent, db, jobs, clock, opened, log } = stage;
  switch (step.kind) {
    case 'slack_message': {
      const { user, channel, text, as, event_id, deliveries } = step.fields;
      const { ts } = sandbox.slack.sendMessage({
        user,
        channel,
        text,
        deliveries,
        ...(event_id === undefined ? {} : { eventId: event_id }),
      });
      if (as !== undefined) opened.set(as, { kind: 'thread', chat: 'slack', channel, ts });
      return;
    }
    case 'slack_reply': {
      const { channel, ts } = await threadOf(stage, step.fields.to);
      sandbox.slack.sendMessage({ user: step.fields.user, channel, text: step.fields.text, threadTs: ts });
      return;
    }
    case 'slack_action': {
      const { request, user, action, owner = null, note = null } = step.fields;
      const requestId = await requestIdOf(stage, request);
      const outcome = await sandbox.slack.pressForRequest({ user, action, owner, note, requestId });
      if (!outcome.isSent) log.info({ requestId, problems: outcome.problems }, 'The form was not accepted');
      return;
    }
    case 'form': {
      const { user, summary, target_record, business_justification, priority, as } = step.fields;
      const person = await findPerson(db.kysely, user);
      const requestId = await takeInForm(
        { db, jobs, clock },
        {
          summary,
          target_record: target_record ?? '',
          target_system: 'unknown',
          business_justification: business_justification ?? '',
          priority: priority ?? null,
          attachments: [],
          idempotencyKey: randomUUID(),
        },
        person ?? { email: user.toLowerCase(), name: user },
      );
      if (as !== undefined) opened.set(as, { kind: 'request', requestId });
      return;
    }
    case 'queue':
      return decideInQueue(stage, step.fields);
    case 'salesforce_patch':
      return sandbox.salesforce.patch(step.fields.record, step.fields.fields);
    case 'hubspot_patch':
      return sandbox.hubspot.patch(step.fields.record, step.fields.fields);
    case 'fault':
      return sandbox.faults.arm(step.fields.system, step.fields.kind, step.fields.times);
    case 'crash_runner':
      return agent.crashAt(step.fields.at);
    case 'advance':
      return advance(stage, step.fields);
    case 'teams_message': {
      const { as, event_id, ...message } = step.fields;
      const { id: ts } = sandbox.teams.sendMessage({
        ...message,
        ...(event_id === undefined ? {} : { eventId: event_id }),
      });
      if (as !== undefined) opened.set(as, { kind: 'thread', chat: 'teams', channel: message.channel, ts });
      return;
    }
    case 'teams_reply': {
      const { user, text } = step.fields;
      sandbox.teams.sendMessage({ user, text, ...(await teamsThreadOf(stage, step.fields)) });
      return;
    }
    case 'offline':
    case 'online': {
      const { desk } = step.fields;
      const user = userOfDesk(stage, desk);
      if (user !== null) (await deskOf(stage, desk, user)).setOffline(step.kind === 'offline');
      return;
    }
  }
}

// ── the result ─────────────────────────────────────────────────────────────────────────────────────────────────

async function requestResult(stage: Stage, requestId: string): Promise<RequestResult | null> {
  const { db, sandbox } = stage;
  const row = await db.kysely
    .selectFrom('requests')
    .select([
      'status',
      'decision',
      'rationale',
      'next_owner',
      'output',
      'reason',
      'priority',
      'approver',
      'rule',
      'policy',
    ])
    .where('request_id', '=', requestId)
    .executeTakeFirst();
  if (!row) return null;
  const audit = await db.kysely
    .selectFrom('audit_log')
    .select('event_type')
    .where('request_id', '=', requestId)
    .orderBy('ordinal')
    .execute();
  const inConsole = await db.kysely
    .selectFrom('messages')
    .select('text')
    .where('request_id', '=', requestId)
    .where('audience', '=', 'requester')
    .where('destination', 'is', null)
    .where('sent_at', 'is not', null)
    .orderBy('ordinal')
    .execute();
  const inSlack = sandbox.slack
    .messages()
    .filter(({ isBot, key }) => isBot && key?.startsWith(`${requestId}:`) && key.endsWith(':requester'));
  const inTeams = await teamsReplies(stage, requestId);
  return {
    output: row.output ?? {
      request_id: requestId,
      status: row.status,
      decision: row.decision,
      rationale: row.rationale ?? '',
      next_owner: row.next_owner,
      actions_taken: [],
    },
    reason: row.reason,
    priority: row.priority,
    approver: row.approver,
    rule: row.rule,
    policy: row.policy,
    audit: audit.map(({ event_type }) => event_type),
    replies: [
      ...inConsole.map(({ text }) => text),
      ...inSlack.map(({ text }) => readMarkup(text, []).text),
      ...inTeams,
    ],
  };
}

/** What the requester was sent in Teams, in order, as they read it. */
async function teamsReplies({ db, sandbox }: Stage, requestId: string): Promise<string[]> {
  const sent = await db.kysely
    .selectFrom('messages')
    .select('key')
    .where('request_id', '=', requestId)
    .where('audience', '=', 'requester')
    .where('key', 'is not', null)
    .execute();
  const references = sent.flatMap(({ key }) => (key === null ? [] : [referenceOf(key)]));
  return sandbox.teams
    .messages()
    .filter(({ isOurs, html }) => isOurs && references.some((reference) => html.includes(reference)))
    .map(({ html }) => withoutReference(readHtml(html, [])));
}

async function resultOf(stage: Stage): Promise<ScenarioResult> {
  const { scenario, sandbox, db, opened } = stage;
  const requests: ScenarioResult['requests'] = {};
  for (const name of opened.keys()) {
    const requestId = await requestIdOf(stage, name).catch(() => null);
    requests[name] = requestId === null ? null : await requestResult(stage, requestId);
  }
  const chain = await verifyAudit(db.kysely);
  const routingAudit = await listRoutingAudit(db.kysely);
  return {
    scenario: scenario.name,
    held: false,
    requests,
    salesforce: { owners: sandbox.salesforce.owners(), writes: sandbox.salesforce.writes() },
    hubspot: { owners: sandbox.hubspot.owners(), writes: sandbox.hubspot.writes() },
    routing_audit: routingAudit.map(({ record, previous_owner, new_owner, rule, reason }) => ({
      record,
      previous_owner,
      new_owner,
      rule,
      reason,
    })),
    audit_chain: chain.isValid ? 'valid' : chain.problem,
  };
}
