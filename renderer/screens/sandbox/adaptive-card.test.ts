import { expect, test } from 'vitest';
import { adaptiveCard } from '../../../electron/core/connectors/teams/card.ts';
import { cardLines } from './adaptive-card.ts';

test('the cards that the agent posts are drawn whole, with their links', () => {
  const card = adaptiveCard({
    requestId: 'REV-1',
    version: 1,
    title: 'REV-1: Jonas Weber',
    summary: ['Emma asked for Ana.'],
    fields: [{ label: 'Priority', value: 'High' }],
    quotes: [{ text: 'Ask first.', from: 'Policy, version 7', url: 'https://wiki.example/p' }],
    proposal: { owner: 'ana@example.com', name: 'Ana Silva' },
    options: [{ owner: 'ben@example.com', name: 'Ben Osei', why: 'present owner' }],
  });
  const lines = cardLines(JSON.parse(card)).map((line) => line.map(({ text }) => text).join(''));
  expect(lines).toEqual([
    'REV-1: Jonas Weber',
    'Emma asked for Ana.',
    'Priority: High',
    '“Ask first.” Policy, version 7',
    '• Ben Osei (ben@example.com): present owner',
    expect.stringContaining('To decide, answer here: “approve” (Ana Silva)'),
  ]);
  const links = cardLines(JSON.parse(card)).flatMap((line) => line.flatMap(({ url }) => url ?? []));
  expect(links).toEqual(['https://wiki.example/p']);
});

test('what is unknown in a card, and a link that is none, is left out', () => {
  const run = { type: 'TextRun', text: 'Kept' };
  const body = [
    { type: 'Image', url: 'https://example.com' },
    { type: 'RichTextBlock', inlines: [run] },
    {
      type: 'RichTextBlock',
      inlines: [{ ...run, selectAction: { type: 'Action.OpenUrl', url: 'javascript:1' } }],
    },
  ];
  expect(cardLines({ body })).toEqual([[{ text: 'Kept', isStrong: false, url: null }]]);
  expect(cardLines({})).toEqual([]);
});
