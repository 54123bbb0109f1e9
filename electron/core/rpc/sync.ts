import type { Cache } from '../cache/cache.ts';
import type { DeskSync } from '../sync/desk-sync.ts';
import { implementation } from './implementation.ts';

export function syncHandlers({ cache, sync }: { cache: Pick<Cache, 'items'>; sync: DeskSync }) {
  return {
    status: implementation.sync.status.handler(() => sync.status()),
    outbox: implementation.sync.outbox.handler(() => cache.items()),
    withdraw: implementation.sync.withdraw.handler(async ({ input }) => {
      await sync.withdraw(input.entryId);
      return {};
    }),
    retry: implementation.sync.retry.handler(async ({ input }) => {
      await sync.retry(input.entryId);
      return {};
    }),
    dismiss: implementation.sync.dismiss.handler(async ({ input }) => {
      await sync.dismiss(input.entryId);
      return {};
    }),
    exportEntry: implementation.sync.exportEntry.handler(({ input }) => sync.exportEntry(input.entryId)),
  };
}
