import { describe, expect, it } from 'vitest';
import { destinationFor, quotePolicy } from './quote.ts';
import { readPolicyPage } from './read-page.ts';

const document = (body: string, id = '1') =>
  readPolicyPage(
    {
      source: 'confluence',
      id,
      version: 2,
      title: 'Policy',
      body,
      url: null,
      labels: [],
      fetchedAt: '2026-05-18T09:00:00Z',
    },
    null,
  );

describe('a policy page', () => {
  it('is read for its passages, with their headings, and for its settings', () => {
    expect(
      document(
        `<h1>Routing &amp; owners</h1><p>A lead&nbsp;belongs to its <strong>territory</strong>.</p>
         <ac:structured-macro ac:name="info"><ac:rich-text-body><p>Read me.</p></ac:rich-text-body></ac:structured-macro>
         <table><tbody><tr><th><p>Setting</p></th><th>Note</th><th><p>Value</p></th></tr>
         <tr><td><p>Auto-resolution</p></td><td>since May</td><td><p>Allowed</p></td></tr><tr><td></td><td></td><td>lost</td></tr></tbody></table>
         <h2>Elsewhere</h2><ul><li>One</li><li>Two</li></ul><table><tr><td>Commissions</td><td>Compensation team</td></tr></table>`,
      ),
    ).toMatchObject({
      passages: [
        { heading: 'Routing & owners', text: 'A lead belongs to its territory.' },
        { heading: 'Routing & owners', text: 'Read me.' },
        { heading: 'Elsewhere', text: 'One' },
        { heading: 'Elsewhere', text: 'Two' },
        { heading: 'Elsewhere', text: 'Commissions: Compensation team' },
      ],
      settings: [{ name: 'Auto-resolution', value: 'Allowed' }],
    });
  });

  it('keeps the lines of a cell apart', () => {
    const { settings } = document(
      '<table><tr><td>Setting</td><td>Value</td></tr><tr><td>Protected owners</td><td><ul><li>a@x.test</li><li>b@x.test</li></ul></td></tr><tr><td>Change freeze</td><td>2026-01-01..2026-01-02<br/>2026-02-01</td></tr></table>',
    );
    expect(settings.map(({ value }) => value)).toEqual([
      'a@x.test; b@x.test',
      '2026-01-01..2026-01-02; 2026-02-01',
    ]);
  });

  it('with paragraphs that were never closed is read whole', () => {
    const rows =
      '<table><tr><th>Setting</th><th>Value</th></tr><tr><td>Open opportunity</td><td>Escalate</td></tr></table>';
    const { passages, settings } = document(`<p>One<p>Two${rows}`);
    expect(passages.map(({ text }) => text)).toEqual(['One', 'Two']);
    expect(settings).toEqual([{ name: 'Open opportunity', value: 'Escalate' }]);
  });
});

describe('a quote', () => {
  const pages = [
    document('<p>Nothing here.</p><p>Strategic accounts are moved with approval only.</p>'),
    document('<p>Other</p>', '2'),
  ];

  it('is the passage that shares most words, one of each page', () => {
    const quotes = quotePolicy(pages, { words: 'a strategic account needs approvals', settings: [] });
    expect(quotes.map(({ pageId, passage }) => [pageId, passage])).toEqual([
      ['1', 'Strategic accounts are moved with approval only.'],
      ['2', 'Other'],
    ]);
  });

  it('is the setting as its page writes it, where a setting decided', () => {
    const settings = [{ name: 'Auto-resolution', value: 'Not allowed', page: '2@2' }];
    expect(quotePolicy(pages, { words: 'strategic', settings })[1]?.passage).toBe(
      'Auto-resolution: Not allowed',
    );
  });
});

it.each([
  ['Where is my commission?', 'Requests about commissions go to Compensation.'],
  ['please reset my password', 'For passwords, contact the service desk.'],
  ['my expense report is stuck', 'Ask Finance about expenses.'],
  ['what is for lunch', undefined],
  ['a lead of a territory', undefined],
])('"%s" belongs where the policy says', (text, sentence) => {
  const page = document(
    '<p>A lead belongs to the owner of its territory. Requests about commissions go to Compensation. For passwords, contact the service desk.</p><p>Ask Finance about expenses.</p>',
  );
  expect(destinationFor([page], text)?.sentence).toBe(sentence);
});
