import { AppError } from '../../../shared/model/errors.ts';
import type { Cache } from '../cache/cache.ts';

const missing = () => new AppError('not_found', 'There is no such entry in the outbox any more.');

/** Removes what came back once its author has seen it. Throws `not_found`, or `invalid_input` where it did not come back. */
export async function dismissEntry(cache: Cache, entryId: string): Promise<void> {
  const entry = await cache.entry(entryId);
  if (!entry) throw missing();
  if (entry.state !== 'returned')
    throw new AppError(
      'invalid_input',
      'It has not come back: it is still to be sent. Withdraw it to drop it.',
    );
  await cache.removeEntry(entryId);
}

/** A stuck entry as a JSON text, with everything that its author did and what became of it. Throws `not_found`. */
export async function exportEntry(cache: Cache, entryId: string): Promise<{ name: string; text: string }> {
  const entry = await cache.entry(entryId);
  if (!entry) throw missing();
  const { payload, entryId: _, requestId: __, createdAt: ___, ...item } = entry;
  const content = { ...item, input: JSON.parse(payload) as unknown };
  return { name: `switchyard-${entry.kind}-${entryId}.json`, text: `${JSON.stringify(content, null, 2)}\n` };
}
