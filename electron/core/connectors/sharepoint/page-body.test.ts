import { describe, expect, it } from 'vitest';
import { publishedVersion } from './map.ts';
import { htmlFileToHtml, textToHtml } from './page-body.ts';

describe('a text or Markdown file', () => {
  it.each([
    ['One & <two>\n\n\n  \nThree\r\n\r\nfour', '<p>One &amp; &lt;two&gt;</p>\n<p>Three</p>\n<p>four</p>'],
    [
      'Limits:\n| Setting | Value |\n|---|:-:|\n| A | 1 |\n| B | |',
      '<p>Limits:</p><table><tr><td>Setting</td><td>Value</td></tr><tr><td>A</td><td>1</td></tr><tr><td>B</td><td></td></tr></table>',
    ],
    [
      'Setting | Value\n--- | ---\nA | 1',
      '<table><tr><td>Setting</td><td>Value</td></tr><tr><td>A</td><td>1</td></tr></table>',
    ],
    ['Either | or\nboth', '<p>Either | or\nboth</p>'],
    ['Before\n---\nAfter', '<p>Before\n---\nAfter</p>'],
    ['', ''],
  ])('of %j is read in paragraphs and tables', (text, html) => {
    expect(textToHtml(Buffer.from(text))).toBe(html);
  });

  it.each([
    ['UTF-8', Buffer.from('Zürich – ok')],
    ['UTF-8 with its mark', Buffer.from('\ufeffZürich – ok')],
    ['UTF-16 as Windows writes it', Buffer.from('\ufeffZürich – ok', 'utf16le')],
    ['UTF-16 the other way round', Buffer.from('\ufeffZürich – ok', 'utf16le').swap16()],
    ['the encoding of Windows', Buffer.from('Z\xfcrich \x96 ok', 'latin1')],
  ])('in %s is read by its letters', (_, bytes) => {
    expect(textToHtml(bytes)).toBe('<p>Zürich – ok</p>');
  });

  it('of long lines and many spaces takes no time', () => {
    const startedAt = performance.now();
    textToHtml(Buffer.from(`${'| '.repeat(200_000)}\n${' '.repeat(400_000)}x\n${'-|'.repeat(200_000)}`));
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });
});

it.each([
  ['<!doctype html><html><head><title>T</title></head><body><p>Text</p></body></html>', '<p>Text</p>'],
  ['<p>Without a body</p>', '<p>Without a body</p>'],
])('an HTML file is read for what stands on its page: %s', (file, html) => {
  expect(htmlFileToHtml(Buffer.from(file))).toBe(html);
});

it.each([
  ['3.0', 3],
  ['12', 12],
  ['3.1', null],
  ['0.4', null],
  ['draft', null],
])('version %s as published is %s', (version, published) => {
  expect(publishedVersion(version)).toBe(published);
});
