import { Worker } from 'node:worker_threads';
import { AppError } from '../../../shared/model/errors.ts';
import type { Log } from '../ports.ts';
import type { Cache } from './cache.ts';
import {
  type Call,
  fromWire,
  type MethodName,
  methodNames,
  type Report,
  type ThreadOptions,
} from './protocol.ts';

interface PendingCall {
  resolve(value: unknown): void;
  reject(thrown: unknown): void;
}

/**
 * Opens the desk's copy and its outbox in a folder, in a thread of their own. Throws `invalid_input` where another
 * program has the folder, where it cannot be written or the disk is full, and `store_newer` where a newer program
 * wrote the outbox. A copy that cannot be used is made anew; `damage` tells of an outbox that could not be.
 *
 * Nothing else in this process may open the files: with any handle on them that is closed, POSIX drops the lock.
 */
export async function openCache(options: {
  dir: string;
  nativeBinding?: string | null;
  log: Log;
}): Promise<Cache> {
  const { dir, nativeBinding = null, log } = options;
  const threadOptions: ThreadOptions = { dir, nativeBinding };
  const file = import.meta.url.endsWith('.ts') ? './worker.ts' : './cache-worker.js';
  const worker = new Worker(new URL(file, import.meta.url), {
    workerData: threadOptions,
    name: 'cache',
    execArgv: [],
    // A first copy makes much garbage; a small nursery keeps it from being kept.
    resourceLimits: { maxYoungGenerationSizeMb: 16 },
  });
  const calls = new Map<number, PendingCall>();
  const opened = Promise.withResolvers<AppError | null>();
  const ended = Promise.withResolvers<void>();
  let end: AppError | null = null;
  let lastId = 0;

  function endWith(error: AppError): void {
    end ??= error;
    opened.reject(end);
    for (const call of calls.values()) call.reject(end);
    calls.clear();
  }

  function take(report: Report): void {
    switch (report.kind) {
      case 'ready':
        opened.resolve(report.damage && fromWire(report.damage));
        break;
      case 'failed':
        opened.reject(fromWire(report.error));
        break;
      case 'log':
        log[report.level](report.fields, report.message);
        break;
      case 'answer':
        calls.get(report.id)?.resolve(report.value);
        calls.delete(report.id);
        break;
      case 'refusal':
        calls.get(report.id)?.reject(fromWire(report.error));
        calls.delete(report.id);
    }
  }

  worker.on('message', take);
  worker.on('error', (cause) => {
    log.error({ err: cause }, 'The thread of the local copy broke off');
    endWith(
      new AppError(
        'internal',
        'The local copy stopped working. Start Switchyard again; what you did is kept.',
        { cause },
      ),
    );
  });
  worker.on('exit', () => {
    endWith(new AppError('internal', 'The local copy is closed.'));
    ended.resolve();
  });

  function call(method: MethodName, values: readonly unknown[]): Promise<unknown> {
    if (end) return Promise.reject(end);
    lastId += 1;
    const id = lastId;
    return new Promise((resolve, reject) => {
      calls.set(id, { resolve, reject });
      // The cache's own types say what a method takes.
      const message = { id, method, values } as Call;
      worker.postMessage(message, transferable(message));
    });
  }

  const damage = await opened.promise;
  if (damage) log.error({ err: damage }, damage.message);
  const methods = Object.fromEntries(
    methodNames.map((name) => [name, (...values: readonly unknown[]) => call(name, values)]),
  ) as Omit<Cache, 'damage'>;
  return {
    ...methods,
    damage,
    async close() {
      if (end) return;
      await methods.close();
      await ended.promise;
    },
  };
}

/** A chunk is handed over where it fills a buffer of its own; else the others in its buffer would go with it. */
function transferable({ method, values }: Call): ArrayBuffer[] {
  if (method !== 'fillChunk') return [];
  const { buffer, byteLength } = values[2];
  return buffer instanceof ArrayBuffer && buffer.byteLength === byteLength ? [buffer] : [];
}
