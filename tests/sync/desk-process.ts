import { type ChildProcess, fork } from 'node:child_process';
import path from 'node:path';
import { AppError, type ErrorCode } from '../../shared/model/errors.ts';
import type { TestDesk } from './test-desk.ts';

/** What a desk's process is started with. */
export interface DeskProcessOptions {
  dir: string;
  databaseUrl: string;
  person: string;
  clockErrorMs: number;
  faultSeed: number;
  /** The share of its calls that are lost, or whose answer is. */
  lostShare: number;
  /** The step at which it kills itself, once. */
  killAt: string | null;
}

/** A call to the desk in the process, and its answer. */
export interface DeskCall {
  id: number;
  method: keyof TestDesk;
  args: unknown[];
}
export type DeskAnswer =
  | { id: number; value: unknown }
  | { id: number; error: { code: ErrorCode; message: string } };

/** A desk in a process of its own. Its methods reject with `cancelled` where the process dies over them. */
export interface DeskProcess extends TestDesk {
  /** SIGKILL; resolves when it is dead. */
  kill(): Promise<void>;
  /** Resolves when it is dead, of whatever cause. */
  readonly dead: Promise<void>;
}

const main = path.join(import.meta.dirname, 'desk-process-main.ts');
const died = () => new AppError('cancelled', 'The process of the desk died.');

/** Starts a desk; resolves when it works, or when it died on the way to it. */
export async function startDeskProcess(options: DeskProcessOptions): Promise<DeskProcess> {
  const child = fork(main, [JSON.stringify(options)], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    serialization: 'advanced',
  });
  const { dead, call } = connectTo(child);
  // The first answer comes when the desk is open.
  await call('status').catch(() => undefined);
  return {
    dead,
    press: (entry) => call('press', entry),
    withdraw: (entryId) => call('withdraw', entryId),
    retryAll: () => call('retryAll'),
    dismiss: (entryId) => call('dismiss', entryId),
    setOffline: (isOffline) => call('setOffline', isOffline),
    cut: () => call('cut'),
    setClockError: (ms) => call('setClockError', ms),
    setStormy: (isStormy) => call('setStormy', isStormy),
    items: () => call('items'),
    rows: () => call('rows'),
    detail: (requestId) => call('detail', requestId),
    status: () => call('status'),
    async stop() {
      await call('stop').catch(() => undefined);
      child.kill('SIGKILL');
      await dead;
    },
    async kill() {
      child.kill('SIGKILL');
      await dead;
    },
  };
}

function connectTo(child: ChildProcess) {
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  let calls = 0;
  child.on('message', (answer: DeskAnswer) => {
    const call = waiting.get(answer.id);
    waiting.delete(answer.id);
    if ('value' in answer) call?.resolve(answer.value);
    else call?.reject(new AppError(answer.error.code, answer.error.message));
  });
  const dead = new Promise<void>((resolve) => {
    child.once('exit', () => {
      for (const call of waiting.values()) call.reject(died());
      waiting.clear();
      resolve();
    });
  });
  return {
    dead,
    call<Value>(method: keyof TestDesk, ...args: unknown[]): Promise<Value> {
      if (!child.connected) return Promise.reject(died());
      calls += 1;
      const answer = Promise.withResolvers<unknown>();
      waiting.set(calls, answer);
      child.send({ id: calls, method, args } satisfies DeskCall, (failed) => {
        if (failed) answer.reject(died());
      });
      return answer.promise as Promise<Value>;
    },
  };
}
