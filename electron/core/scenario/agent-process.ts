import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { AppError } from '../../../shared/model/errors.ts';
import type { CrashPoint } from '../agent/crm-writer.ts';
import { type AgentHost, createAgentHost } from '../agent-host.ts';
import type { Config } from '../config.ts';
import { createLog } from '../log.ts';
import { createScenarioClock } from './scenario-clock.ts';

/** The command of the command line under which the agent runs as a process of its own. */
export const agentCommand = 'scenario-agent';

type ToAgent =
  | { kind: 'start'; config: Config; now: string; crashAt: CrashPoint | null }
  | { kind: 'clock'; now: string }
  | { kind: 'crash'; at: CrashPoint | null }
  | { kind: 'is_idle' }
  | { kind: 'stop' };
type FromAgent = { kind: 'ready' } | { kind: 'failed'; message: string } | { kind: 'idle'; isIdle: boolean };

/** The agent of a scenario, in this process or in one that can be killed. */
export interface ScenarioAgent {
  setClock(now: Date): Promise<void>;
  /** Has the process killed at the point; null disarms. */
  crashAt(point: CrashPoint | null): Promise<void>;
  isIdle(): Promise<boolean>;
  /** Whether a crash that was armed has come about and the agent was started again since the last call. */
  wasRestarted(): boolean;
  stop(): Promise<void>;
}

/** Runs the agent in this process. */
export async function startAgentHere(config: Config, start: Date): Promise<ScenarioAgent> {
  const clock = createScenarioClock(start);
  const host = await createAgentHost(config, { clock });
  await host.start();
  return {
    async setClock(now) {
      clock.set(now);
    },
    async crashAt() {
      throw new Error('Only an agent in a process of its own can be killed');
    },
    isIdle: async () => host.isIdle(),
    wasRestarted: () => false,
    stop: () => host.stop(),
  };
}

/** An agent that can be killed at any moment, and is started again. */
export interface KillableAgent extends ScenarioAgent {
  /** Resolves when it is up again. */
  kill(): Promise<void>;
}

const commandLine = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? '../cli.ts' : './cli.js', import.meta.url),
);

/** Runs the agent in a process of its own, which is started again whenever it was killed. */
export async function startAgentProcess(config: Config, start: Date): Promise<KillableAgent> {
  let now = start;
  let armed: CrashPoint | null = null;
  let isStopping = false;
  let wasKilled = false;
  let answerIdle: ((isIdle: boolean) => void) | null = null;
  let starting: Promise<ChildProcess> = launch();

  function launch(): Promise<ChildProcess> {
    return new Promise((resolve, reject) => {
      const child = fork(commandLine, [agentCommand], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
      child.on('message', (message: FromAgent) => {
        if (message.kind === 'ready') resolve(child);
        else if (message.kind === 'failed') reject(new AppError('internal', message.message));
        else answerIdle?.(message.isIdle);
      });
      child.on('exit', (_code, signal) => {
        answerIdle?.(false);
        if (isStopping) return;
        reject(new Error(`The agent's process ended before it was ready (${signal ?? 'by itself'})`));
        if (signal !== 'SIGKILL') return;
        wasKilled = true;
        armed = null;
        starting = launch();
        starting.catch(() => undefined);
      });
      const message: ToAgent = { kind: 'start', config, now: now.toISOString(), crashAt: armed };
      child.send(message);
    });
  }

  async function tell(message: ToAgent): Promise<void> {
    const child = await starting;
    if (child.connected) child.send(message);
  }

  await starting;
  return {
    async setClock(to) {
      now = to;
      await tell({ kind: 'clock', now: to.toISOString() });
    },
    async crashAt(point) {
      armed = point;
      await tell({ kind: 'crash', at: point });
    },
    async isIdle() {
      const child = await starting;
      if (!child.connected) return false;
      const answer = new Promise<boolean>((resolve) => {
        answerIdle = resolve;
      });
      child.send({ kind: 'is_idle' } satisfies ToAgent);
      return await answer;
    },
    async kill() {
      const child = await starting;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
      await starting;
    },
    wasRestarted() {
      const was = wasKilled;
      wasKilled = false;
      return was;
    },
    async stop() {
      isStopping = true;
      const child = await starting;
      const ended = new Promise((resolve) => child.once('exit', resolve));
      if (child.connected) child.send({ kind: 'stop' } satisfies ToAgent);
      await ended;
    },
  };
}

/** The other end of `startAgentProcess`: what the process itself does until it is told to stop. */
export function runAgentProcess(): Promise<void> {
  const say = (message: FromAgent) => process.send?.(message);
  let crashAt: CrashPoint | null = null;
  const crashPoint = (point: CrashPoint) => {
    if (point !== crashAt) return;
    process.kill(process.pid, 'SIGKILL');
    // Nothing may happen between the signal and the end.
    for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_000);
  };
  const clock = createScenarioClock(new Date(0));

  return new Promise((resolve) => {
    let host: AgentHost | null = null;
    const start = async (config: Config) => {
      try {
        host = await createAgentHost(config, { clock, crashPoint, log: createLog(config.logLevel) });
        await host.start();
        say({ kind: 'ready' });
      } catch (thrown) {
        say({ kind: 'failed', message: thrown instanceof Error ? thrown.message : String(thrown) });
      }
    };
    const stop = async () => {
      await host?.stop();
      process.disconnect();
      resolve();
    };
    process.on('message', (message: ToAgent) => {
      switch (message.kind) {
        case 'start':
          clock.set(new Date(message.now));
          crashAt = message.crashAt;
          return void start(message.config);
        case 'clock':
          return clock.set(new Date(message.now));
        case 'crash':
          crashAt = message.at;
          return;
        case 'is_idle':
          return say({ kind: 'idle', isIdle: host?.isIdle() ?? false });
        case 'stop':
          return void stop();
      }
    });
    // Without a parent nobody needs this process.
    process.on('disconnect', () => void stop().catch(() => undefined));
  });
}
