import fc from 'fast-check';
import { expect, it } from 'vitest';
import { gatherChunks } from './gather-chunks.ts';

it('keeps every byte in order, counts the lines, and fills each buffer', async () => {
  const pieces = fc.array(fc.uint8Array({ min: 9, max: 11, maxLength: 40 }), { maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(pieces, fc.integer({ min: 1, max: 32 }), async (given, sizeBytes) => {
      async function* stream() {
        yield* given;
      }
      const gathered = [];
      for await (const chunk of gatherChunks(stream(), sizeBytes)) gathered.push(chunk);
      const all = given.flatMap((piece) => [...piece]);
      expect(gathered.flatMap(({ bytes }) => [...bytes])).toEqual(all);
      expect(gathered.map(({ lines }) => lines).reduce((sum, lines) => sum + lines, 0)).toBe(
        all.filter((byte) => byte === 0x0a).length,
      );
      for (const { bytes } of gathered) expect(bytes.buffer.byteLength).toBe(bytes.byteLength);
      expect(gathered.slice(0, -1).every(({ bytes }) => bytes.byteLength === sizeBytes)).toBe(true);
    }),
  );
});
