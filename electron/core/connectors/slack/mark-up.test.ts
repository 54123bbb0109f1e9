import { describe, expect, it } from 'vitest';
import { cutText, escapeMarkup, linkMarkup } from './mark-up.ts';

describe('mark-up', () => {
  it('cuts with an ellipsis only what is too long, and never inside a character', () => {
    expect([cutText('12345', 5), cutText('123456', 5), cutText('123😀6', 5), cutText('', 5)]).toEqual([
      '12345',
      '1234…',
      '123…',
      '',
    ]);
  });

  it('escapes, and never cuts inside an entity', () => {
    expect([escapeMarkup('<a> & b', 100), escapeMarkup('ab<<', 7), escapeMarkup('ab<', 6)]).toEqual([
      '&lt;a&gt; &amp; b',
      'ab&lt;…',
      'ab&lt;',
    ]);
  });

  it('links what Slack opens, and shows the label alone otherwise', () => {
    expect([
      linkMarkup('https://wiki.example/p?a=1&b=<x|y>', 'Page & more', 100),
      linkMarkup('javascript:alert(1)', 'Page', 100),
      linkMarkup('not a url', 'Page', 100),
      linkMarkup(null, 'Page', 100),
      linkMarkup(`https://wiki.example/${'x'.repeat(100)}`, 'Page', 100),
    ]).toEqual([
      '<https://wiki.example/p?a=1&amp;b=%3Cx%7Cy%3E|Page &amp; more>',
      'Page',
      'Page',
      'Page',
      'Page',
    ]);
  });
});
