import { expect, it } from 'vitest';
import { AppError } from '../../../shared/model/errors.ts';
import { systemClock } from '../ports.ts';
import { signInSteps } from './account-sign-in.ts';

const never = new AbortController().signal;
const url = 'https://login.example.com/';

it('tells each step, and the last one only after the sign-in is kept', async () => {
  const kept: string[] = [];
  const steps = signInSteps(
    async (tell) => {
      tell({ step: 'code', url, code: 'ABCD' });
      await systemClock.sleep(5);
      return 'bot@acme.com';
    },
    async (account) => void kept.push(account),
    never,
  );
  const told = [];
  for await (const step of steps) told.push([step.step, [...kept]]);
  expect(told).toEqual([
    ['code', []],
    ['done', ['bot@acme.com']],
  ]);
});

it('throws what the sign-in ended with', async () => {
  const refused = new AppError('vendor_auth', 'Nobody signed in');
  const steps = signInSteps(
    () => Promise.reject(refused),
    async () => undefined,
    never,
  );
  await expect(steps.next()).rejects.toBe(refused);
});

it('gives the sign-in up when whoever watches leaves, and waits until it has ended', async () => {
  let ended = false;
  const steps = signInSteps(
    (tell, signal) =>
      new Promise((_, reject) => {
        tell({ step: 'open', url });
        signal.addEventListener('abort', () => {
          ended = true;
          reject(new AppError('cancelled', 'Given up'));
        });
      }),
    async () => undefined,
    never,
  );
  expect((await steps.next()).value).toEqual({ step: 'open', url });
  await steps.return();
  expect(ended).toBe(true);
});
