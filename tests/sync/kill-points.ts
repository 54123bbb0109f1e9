import type { Cache } from '../../electron/core/cache/cache.ts';
import type { StoreSide } from '../../electron/core/sync/desk-sync.ts';
import type { TestDeskOptions } from './test-desk.ts';

/** The steps of a decision between the press of a button and the moment from which the outbox is rid of it. */
export const killSteps = [
  'before it is kept',
  'after it is kept',
  'before the try is noted',
  'after the try is noted',
  'after the store has it, before the answer',
  'after the answer, before it is noted',
  'after the answer is noted',
  'after it is applied, before it is removed',
  'after it is removed',
] as const;
export type KillStep = (typeof killSteps)[number];

const killAt =
  (wanted: string) =>
  (step: KillStep): void => {
    if (step === wanted) process.kill(process.pid, 'SIGKILL');
  };

/** What has this process killed at a step, put around its cache and its store. */
export function killPoints(wanted: string): Pick<TestDeskOptions, 'aroundCache' | 'aroundStore'> {
  const reach = killAt(wanted);
  return {
    aroundCache: (cache: Cache): Cache => ({
      ...cache,
      async addEntry(entry) {
        reach('before it is kept');
        await cache.addEntry(entry);
        reach('after it is kept');
      },
      async mark(entryId, mark) {
        if (mark.state === 'sending') reach('before the try is noted');
        if (mark.state === 'sent') reach('after the answer, before it is noted');
        const isThere = await cache.mark(entryId, mark);
        if (mark.state === 'sending') reach('after the try is noted');
        if (mark.state === 'sent') reach('after the answer is noted');
        return isThere;
      },
      async removeEntry(entryId) {
        reach('after it is applied, before it is removed');
        await cache.removeEntry(entryId);
        reach('after it is removed');
      },
    }),
    aroundStore: (store: StoreSide): StoreSide => ({
      ...store,
      async deliver(entry) {
        const delivery = await store.deliver(entry);
        reach('after the store has it, before the answer');
        return delivery;
      },
    }),
  };
}
