import { setTimeout as sleep } from 'node:timers/promises';

const withinMs = 20_000;

/** Asks again and again until there is an answer; throws where there is none in 20 s. */
export async function waitUntil<Value>(ask: () => Promise<Value | undefined>): Promise<Value> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const value = await ask();
    if (value !== undefined) return value;
    if (performance.now() > deadline) throw new Error(`Nothing came of it in ${withinMs / 1000} s: ${ask}`);
    await sleep(10);
  }
}
