// A desk in a process of its own, so that it can be killed. Its options come as JSON, calls over IPC.
import { setTimeout as sleep } from 'node:timers/promises';
import { toAppError } from '../../shared/model/errors.ts';
import type { DeskAnswer, DeskCall, DeskProcessOptions } from './desk-process.ts';
import { type Faults, randomFates, randomOf } from './faults.ts';
import { killPoints } from './kill-points.ts';
import { openTestDesk } from './test-desk.ts';

const options = JSON.parse(process.argv[2] ?? '{}') as DeskProcessOptions;
const { dir, databaseUrl, person, clockErrorMs, faultSeed, lostShare, killAt } = options;
const random = randomOf(faultSeed);

/** A tenth of the calls, or of the answers, take a moment. */
const faults: Faults = {
  fateOf: randomFates(random, lostShare),
  hold: async () => {
    if (random() < 0.1) await sleep(random() * 10);
  },
};

const opening = openTestDesk({
  dir,
  databaseUrl,
  person,
  clockErrorMs,
  faults,
  ...(killAt === null ? {} : killPoints(killAt)),
});

async function answer({ id, method, args }: DeskCall): Promise<DeskAnswer> {
  try {
    const desk = await opening;
    const call = desk[method] as (...args: unknown[]) => Promise<unknown>;
    return { id, value: await call(...args) };
  } catch (thrown) {
    const { code, message } = toAppError(thrown);
    return { id, error: { code, message } };
  }
}

process.on('message', (call: DeskCall) => {
  void answer(call).then((made) => process.send?.(made));
});
// Without its parent nobody needs it.
process.on('disconnect', () => process.exit());
