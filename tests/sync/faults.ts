import { AppError } from '../../shared/model/errors.ts';

/** What befalls one call to the store: the connection is lost before it arrives, or before its answer does. */
export type Fate = 'passes' | 'is lost' | 'answer is lost';

/** What stands between a desk and the store. */
export interface Faults {
  /** Drawn for each call. */
  fateOf(call: string): Fate;
  /** Holds a call, or its answer, until it may go on. */
  hold(what: string): Promise<void>;
}

export const noFaults: Faults = { fateOf: () => 'passes', hold: async () => {} };

/** One connection: once it is lost, nothing passes any more. */
export interface Wire {
  pass<Value>(call: string, work: () => Promise<Value>): Promise<Value>;
  cut(): void;
}

const lost = () => new AppError('store_unreachable', 'The connection was cut by the test.');

export function createWire(faults: Faults): Wire {
  let isCut = false;
  const check = () => {
    if (isCut) throw lost();
  };
  return {
    async pass(call, work) {
      check();
      await faults.hold(`${call} leaves`);
      check();
      const fate = faults.fateOf(call);
      isCut ||= fate === 'is lost';
      check();
      const value = await work();
      isCut ||= fate === 'answer is lost';
      check();
      await faults.hold(`${call} comes back`);
      check();
      return value;
    },
    cut() {
      isCut = true;
    },
  };
}

/** Numbers from 0 to 1 that a seed determines (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Every so manieth call is lost, on its way or on its way back. */
export function randomFates(random: () => number, share: number): (call: string) => Fate {
  return () => {
    const drawn = random();
    if (drawn < share / 2) return 'is lost';
    return drawn < share ? 'answer is lost' : 'passes';
  };
}
