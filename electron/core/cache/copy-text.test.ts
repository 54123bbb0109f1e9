import fc from 'fast-check';
import { expect, it } from 'vitest';
import { copyField } from '../../../tests/cache/copy-text.ts';
import { createCopyReader, readField } from './copy-text.ts';

const field = fc.option(
  fc.oneof(
    fc.string({ unit: 'binary' }),
    fc
      .array(fc.constantFrom('\\', '\n', '\t', '\r', 'N', 'é', '東', '\\N', ' '))
      .map((parts) => parts.join('')),
  ),
  { nil: null },
);

it('reads back any rows of COPY’s text format, wherever the bytes are cut', () => {
  const rows = fc.array(fc.array(field, { minLength: 3, maxLength: 3 }), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(rows, fc.array(fc.nat(), { maxLength: 8 }), (written, cuts) => {
      const text = written.map((row) => `${row.map(copyField).join('\t')}\n`).join('');
      const bytes = new TextEncoder().encode(text);
      const borders = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
      const reader = createCopyReader();
      const read = borders.flatMap((from, index) => [
        ...reader.push(bytes.slice(from, borders[index + 1] ?? from)),
      ]);
      expect({ rows: read.map((row) => row.map(readField)), isAmid: reader.isAmid() }).toEqual({
        rows: written,
        isAmid: false,
      });
    }),
    { numRuns: 500 },
  );
});

it('knows when the bytes end amid a row', () => {
  const reader = createCopyReader();
  expect([...reader.push(new TextEncoder().encode('whole\nhal'))]).toEqual([['whole']]);
  expect(reader.isAmid()).toBe(true);
});
