import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CsvRecord, readCsvRecords } from './csv-records.ts';

/** In chunks of a few bytes, so that characters, line ends and quotes are cut anywhere. */
async function read(bytes: string | Buffer, chunkBytes = 3): Promise<CsvRecord[]> {
  const whole = Buffer.from(bytes);
  const chunks = Array.from({ length: Math.ceil(whole.length / chunkBytes) }, (_, index) =>
    whole.subarray(index * chunkBytes, (index + 1) * chunkBytes),
  );
  return Array.fromAsync(readCsvRecords(Readable.from(chunks)));
}

const quotesProblem = expect.stringMatching(/quotes do not add up/);

describe('records', () => {
  it('carry the number of their first line, over line ends of both kinds, empty lines and long fields', async () => {
    expect(await read('\uFEFFa,b\r\n1,"x\r\ny, ""z"""\n\n2, ü😀 \r\n3,4')).toEqual([
      { line: 1, cells: ['a', 'b'] },
      { line: 2, cells: ['1', 'x\r\ny, "z"'] },
      { line: 5, cells: ['2', ' ü😀 '] },
      { line: 6, cells: ['3', '4'] },
    ]);
  });

  it('tell empty text from none', async () => {
    expect(await read('"",,""\n')).toEqual([{ line: 1, cells: ['', null, ''] }]);
  });

  it('keep a byte order mark that is not the first character', async () => {
    expect(await read('a\n\uFEFFb\n')).toEqual([
      { line: 1, cells: ['a'] },
      { line: 2, cells: ['\uFEFFb'] },
    ]);
  });

  it('give the same whatever a field holds and wherever a chunk ends', async () => {
    const Cell = fc.option(
      fc.array(fc.constantFrom('"', ',', '\n', '\r', ' ', 'a', 'é', '😀', '\uFEFF', '='), { maxLength: 6 }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(Cell, Cell), { minLength: 1 }),
        fc.integer({ min: 1, max: 20 }),
        async (rows, chunkBytes) => {
          const texts = rows.map((row) => ['x', ...row.map((cell) => cell?.join('') ?? null)]);
          const file = texts
            .map((row) => row.map((text) => (text === null ? '' : `"${text.replaceAll('"', '""')}"`)).join())
            .join('\r\n');
          const records = await read(file, chunkBytes);
          expect(records.map((record) => ('cells' in record ? record.cells : record))).toEqual(texts);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('a broken row', () => {
  it.each([
    ['a quote inside an unquoted field', 'a"b,"c'],
    ['a quote after the end of a quoted field', '"a"b,c'],
    ['a quote that is not closed, up to the next one', 'a,"b'],
  ])('costs no more than itself: %s', async (_what, row) => {
    const rest = '"x\ny",z\n"u\nv",w';
    const records = await read(`${row}\n1,"2"\n${rest}\n`);
    expect(records).toEqual([
      { line: 1, problem: quotesProblem },
      { line: 2, cells: ['1', '2'] },
      { line: 3, cells: ['x\ny', 'z'] },
      { line: 5, cells: ['u\nv', 'w'] },
    ]);
  });

  it('is named where it is not UTF-8 or holds NUL, as a whole', async () => {
    const latin1 = Buffer.from('a,"ü\nb"\nc,d\ne\0,f\n', 'latin1');
    expect(await read(latin1)).toEqual([
      { line: 1, problem: expect.stringMatching(/not UTF-8/) },
      { line: 3, cells: ['c', 'd'] },
      { line: 4, problem: expect.stringMatching(/NUL/) },
    ]);
  });
});

it('UTF-16 is refused with what to do', async () => {
  await expect(read(Buffer.from('\uFEFFa,b\n', 'utf16le'))).rejects.toMatchObject({
    code: 'invalid_input',
    message: expect.stringMatching(/UTF-16.*UTF-8/),
  });
});
