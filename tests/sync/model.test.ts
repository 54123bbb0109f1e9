import { expect, inject, it } from 'vitest';
import { runSeeds } from './run-seeds.ts';

const seeds = Array.from({ length: 500 }, (_, index) => index + 1);

it('several desks on one store lose, double and reorder nothing, whatever befalls them', async () => {
  const failures = await runSeeds(inject('testPostgres'), seeds);
  expect(failures.map(({ replay, error }) => `${replay}\n${error.message}`)).toEqual([]);
}, 600_000);
