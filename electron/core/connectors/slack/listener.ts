import { setTimeout as pause } from 'node:timers/promises';
import type { ModalView } from '@slack/web-api';
import { AppError, toAppError } from '../../../../shared/model/errors.ts';
import type { Log, StateStore } from '../../ports.ts';
import type { ChatEvent, ListenOptions } from '../connector.ts';
import { decisionForm } from './blocks.ts';
import { catchUp, markName } from './catch-up.ts';
import { createHeard } from './heard.ts';
import { readEnvelope } from './map.ts';
import type { FormRequest, Listening } from './reading.ts';
import { reportForm } from './report-form.ts';
import { createSequences, sequenceOf } from './sequences.ts';
import { createSlackSocket, type Envelope } from './socket.ts';
import type { WebApi } from './web-api.ts';

/** What the app is in the workspace. */
export interface Identity {
  botUserId: string;
  /** With a slash at the end; null where Slack did not say. */
  workspaceUrl: string | null;
}
export type ReadIdentity = (signal?: AbortSignal) => Promise<Identity>;

export interface ListenerOptions extends ListenOptions {
  appToken: string;
  slackApiUrl: string;
  timeoutMs: number;
  webApi: WebApi;
  channels: ReadonlySet<string>;
  state: StateStore;
  log: Log;
  identity: ReadIdentity;
  handler(event: ChatEvent): Promise<void>;
  onProblem(problem: string | null): void;
}

export interface Listener {
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** How often it is written down how far was read. */
const markEveryMs = 5_000;
/** When reading what was missed is tried again. */
const missedAgainMs = 60_000;

/** Takes in what Slack delivers, and after each time without a connection what it did not deliver. */
export function createListener(options: ListenerOptions): Listener {
  const { log, webApi, channels, handler, onProblem, openThreads, state } = options;
  const inOrder = createSequences();
  const heard = createHeard({ state, name: markName, everyMs: markEveryMs, log });
  let listening: Listening = { botUserId: '', channels };
  let told: string | null = null;
  let failures: NodeJS.Timeout | undefined;

  /** A vendor that cannot be listened to is told once, and once that it can be again. */
  function tellConnection(problem: string | null): void {
    if (problem === told) return;
    told = problem;
    onProblem(problem);
  }

  function tellUnreadable(problem: string): void {
    log.warn({ problem }, 'Slack sent something that cannot be read');
    onProblem(problem);
  }

  function take(event: ChatEvent): Promise<void> {
    const store = () => inOrder(sequenceOf(event), () => handler(event));
    const ts = timeStampOf(event);
    return ts === null ? store() : heard.take(ts, store);
  }

  async function receive(envelope: Envelope): Promise<object> {
    const reading = readEnvelope(envelope, listening);
    switch (reading.kind) {
      case 'event':
        await take(reading.event);
        return {};
      case 'home opened':
        await options.onHomeOpened(reading.user);
        return {};
      case 'groups changed':
        await options.onGroupsChanged();
        return {};
      case 'decision form':
        await openForm(reading.request.triggerId, decisionFormOf(reading.request));
        return {};
      case 'report form': {
        const { triggerId, context, words } = reading.request;
        await openForm(triggerId, reportForm(context, words));
        return {};
      }
      case 'form errors':
        return { response_action: 'errors', errors: reading.errors };
      case 'unreadable':
        tellUnreadable(reading.problem);
        return {};
      case 'ignored':
        return {};
    }
  }

  /** A form that Slack will not open any more is given up, so that its press does not come again for nothing. */
  async function openForm(triggerId: string, view: ModalView): Promise<void> {
    try {
      await webApi.call((client) => client.views.open({ trigger_id: triggerId, view }));
    } catch (thrown) {
      if (thrown instanceof AppError && thrown.isRetried) throw thrown;
      log.warn({ err: thrown }, 'Slack did not open the form; the button has to be pressed again');
    }
  }

  /** Reads what was missed, again and again until that has worked: nothing else would tell of it. */
  async function readUntilRead(signal: AbortSignal): Promise<void> {
    const parts = { webApi, state, heard, log, listening: () => listening, openThreads, take };
    for (;;) {
      try {
        await catchUp(parts, signal);
        return;
      } catch (thrown) {
        signal.throwIfAborted();
        const { code, message } = toAppError(thrown);
        log.error({ err: thrown, code }, 'What was written in Slack meanwhile could not be looked through');
        tellConnection(`What was written in Slack meanwhile could not be looked through yet. ${message}`);
        await pause(missedAgainMs, undefined, { signal });
      }
    }
  }

  function readMissed(signal: AbortSignal): void {
    heard
      .readMissed(() => readUntilRead(signal))
      .then(
        () => tellConnection(null),
        () => log.info({}, 'Slack is not listened to any more'),
      );
    clearInterval(failures);
    // Slack delivers an event a few times only; what could not be stored for longer is read again.
    failures = setInterval(() => {
      if (!heard.hasFailed()) return;
      void heard.readMissed(() => readUntilRead(signal)).catch(() => {});
    }, missedAgainMs);
    failures.unref();
  }

  const socket = createSlackSocket({
    appToken: options.appToken,
    slackApiUrl: options.slackApiUrl,
    timeoutMs: options.timeoutMs,
    log,
    async prepare(signal) {
      const { botUserId } = await options.identity(signal);
      listening = { botUserId, channels };
    },
    receive,
    onUnreadable: tellUnreadable,
    onConnection: tellConnection,
    onListening: readMissed,
  });

  return {
    start: () => socket.start(),
    async stop() {
      clearInterval(failures);
      await socket.stop();
      await heard.stop();
    },
  };
}

function decisionFormOf({ form, value, channel, message }: FormRequest): ModalView {
  const { requestId, version } = value;
  return decisionForm(value, { form, requestId, version, channel, message });
}

/** When it happened, as Slack's time stamp; null for what no history tells again. */
function timeStampOf(event: ChatEvent): string | null {
  if (event.kind === 'message') return event.message;
  if (event.kind !== 'edit') return null;
  const { message, sinceWrittenMs } = event;
  return (Number(message.message) + sinceWrittenMs / 1000).toFixed(6);
}
