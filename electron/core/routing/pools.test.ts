import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Pool } from '../../../shared/model/rule.ts';
import { countTurn, isWorking, type PoolState, pickPoolMember, poolDay } from './pools.ts';

const fresh: PoolState = { currentWeights: {}, takenToday: {} };
const monday = new Date('2026-05-18T09:00:00Z');

const poolOf = (members: object[], time_zone = 'Europe/Berlin'): Pool =>
  Pool.parse({ pool: 'p', time_zone, members });

function turns(pool: Pool, count: number, isAvailableOwner = (_: string) => true): (string | null)[] {
  let state = fresh;
  return Array.from({ length: count }, () => {
    const turn = pickPoolMember({ pool, state, now: monday, isAvailableOwner });
    state = turn?.state ?? state;
    return turn?.owner ?? null;
  });
}

describe('turns', () => {
  it('are taken smoothly by weight', () => {
    const pool = poolOf([{ owner: 'a@x.test', weight: 5 }, { owner: 'b@x.test' }, { owner: 'c@x.test' }]);
    expect(
      turns(pool, 7)
        .map((owner) => owner?.[0])
        .join(''),
    ).toBe('aabacaa');
  });

  it('are fair: after as many turns as all weights together, everybody had as many as their weight', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 6 }), (weights) => {
        const pool = poolOf(weights.map((weight, index) => ({ owner: `m${index}@x.test`, weight })));
        const total = weights.reduce((sum, weight) => sum + weight, 0);
        const taken = turns(pool, total);
        expect(
          weights.map((_, index) => taken.filter((owner) => owner === `m${index}@x.test`).length),
        ).toEqual(weights);
      }),
    );
  });

  it('end with the daily capacity, and nobody is free then', () => {
    const pool = poolOf([
      { owner: 'a@x.test', daily_capacity: 1 },
      { owner: 'b@x.test', daily_capacity: 2 },
    ]);
    expect(turns(pool, 4).toSorted()).toEqual(['a@x.test', 'b@x.test', 'b@x.test', null]);
  });

  it('count against the capacity where somebody is given a lead without a turn', () => {
    const pool = poolOf([{ owner: 'a@x.test', daily_capacity: 1 }]);
    expect(
      pickPoolMember({
        pool,
        state: countTurn(fresh, 'a@x.test'),
        now: monday,
        isAvailableOwner: () => true,
      }),
    ).toBeNull();
  });

  it('pass over who is absent, not working, or cannot own leads', () => {
    const pool = poolOf([
      { owner: 'away@x.test', out_of_office: [{ from: '2026-05-15', to: '2026-05-18' }] },
      { owner: 'gone@x.test', out_of_office: ['2026-05-18..2026-05-20'] },
      { owner: 'night@x.test', working_hours: 'Mon-Fri 18:00-06:00' },
      { owner: 'left@x.test' },
      { owner: 'here@x.test', working_hours: 'Mon-Fri 08:00-18:00' },
    ]);
    expect(turns(pool, 2, (owner) => owner !== 'left@x.test')).toEqual(['here@x.test', 'here@x.test']);
  });
});

describe('working hours', () => {
  it.each([
    ['Mon-Fri 08:00-18:00', '2026-05-18T06:00:00Z', true],
    ['Mon-Fri 08:00-18:00', '2026-05-18T05:59:00Z', false],
    ['Mon-Fri 08:00-18:00', '2026-05-18T16:00:00Z', false],
    ['Mon-Fri 08:00-18:00', '2026-05-17T10:00:00Z', false],
    ['Sat,Sun 10:00-14:00; Mon 09:00-12:00', '2026-05-17T10:00:00Z', true],
    ['Fri-Mon 09:00-17:00', '2026-05-17T10:00:00Z', true],
    ['Sun 22:00-06:00', '2026-05-18T02:00:00Z', true],
    ['Mon 22:00-06:00', '2026-05-18T02:00:00Z', false],
    ['09:00-24:00', '2026-05-18T21:30:00Z', true],
    [null, '2026-05-18T02:00:00Z', true],
  ])('%s at %s, Berlin: %s', (hours, moment, isInside) => {
    expect(isWorking(hours, new Date(moment), 'Europe/Berlin')).toBe(isInside);
  });
});

it('counts capacity by the day of the pool’s zone', () => {
  expect(poolDay({ time_zone: 'Pacific/Auckland' }, new Date('2026-05-18T13:00:00Z'))).toBe('2026-05-19');
});
