import { describe, expect, it } from 'vitest';
import type { PolicyPage } from '../../../shared/model/policy.ts';
import { destinationFor, quotePolicy } from './quote.ts';
import { readPolicyPage } from './read-page.ts';

const document = (body: string, id = '1', url: string | null = null) =>
  readPolicyPage(
    {
      source: 'confluence',
      id,
      version: 2,
      title: 'Policy',
      body,
      url,
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
    expect(settings).toMatchObject([{ name: 'Open opportunity', value: 'Escalate' }]);
  });
});

describe('a table of settings', () => {
  const settingsOf = (table: string) =>
    document(table).settings.map(({ name, value }) => `${name} = ${value}`);
  const head = '<tr><th>Setting</th><th>Value</th></tr>';

  it('gives a setting that covers several rows all of their values', () => {
    expect(
      settingsOf(
        `<table>${head}<tr><td rowspan="2">Protected owners</td><td>a@x.test</td></tr><tr><td>b@x.test</td></tr>
         <tr><td>Open opportunity</td><td>Escalate</td></tr></table>`,
      ),
    ).toEqual(['Protected owners = a@x.test; b@x.test', 'Open opportunity = Escalate']);
  });

  it('gives a value that covers several rows to each of their settings, and keeps columns behind wide cells', () => {
    expect(
      settingsOf(
        `<table><tr><th colspan="2">Lead routing</th><th>Note</th></tr><tr><th>No.</th><th>Setting</th><th>Value</th></tr>
         <tr><td>1</td><td>Auto-resolution</td><td rowspan="2">Not allowed</td></tr><tr><td>2</td><td>Open opportunity</td></tr></table>`,
      ),
    ).toEqual(['Auto-resolution = Not allowed', 'Open opportunity = Not allowed']);
  });

  it('is not mixed up with a table in one of its cells, or in a cell that claims more rows than there are', () => {
    expect(
      settingsOf(
        `<table>${head}<tr><td rowspan="9000">Auto-resolution</td><td colspan="9000"><table>${head}<tr><td>Inner</td><td>1</td></tr></table></td></tr></table>`,
      ),
    ).toEqual(['Auto-resolution = Setting; Value; Inner; 1']);
  });
});

describe('the storage format of Confluence', () => {
  it('is read where people read it: titles, dates, states, tasks, code and links, and not what the editor keeps', () => {
    const { passages } = document(
      `<ac:structured-macro ac:name="expand"><ac:parameter ac:name="title">Details</ac:parameter><ac:rich-text-body><p>Inside.</p></ac:rich-text-body></ac:structured-macro>
       <p>From <time datetime="2026-05-01" /> it is <ac:structured-macro ac:name="status"><ac:parameter ac:name="colour">Green</ac:parameter><ac:parameter ac:name="title">IN FORCE</ac:parameter></ac:structured-macro>.</p>
       <ac:task-list><ac:task><ac:task-id>7</ac:task-id><ac:task-status>complete</ac:task-status><ac:task-body><span>Ask legal</span></ac:task-body></ac:task></ac:task-list>
       <ac:structured-macro ac:name="code"><ac:parameter ac:name="language">sql</ac:parameter><ac:plain-text-body><![CDATA[if a < b && c]]></ac:plain-text-body></ac:structured-macro>
       <p>See <ac:link><ri:page ri:content-title="Regions &amp; states" /></ac:link> and <ac:link><ri:page ri:content-title="X" /><ac:plain-text-link-body><![CDATA[the list]]></ac:plain-text-link-body></ac:link>.</p>
       <ac:adf-extension><ac:adf-node type="panel"><ac:adf-attribute key="panel-type">note</ac:adf-attribute><ac:adf-content><p>Noted.</p></ac:adf-content></ac:adf-node><ac:adf-fallback><p>Noted.</p></ac:adf-fallback></ac:adf-extension>
       <ac:structured-macro ac:name="toc"><ac:parameter ac:name="maxLevel">2</ac:parameter></ac:structured-macro>`,
    );
    expect(passages.map(({ text }) => text)).toEqual([
      'Details',
      'Inside.',
      'From 2026-05-01 it is IN FORCE.',
      'Ask legal',
      'if a < b && c',
      'See Regions & states and the list.',
      'Noted.',
    ]);
  });

  it('names what stands on the page and is not in its body', () => {
    const page: PolicyPage = {
      source: 'confluence',
      id: '1',
      version: 2,
      title: 'Policy',
      body: `<ac:structured-macro ac:name="include"><ac:parameter ac:name=""><ac:link><ri:page ri:content-title="Regions" /></ac:link></ac:parameter></ac:structured-macro>
        <ac:structured-macro ac:name="view-file"><ac:parameter ac:name="name"><ri:attachment ri:filename="Limits.xlsx" /></ac:parameter></ac:structured-macro>
        <ac:structured-macro ac:name="jira"><ac:parameter ac:name="key">OPS-1</ac:parameter></ac:structured-macro>
        <ac:structured-macro ac:name="toc" />`,
      url: null,
      labels: [],
      attachments: ['Annex.pdf'],
      fetchedAt: '2026-05-18T09:00:00Z',
    };
    expect(readPolicyPage(page, null).notRead).toEqual([
      'the included page "Regions"',
      'the file "Limits.xlsx" that is shown on it',
      'what the macro "jira" shows on it',
      'the attached file "Annex.pdf"',
    ]);
  });

  it('leads to the section of a passage or setting, also where its heading is there twice', () => {
    const page = document(
      `<h1>Lead routing</h1><p>General words.</p><h2>Who decides?</h2><p>Strategic accounts need approval.</p>
       <h2>Who decides?</h2><table><tr><th>Setting</th><th>Value</th></tr><tr><td>Auto-resolution</td><td>Allowed</td></tr></table>`,
      '7',
      'https://acme.test/wiki/spaces/R/pages/7',
    );
    const settings = [{ name: 'Auto-resolution', value: 'Allowed', page: '7@2' }];
    const urlOf = (about: Parameters<typeof quotePolicy>[1]) => quotePolicy([page], about)[0]?.url;
    expect([urlOf({ words: 'strategic account', settings: [] }), urlOf({ words: '', settings })]).toEqual([
      'https://acme.test/wiki/spaces/R/pages/7#Who-decides%3F',
      'https://acme.test/wiki/spaces/R/pages/7#Who-decides%3F.1',
    ]);
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
