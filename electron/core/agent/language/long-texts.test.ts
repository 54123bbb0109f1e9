import { describe, expect, it } from 'vitest';
import { createRuleBasedReader } from './rule-based-reader.ts';

const reader = createRuleBasedReader();
const knownNames = [
  { email: 'alma.keller@halden.test', name: 'Alma Keller', chatId: 'U-ALMA', isActiveOwner: true },
];
const read = (text: string) =>
  reader.read({ messages: [{ author: null, text }], targetRecord: null, requester: null, knownNames });

const times = (count: number, text: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => text(index)).join('');

describe('reading stays quick, whatever is written', () => {
  it.each([
    ['one name over and over', times(3_000, () => 'Xavier ')],
    ['a known name over and over', times(3_000, () => 'Alma ')],
    ['a word without an end', 'a'.repeat(50_000)],
    ['digits', '1'.repeat(50_000)],
    ['dots before an at', `${'a.'.repeat(20_000)}@b`],
    ['empty lines', '\n'.repeat(50_000)],
    ['hyphens', 'A-'.repeat(20_000)],
    ['quotation marks', '“Xavier” '.repeat(3_000)],
    ['links', `https://${'a/'.repeat(20_000)}`],
  ])('%s', { timeout: 20_000 }, async (_, text) => {
    const startedAt = performance.now();
    await read(text);
    // A generous limit for a busy machine; what it guards against took half a minute.
    expect(performance.now() - startedAt).toBeLessThan(3_000);
  });
});

it('looks up ten of the leads that a list names', async () => {
  const emails = times(500, (index) => `p${index}@firm${index}.example `);
  const ids = times(300, (index) => `00Q0000000${10_000 + index}EAA `);
  const [named] = (await read(`Wrong owners: ${emails} ${ids}`)).references;
  const [listed] = (await read(`Wrong owners: ${ids}`)).references;
  expect([named?.emails.length, listed?.records.length]).toEqual([10, 10]);
});
