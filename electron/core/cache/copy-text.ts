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
  push(chunk: Uint8Array): CopyFields[];
  /** Whether a row has begun and not ended. */
  isAmid(): boolean;
}

/**
 * Reads PostgreSQL's COPY text format (https://www.postgresql.org/docs/current/sql-copy.html, "Text Format") as the
 * server writes it: a newline byte always ends a row, and a tab always a field, because both are escaped in values.
 */
export function createCopyReader(): CopyReader {
  let begun: Buffer[] = [];
  return {
    push(chunk) {
      const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      const end = bytes.lastIndexOf(newline);
      if (end === -1) {
        if (bytes.length > 0) begun.push(bytes);
        return [];
      }
      const whole = bytes.subarray(0, end);
      const text =
        begun.length === 0 ? whole.toString('utf8') : Buffer.concat([...begun, whole]).toString('utf8');
      begun = end + 1 < bytes.length ? [bytes.subarray(end + 1)] : [];
      return text.split('\n').map((line) => line.split('\t'));
    },
    isAmid: () => begun.length > 0,
  };
}
