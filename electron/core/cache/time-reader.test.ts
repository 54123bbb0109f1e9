import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createTimeReader } from './columns.ts';

it('reads a time as the desk writes it and as Postgres does, to the millisecond', () => {
  const read = createTimeReader();
  const moments = fc.date({ min: new Date('1970-01-01'), max: new Date('2099-01-01'), noInvalidDate: true });
  fc.assert(
    fc.property(moments, fc.integer({ min: 0, max: 999 }), (moment, microseconds) => {
      const iso = moment.toISOString();
      const [date, time = ''] = iso.slice(0, -1).split('T');
      const decimals = `${time}${String(microseconds).padStart(3, '0')}`
        .replace(/(?<=\.\d*)0+$/, '')
        .replace(/\.$/, '');
      expect([read(iso), read(`${date} ${decimals}+00`)]).toEqual([moment.getTime(), moment.getTime()]);
    }),
  );
  expect(read('2026-05-18 11:15:00.5+02:00')).toBe(Date.parse('2026-05-18T09:15:00.500Z'));
  expect(() => read('yesterday')).toThrow('yesterday is no time');
});
