import { describe, expect, it } from 'vitest';
import { readPolicyPage } from '../../knowledge/read-page.ts';
import { publishedVersion } from './map.ts';
import { htmlFileToHtml, markdownToHtml, textToHtml } from './page-body.ts';

describe('a text file', () => {
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

describe('a Markdown file', () => {
  const read = (text: string) =>
    readPolicyPage(
      {
        source: 'sharepoint',
        id: 'f1',
        version: 1,
        title: 'Policy',
        body: markdownToHtml(Buffer.from(text), 'Policy.md'),
        url: null,
        labels: [],
        fetchedAt: '2026-05-18T09:00:00Z',
      },
      null,
    );

  it('is read as it looks: headings, lists, emphasis, links and tables', () => {
    const text = `---
title: For programs
---
# Routing

Leads of a **strategic** account go to [Ana](https://example.com/ana).

1. First
2. Then *this* & that

## Limits

| Setting | Value |
|:--|--:|
| \`Review window\` | PT2H |
| Protected owners | ana@example.com<br>ben@example.com |
`;
    const { passages, settings } = read(text);
    expect(passages.map(({ heading, text: words }) => [heading, words])).toEqual([
      ['Routing', 'Leads of a strategic account go to Ana.'],
      ['Routing', 'First'],
      ['Routing', 'Then this & that'],
    ]);
    expect(settings).toMatchObject([
      { name: 'Review window', value: 'PT2H' },
      { name: 'Protected owners', value: 'ana@example.com; ben@example.com' },
    ]);
  });

  it('of long lines and many marks takes no time', () => {
    const startedAt = performance.now();
    for (const mark of ['| ', '*_', '[', '` ', '<!--', '---\n'])
      markdownToHtml(Buffer.from(mark.repeat(5_000)), 'Policy.md');
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });

  it('that is nested without end is told by its name', () => {
    const nested = Buffer.from('> '.repeat(20_000));
    expect(() => markdownToHtml(nested, 'Policy.md')).toThrow('Policy.md cannot be read as Markdown.');
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
