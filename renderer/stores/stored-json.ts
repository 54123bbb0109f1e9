import type { z } from 'zod';

/** What is kept under a key in this form; else null: nothing is, or an older program kept it. */
export function readStored<Value>(storage: Storage, key: string, form: z.ZodType<Value>): Value | null {
  try {
    return form.parse(JSON.parse(storage.getItem(key) ?? ''));
  } catch {
    return null;
  }
}

export function writeStored(storage: Storage, key: string, value: unknown): void {
  storage.setItem(key, JSON.stringify(value));
}
