import { expect, it } from 'vitest';
import { serverOfThisWorker } from '../../electron/core/store/test-database.ts';
import { runSeeds } from './run-seeds.ts';

const seeds = Array.from({ length: 500 }, (_, index) => index + 1);

it('several desks on one store lose, double and reorder nothing, whatever befalls them', async () => {
  const failures = await runSeeds(serverOfThisWorker(), seeds);
  expect(failures.map(({ replay, error }) => `${replay}\n${error.message}`)).toEqual([]);
}, 600_000);
