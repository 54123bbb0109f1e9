import { afterEach, describe, expect, it } from 'vitest';
import type { Log } from '../../ports.ts';
import { createHeard, type Heard } from './heard.ts';

const silent: Log = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  child: () => silent,
};

let heard: Heard | undefined;
afterEach(async () => {
  await heard?.stop();
});

function start() {
  const written: string[] = [];
  const state = { get: async () => null, set: async (_: string, ts: string) => void written.push(ts) };
  heard = createHeard({ state, name: 'mark', everyMs: 60_000, log: silent });
  return { heard, written };
}

const works = async () => {};
const fails = async () => {
  throw new Error('The store is away');
};

describe('how far everything was taken in', () => {
  it('is the newest of what is stored, whatever the order in which it came', async () => {
    const { heard: heardTo, written } = start();
    await heardTo.readMissed(works);
    for (const ts of ['30.000001', '10.000001', '20.000001']) await heardTo.take(ts, works);
    await heardTo.stop();
    expect(written).toEqual(['30.000001']);
  });

  it('stays before what could not be stored until that has worked', async () => {
    const { heard: heardTo, written } = start();
    await heardTo.readMissed(works);
    await heardTo.take('10.000001', fails).catch(() => {});
    await heardTo.take('20.000001', works);
    await heardTo.readMissed(works);
    expect({ written, hasFailed: heardTo.hasFailed() }).toEqual({ written: ['10.000001'], hasFailed: true });
    await heardTo.take('10.000001', works);
    await heardTo.stop();
    expect({ written, hasFailed: heardTo.hasFailed() }).toEqual({
      written: ['10.000001', '20.000001'],
      hasFailed: false,
    });
  });

  it('is not written down while what was missed is not read, nor after that has failed', async () => {
    const { heard: heardTo, written } = start();
    const reading = Promise.withResolvers<void>();
    const first = heardTo.readMissed(() => reading.promise);
    const second = heardTo.readMissed(fails).catch(() => {});
    await heardTo.take('10.000001', works);
    reading.resolve();
    await first;
    await second;
    await heardTo.stop();
    expect(written).toEqual([]);
  });
});
