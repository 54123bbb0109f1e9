import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import type { Call, Report, ThreadOptions } from './protocol.ts';
import { toWire } from './protocol.ts';
import { toCacheError } from './sqlite.ts';
import { type CacheThread, openThread } from './thread.ts';

const outboxWrites: ReadonlySet<string> = new Set(['addEntry', 'mark', 'removeEntry']);

function serve(port: MessagePort, options: ThreadOptions): void {
  const post = (report: Report) => port.postMessage(report);
  const wireOf = (thrown: unknown) => toWire(toCacheError(thrown, options.dir));

  let thread: CacheThread;
  try {
    thread = openThread(options, (message, fields) => post({ kind: 'log', level: 'warn', fields, message }));
  } catch (thrown) {
    post({ kind: 'failed', error: wireOf(thrown) });
    port.close();
    return;
  }

  function run({ method, values }: Call): unknown {
    // The call's type says that the values are the method's.
    const handler = thread.handlers[method] as (...given: readonly unknown[]) => unknown;
    return handler(...values);
  }

  async function answer(call: Call): Promise<void> {
    const { id, method } = call;
    try {
      const value = run(call);
      post({ kind: 'answer', id, value: value instanceof Promise ? await value : value });
    } catch (thrown) {
      post({ kind: 'refusal', id, error: wireOf(thrown) });
    }
    // The other way round the answer would be lost.
    if (method === 'close') port.close();
  }

  /** Writes to the outbox that came in together wait for the disk together. */
  function answerTogether(calls: readonly Call[]): void {
    const values: unknown[] = [];
    try {
      thread.together(() => {
        for (const call of calls) values.push(run(call));
      });
    } catch {
      // One of them cannot be done: each for itself then.
      for (const call of calls) void answer(call);
      return;
    }
    for (const [index, { id }] of calls.entries()) post({ kind: 'answer', id, value: values[index] });
  }

  let waiting: Call[] = [];
  function answerAll(): void {
    const calls = waiting;
    waiting = [];
    for (let at = 0; at < calls.length; ) {
      const rest = calls.slice(at);
      const end = rest.findIndex(({ method }) => !outboxWrites.has(method));
      const writes = end === -1 ? rest : rest.slice(0, end);
      if (writes.length > 1) answerTogether(writes);
      else for (const call of rest.slice(0, 1)) void answer(call);
      at += Math.max(1, writes.length);
    }
  }

  port.on('message', (call: Call) => {
    if (waiting.length === 0) setImmediate(answerAll);
    waiting.push(call);
  });
  post({ kind: 'ready', damage: thread.damage && toWire(thread.damage) });
}

if (parentPort) serve(parentPort, workerData);
