import { expect, test } from 'vitest';
import { admitFiles } from './form-draft.ts';

const file = (name: string, mebibytes: number) => new File([new Uint8Array(mebibytes * 1024 * 1024)], name);

test('a file that is too large alone or together with the others is refused by name, the rest attached', () => {
  const attached = [file('a.pdf', 4)];
  const { files, refusals } = admitFiles(attached, [
    file('huge.zip', 11),
    file('b.pdf', 5),
    file('c.pdf', 3),
  ]);
  expect(files.map(({ name }) => name)).toEqual(['a.pdf', 'b.pdf']);
  expect(refusals).toEqual([
    'huge.zip is larger than 10 MB.',
    'c.pdf would bring the files to more than 11 MB together.',
  ]);
});

test('the same file dropped twice is attached once, and an eleventh is refused', () => {
  const ten = Array.from({ length: 10 }, (_, index) => file(`${index}.txt`, 0));
  expect(admitFiles(ten, [file('0.txt', 0)])).toEqual({ files: ten, refusals: [] });
  expect(admitFiles(ten, [file('11.txt', 0)]).refusals).toEqual(['11.txt: ten files are attached already.']);
});
