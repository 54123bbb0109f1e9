import type { ConnectionCheck } from '../../../shared/model/connection.ts';
import { AppError, toAppError } from '../../../shared/model/errors.ts';

/** One thing to be tried when a connection is tested. */
export interface Trial {
  /** Unique within the system and the same for each run. */
  id: string;
  /** In the user's words: `Look people up`. */
  title: string;
  /** What to do where the vendor says no. */
  remedy: { text: string; url: string | null };
}

/** What came of a trial, and what it found for those that follow; null where it did not succeed. */
export interface Tried<Found> {
  check: ConnectionCheck;
  found: Found | null;
}

/**
 * Tries it; `attempt` gives what it found, and that in plain words. What the vendor refuses is `missing`, what could
 * not be found out is `failed`. Throws only `cancelled`.
 */
export async function tryFor<Found>(
  { id, title, remedy }: Trial,
  attempt: () => Promise<{ found: Found; detail: string | null }>,
): Promise<Tried<Found>> {
  try {
    const { found, detail } = await attempt();
    return { found, check: { id, title, state: 'ok', detail, remedy: null } };
  } catch (thrown) {
    const { code, message: detail } = toAppError(thrown);
    if (code === 'cancelled') throw thrown;
    const isRefused = code === 'vendor_refused' || code === 'vendor_auth';
    const check: ConnectionCheck = isRefused
      ? { id, title, state: 'missing', detail, remedy }
      : { id, title, state: 'failed', detail, remedy: null };
    return { found: null, check };
  }
}

/** As `tryFor`, where nothing that follows needs what is found; `attempt` gives it in plain words. */
export async function tryOut(trial: Trial, attempt: () => Promise<string | null>): Promise<ConnectionCheck> {
  const { check } = await tryFor(trial, async () => ({ found: true, detail: await attempt() }));
  return check;
}

/** What has to wait for another check, or cannot be tried; `why` says which. */
export function skipped({ id, title }: Pick<Trial, 'id' | 'title'>, why: string): ConnectionCheck {
  return { id, title, state: 'skipped', detail: why, remedy: null };
}

/** What a trial throws where the answer shows that something is lacking. */
export function lacking(vendor: string, what: string): AppError {
  return new AppError('vendor_refused', what, { details: { vendor } });
}
