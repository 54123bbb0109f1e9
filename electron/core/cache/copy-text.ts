const newline = 0x0a;
const escapes: Readonly<Record<string, string>> = {
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

const unescaped = (field: string): string =>
  field.replace(/\\(.)/gs, (_, letter: string) => escapes[letter] ?? letter);

/** A row of COPY's text format, still escaped: `\N` is null. */
export type CopyFields = readonly string[];

/** The value of a field, or null. */
export function readField(field: string): string | null {
  if (field === '\\N') return null;
  return field.includes('\\') ? unescaped(field) : field;
}

export interface CopyReader {
  /** Takes bytes as they come, cut anywhere, and gives the rows that are whole by now. */
  push(chunk: Uint8Array): Iterable<CopyFields>;
  /** Whether a row has begun and not ended. */
  isAmid(): boolean;
}

/** Text is made in pieces that V8 keeps among its young objects: larger ones stay until a full collection. */
const pieceBytes = 64 * 1024;

/**
 * Reads PostgreSQL's COPY text format (https://www.postgresql.org/docs/current/sql-copy.html, "Text Format") as the
 * server writes it: a newline byte always ends a row, and a tab always a field, because both are escaped in values.
 */
export function createCopyReader(): CopyReader {
  let begun: Buffer[] = [];

  /** The end of the last row that ends within a piece; of the first one where that is longer. */
  function endOfPiece(bytes: Buffer, from: number): number {
    const last = bytes.lastIndexOf(newline, from + pieceBytes);
    return last >= from ? last : bytes.indexOf(newline, from);
  }

  return {
    *push(chunk) {
      const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      let from = 0;
      while (from < bytes.length) {
        const end = endOfPiece(bytes, from);
        if (end === -1) break;
        const piece = bytes.subarray(from, end);
        const text = (begun.length === 0 ? piece : Buffer.concat([...begun, piece])).toString('utf8');
        begun = [];
        from = end + 1;
        for (const line of text.split('\n')) yield line.split('\t');
      }
      if (from < bytes.length) begun.push(bytes.subarray(from));
    },
    isAmid: () => begun.length > 0,
  };
}
