import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AppError } from '../../../shared/model/errors.ts';
import { systemClock } from '../ports.ts';
import { silentLog } from '../store/test-database.ts';
import type { ConnectionState } from './status.ts';
import { createStayConnected, type StayConnected } from './stay-connected.ts';

interface Side {
  number: number;
  close(): Promise<void>;
}

const gone = new AppError('store_unreachable', 'Nothing listens there.');

let stop: AbortController;
let states: ConnectionState[];
let closed: number[];
let served: number[];
/** What the next attempts to connect come to; a connection once they are used up. */
let attempts: (() => Promise<void>)[];
let lose: (thrown: unknown) => void;
let connection: StayConnected;
let running: Promise<void>;

beforeEach(() => {
  [states, closed, served, attempts] = [[], [], [], []];
  stop = new AbortController();
  let count = 0;
  connection = createStayConnected<Side>({
    async connect() {
      count += 1;
      const number = count;
      await attempts.shift()?.();
      return { number, close: async () => void closed.push(number) };
    },
    serve: ({ number }, signal) =>
      new Promise((resolve, reject) => {
        served.push(number);
        lose = reject;
        signal.addEventListener('abort', () => resolve());
      }),
    clock: systemClock,
    log: silentLog,
    onState: (state) => states.push(state),
  });
});

afterEach(async () => {
  stop.abort();
  await running;
});

const start = () => {
  running = connection.run(stop.signal);
};

describe('a connection that comes and goes', () => {
  it('is made again after it was lost, says so meanwhile, and is closed', async () => {
    start();
    await vi.waitFor(() => expect(served).toEqual([1]));
    lose(gone);
    await vi.waitFor(() => expect(served).toEqual([1, 2]));
    expect(closed).toEqual([1]);
    expect(states).toEqual([
      { kind: 'connecting', problem: null },
      { kind: 'joined' },
      { kind: 'offline', problem: 'Nothing listens there.' },
      { kind: 'joined' },
    ]);
  });

  it('is tried at once when somebody asks, however long it has failed', async () => {
    attempts = Array.from({ length: 3 }, () => () => Promise.reject(gone));
    start();
    for (let failures = 1; failures <= 3; failures += 1) {
      await vi.waitFor(() => expect(states.filter(({ kind }) => kind === 'offline')).toHaveLength(failures));
      connection.tryNow();
    }
    await vi.waitFor(() => expect(served).toEqual([4]), { timeout: 400 });
  });

  it('is cut by a person and stays so until they join it again', async () => {
    start();
    await vi.waitFor(() => expect(served).toEqual([1]));
    connection.setOffline(true);
    await vi.waitFor(() => expect(closed).toEqual([1]));
    expect(states.at(-1)).toMatchObject({ kind: 'offline' });
    connection.tryNow();
    await sleep(20);
    expect(served).toEqual([1]);
    connection.setOffline(false);
    await vi.waitFor(() => expect(served).toEqual([1, 2]));
  });

  it('is closed again where it opens after the desk was cut off', async () => {
    const late = Promise.withResolvers<void>();
    attempts = [() => late.promise];
    start();
    await vi.waitFor(() => expect(attempts).toEqual([]));
    connection.setOffline(true);
    late.resolve();
    await vi.waitFor(() => expect(closed).toEqual([1]));
    expect(served).toEqual([]);
  });

  it('says what a person has to do about it, and goes on trying', async () => {
    attempts = [() => Promise.reject(new AppError('store_newer', 'Update this program.'))];
    start();
    await vi.waitFor(() => expect(served).toEqual([2]));
    expect(states).toContainEqual({ kind: 'blocked', problem: 'Update this program.' });
  });
});
