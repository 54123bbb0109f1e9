import { describe, expect, test } from 'vitest';
import { cutText, fittingHtml, readHtml, textToHtml } from './html.ts';

const mentions = [
  { id: 0, text: 'Ana Silva' },
  { id: 1, text: '' },
];

test.each([
  ['<p>One</p><p>Two &amp; <b>three</b></p>', 'One\n\nTwo & three'],
  ['<div>One<br>Two&nbsp;three</div>', 'One\nTwo three'],
  ['plain   text\nwrapped', 'plain text wrapped'],
  ['<p><at id="0">Ana</at>&nbsp;should have it, <at id="1">Routing</at></p>', 'Ana Silva should have it,'],
  ['<p>Ask <at id="7">Somebody new</at></p>', 'Ask Somebody new'],
  ['<a href="https://sf.example/00Q1">the lead</a>', 'the lead (https://sf.example/00Q1)'],
  ['<a href="https://sf.example/00Q1">https://sf.example/00Q1</a>', 'https://sf.example/00Q1'],
  ['<a href="mailto:kim@fjord.example">kim@fjord.example</a>', 'kim@fjord.example'],
  ['<a href="javascript:alert(1)">click</a>', 'click'],
  ['<p><emoji id="like" alt="👍" title="Like"></emoji></p>', '👍'],
  ['<attachment id="1"></attachment><p>approve</p>', 'approve'],
  [
    '<blockquote itemtype="http://schema.skype.com/Reply" itemid="1"><p>Old</p></blockquote><p>New</p>',
    'New',
  ],
  ['<ul><li>One</li><li>Two</li></ul>', 'One\n\nTwo'],
  ['<!-- hidden --><script>alert(1)</script><p>Seen</p>', 'Seen'],
  ['<p>Unclosed <b>bold', 'Unclosed bold'],
  ['', ''],
])('%s is read as %j', (html, text) => {
  expect(readHtml(html, mentions)).toBe(text);
});

test('a body of the largest size, nested as deep as Teams keeps it, is read in a moment', () => {
  const startedAt = performance.now();
  expect(readHtml('<i>'.repeat(4_000) + '</i>'.repeat(4_000), [])).toBe('');
  expect(readHtml('<'.repeat(28_000), [])).toBe('<'.repeat(28_000));
  expect(performance.now() - startedAt).toBeLessThan(2_000);
});

describe('writing', () => {
  test('what was written is read again as it was', () => {
    const text = 'Done: <Kim> & "Co"\nnext line\n\nnext block';
    expect(readHtml(textToHtml(text), [])).toBe(text);
  });

  test('a cut never halves a character', () => {
    expect(['abc', 'abcd', 'ab👍d'].map((text) => cutText(text, 3))).toEqual(['abc', 'ab…', 'ab…']);
    expect(cutText('a👍cd', 3)).toBe('a…');
  });

  test.each(['word & ', '&', '漢字', '👍\n\n'])('much of %j fits into the bytes that there are', (piece) => {
    const html = fittingHtml(piece.repeat(20_000), 10_000);
    expect(Buffer.byteLength(html)).toBeLessThanOrEqual(10_000);
    expect(Buffer.byteLength(html)).toBeGreaterThan(7_000);
  });
});
