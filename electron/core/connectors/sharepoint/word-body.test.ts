import { readFile } from 'node:fs/promises';
import JsZip from 'jszip';
import { expect, it } from 'vitest';
import { rejectChanges, wordToHtml } from './word-body.ts';

const file = new URL('../../../../tests/contract/files/policy.docx', import.meta.url);
const run = (text: string, tag = 't') => `<w:r><w:${tag} xml:space="preserve">${text}</w:${tag}></w:r>`;

/** The policy with a paragraph at its beginning, and a comment on it. */
async function policyWith(paragraph: string): Promise<Buffer> {
  const zip = await JsZip.loadAsync(await readFile(file));
  const xml = (await zip.file('word/document.xml')?.async('string')) ?? '';
  const commented = `<w:p><w:commentRangeStart w:id="7"/>${paragraph}<w:commentRangeEnd w:id="7"/><w:r><w:commentReference w:id="7"/></w:r></w:p>`;
  zip.file('word/document.xml', xml.replace('<w:body>', `<w:body>${commented}`));
  zip.file(
    'word/comments.xml',
    `<w:comments xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:comment w:id="7" w:author="Ana"><w:p>${run('A remark')}</w:p></w:comment></w:comments>`,
  );
  return zip.generateAsync({ type: 'nodebuffer' });
}

it('a Word document is read as it was before changes that nobody has accepted, and without comments', async () => {
  const mark = 'w:id="1" w:author="Ana" w:date="2026-05-01T09:00:00Z"';
  const paragraph = [
    run('Escalate above '),
    `<w:del ${mark}>${run('500', 'delText')}</w:del>`,
    `<w:ins ${mark}>${run('9000')}<w:del ${mark}>${run('8000', 'delText')}</w:del></w:ins>`,
    run(' employees.'),
    `<w:moveFrom ${mark}>${run(' Ask Ben.')}</w:moveFrom>`,
    `<w:moveTo ${mark}>${run(' Moved.')}</w:moveTo>`,
  ].join('');
  const html = await wordToHtml(await policyWith(paragraph), 'Limits.docx');
  expect(html.startsWith('<p>Escalate above 500 employees. Ask Ben.</p>')).toBe(true);
  expect(html).not.toMatch(/9000|8000|Moved|A remark/);
});

it('marks that stand alone and a document that is not well formed change nothing else', () => {
  expect(rejectChanges('<w:rPr><w:ins w:id="1"/><w:insideH/></w:rPr><w:t>A</w:t>')).toBe(
    '<w:rPr><w:insideH/></w:rPr><w:t>A</w:t>',
  );
  const startedAt = performance.now();
  rejectChanges('<w:ins w:id="1">'.repeat(200_000));
  expect(performance.now() - startedAt).toBeLessThan(2_000);
});
