import fc from 'fast-check';
import { expect, it } from 'vitest';
import { backOffMs } from './back-off.ts';

it('waits longer after each failure, between half and all of a step that ends at 30 s', () => {
  expect([1, 2, 3, 4, 5, 6, 7, 8, 50, 5_000].map((failures) => backOffMs(failures, 1))).toEqual([
    500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000, 30_000,
  ]);
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 2_000 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (failures, chance) => {
        const fullMs = backOffMs(failures, 1);
        const ms = backOffMs(failures, chance);
        expect(ms).toBeGreaterThanOrEqual(fullMs / 2);
        expect(ms).toBeLessThanOrEqual(fullMs);
      },
    ),
  );
});
