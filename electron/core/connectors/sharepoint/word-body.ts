import JsZip from 'jszip';
import mammoth from 'mammoth';
import { AppError } from '../../../../shared/model/errors.ts';

/**
 * A Word document as HTML, without its pictures and comments, and as it was before changes that nobody has accepted
 * yet: a proposal is no policy. Throws `vendor_refused` where it is none, or locked by a password.
 */
export async function wordToHtml(bytes: Buffer, name: string): Promise<string> {
  try {
    const { value } = await mammoth.convertToHtml(
      { buffer: await withoutProposals(bytes) },
      { convertImage: mammoth.images.imgElement(async () => ({ src: '' })) },
    );
    return value;
  } catch (thrown) {
    throw new AppError(
      'vendor_refused',
      `${name} cannot be read as a Word document. Open it in Word, take off any password or sensitivity label, and save it anew as .docx.`,
      { cause: thrown, details: { vendor: 'SharePoint', file: name } },
    );
  }
}

const textPart = /^word\/(?:document\d*|footnotes|endnotes)\.xml$/;
const proposal = /<w:(?:ins|del|moveTo|moveFrom)\b/;

/** The document with its tracked changes turned down, since mammoth takes them as accepted. */
async function withoutProposals(bytes: Buffer): Promise<Buffer> {
  const zip = await JsZip.loadAsync(bytes);
  const changed = await Promise.all(zip.file(textPart).map((part) => turnDown(zip, part)));
  return changed.includes(true) ? zip.generateAsync({ type: 'nodebuffer' }) : bytes;
}

async function turnDown(zip: JsZip, part: JsZip.JSZipObject): Promise<boolean> {
  const xml = await part.async('string');
  if (!proposal.test(xml)) return false;
  zip.file(part.name, rejectChanges(xml));
  return true;
}

/**
 * Word's XML without what was inserted or moved to a place, and with what was deleted or moved away. One pass, so that
 * it takes no longer for a document that is not well formed. Source: ECMA-376, part 1, 17.13.5.
 */
export function rejectChanges(xml: string): string {
  let depth = 0;
  return xml
    .split(/(<\/?w:(?:ins|moveTo)\b[^>]*>)/)
    .map((piece, index) => {
      const isMark = index % 2 === 1;
      if (isMark && !piece.endsWith('/>')) depth = Math.max(0, depth + (piece.startsWith('</') ? -1 : 1));
      return isMark || depth > 0 ? '' : piece;
    })
    .join('')
    .replace(/<\/?w:(?:del|moveFrom)\b[^>]*>/g, '')
    .replace(/<(\/?)w:delText\b/g, '<$1w:t');
}
