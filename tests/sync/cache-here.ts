import { setImmediate } from 'node:timers/promises';
import type { Cache } from '../../electron/core/cache/cache.ts';
import { methodNames } from '../../electron/core/cache/protocol.ts';
import { openThread } from '../../electron/core/cache/thread.ts';
import { AppError } from '../../shared/model/errors.ts';

/** The cache without its thread, which takes longer to start than a short history to play. */
export async function openCacheHere(dir: string): Promise<Cache> {
  const { handlers, damage } = openThread({ dir, nativeBinding: null }, () => {});
  let isClosed = false;
  async function call(name: keyof typeof handlers, values: readonly unknown[]): Promise<unknown> {
    if (isClosed) throw new AppError('internal', 'The local copy is closed.');
    if (name === 'close') isClosed = true;
    const handler = handlers[name] as (...given: readonly unknown[]) => unknown;
    const value = await handler(...values);
    await setImmediate();
    return value;
  }
  const methods = Object.fromEntries(
    methodNames.map((name) => [name, (...values: readonly unknown[]) => call(name, values)]),
  ) as Omit<Cache, 'damage'>;
  return { ...methods, damage };
}
