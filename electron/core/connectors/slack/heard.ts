import type { Log, StateStore } from '../../ports.ts';

export interface HeardOptions {
  state: StateStore;
  name: string;
  /** How often it is written down, in milliseconds. */
  everyMs: number;
  log: Log;
}

/**
 * How far everything was taken in: the newest time stamp of Slack's before which nothing is on the way. It is written
 * down now and then only, so that no event waits for it, and never while what was missed is still being read.
 */
export interface Heard {
  /** Takes an event in, and remembers it as missing until that has worked. */
  take(ts: string, task: () => Promise<void>): Promise<void>;
  /** Whether something could not be taken in that Slack may not deliver again. */
  hasFailed(): boolean;
  /** From when on everything is heard, where nothing was before. */
  begin(ts: string): void;
  /** Has `task` read what was missed, one such task after another. The mark moves on only once all have worked. */
  readMissed(task: () => Promise<void>): Promise<void>;
  /** Writes down what is not yet written down, and stops doing so. */
  stop(): Promise<void>;
}

export function createHeard({ state, name, everyMs, log }: HeardOptions): Heard {
  const missing = new Set<string>();
  const failed = new Set<string>();
  let newest: string | null = null;
  let written: string | null = null;
  /** Something was missed and is not read yet. */
  let isBehind = true;
  let readings = 0;
  let lastReading: Promise<void> = Promise.resolve();

  const isLater = (one: string, other: string | null) => other === null || Number(one) > Number(other);

  function note(ts: string): void {
    if (isLater(ts, newest)) newest = ts;
  }

  /** The first that is missing, or else the newest: what is read again from there on is known already. */
  function mark(): string | null {
    return [...missing].reduce((first, ts) => (first === null || isLater(first, ts) ? ts : first), newest);
  }

  async function write(): Promise<void> {
    const ts = mark();
    if (isBehind || ts === null || !isLater(ts, written)) return;
    try {
      await state.set(name, ts);
      written = ts;
    } catch (thrown) {
      log.warn({ err: thrown }, 'How far Slack was read could not be written down; it is tried again');
    }
  }

  const timer = setInterval(() => void write(), everyMs);
  timer.unref();

  return {
    async take(ts, task) {
      missing.add(ts);
      failed.delete(ts);
      try {
        await task();
      } catch (thrown) {
        failed.add(ts);
        throw thrown;
      }
      missing.delete(ts);
      note(ts);
    },
    hasFailed: () => failed.size > 0,
    begin: note,
    async readMissed(task) {
      isBehind = true;
      readings += 1;
      const reading = lastReading.then(task);
      lastReading = reading.then(
        () => {
          readings -= 1;
          // A later reading begins at the same mark, and so has what an earlier one failed to read.
          isBehind = readings > 0;
        },
        () => {
          readings -= 1;
        },
      );
      const isOver = lastReading;
      await reading;
      await isOver;
      await write();
    },
    async stop() {
      clearInterval(timer);
      await write();
    },
  };
}
