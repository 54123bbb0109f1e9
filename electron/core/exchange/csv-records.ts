import { type Options, parse } from 'csv-parse/sync';
import { AppError } from '../../../shared/model/errors.ts';

/** The text of a field; null where nothing stands between the commas, not even quotes. */
export type CsvCell = string | null;

/** A row of a file by the number of its first line, from 1; or what is wrong with it. */
export type CsvRecord = { line: number; cells: CsvCell[] } | { line: number; problem: string };

/** What comes out of a file or a pipe. */
export type ByteSource = AsyncIterable<Uint8Array | string>;

interface Line {
  number: number;
  bytes: Buffer;
  /** An odd number of quotes begins or ends a field that goes on over several lines. */
  isOdd: boolean;
}

const newLine = 0x0a;
const quote = 0x22;
const maxRecordBytes = 64 * 1024 * 1024;

const brokenQuotes =
  'The quotes do not add up. A field with a comma, a quote or a line break stands in quotes as a whole, and each ' +
  'quote inside it is doubled.';

const parseOptions = {
  record_delimiter: '\n',
  cast: (text, { quoting }) => (text === '' && !quoting ? null : text),
} satisfies Options<unknown>;

/**
 * Reads CSV as of RFC 4180 in UTF-8, with or without a byte order mark, its lines ended by LF or CRLF; empty lines are
 * left out. A broken row costs no more than itself: where quotes do not add up, the row's first line is named and the
 * next line is taken as the beginning of a row again.
 *
 * Throws `invalid_input` for UTF-16 and for a line of more than 64 MiB.
 */
export async function* readCsvRecords(source: ByteSource): AsyncGenerator<CsvRecord> {
  /** Lines of a row whose quotes are still open. */
  let open: Line[] = [];
  let openBytes = 0;

  function* take(line: Line): Generator<CsvRecord> {
    const isBeginning = open.length === 0;
    open.push(line);
    openBytes += line.bytes.length;
    if (isBeginning === line.isOdd) {
      const isHopeless = isBeginning && isMalformed(line);
      if (isHopeless || openBytes > maxRecordBytes) yield* giveUp();
      return;
    }
    const record = readRecord(open);
    if (record === 'malformed') return yield* giveUp();
    open = [];
    openBytes = 0;
    if (record !== 'empty') yield record;
  }

  function* giveUp(): Generator<CsvRecord> {
    const [first, ...rest] = open;
    open = [];
    openBytes = 0;
    if (first) yield { line: first.number, problem: brokenQuotes };
    for (const line of rest) yield* take(line);
  }

  for await (const line of readLines(source)) yield* take(line);
  yield* giveUp();
}

/** Whether a line that leaves a quote open is wrong even before that. */
const isMalformed = ({ bytes }: Line): boolean => {
  try {
    parse(bytes, parseOptions);
    return false;
  } catch (thrown) {
    return !(thrown instanceof Error && 'code' in thrown && thrown.code === 'CSV_QUOTE_NOT_CLOSED');
  }
};

function readRecord(lines: readonly Line[]): CsvRecord | 'empty' | 'malformed' {
  const line = lines[0]?.number ?? 0;
  const bytes = Buffer.concat(
    lines.flatMap((one, index) => (index === 0 ? [one.bytes] : [lineEnd, one.bytes])),
  );
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return { line, problem: 'This is not UTF-8 text. Save the file as CSV in UTF-8.' };
  }
  if (text.includes('\u0000')) return { line, problem: 'It holds the character NUL, which cannot be kept.' };
  try {
    const [cells] = parse(text.endsWith('\r') ? text.slice(0, -1) : text, parseOptions) as CsvCell[][];
    return cells === undefined || (cells.length === 1 && cells[0] === null) ? 'empty' : { line, cells };
  } catch {
    return 'malformed';
  }
}

const lineEnd = Buffer.of(newLine);

async function* readLines(source: ByteSource): AsyncGenerator<Line> {
  let number = 0;
  for await (const bytes of splitLines(source)) {
    number += 1;
    const content = number === 1 ? withoutByteOrderMark(bytes) : bytes;
    yield { number, bytes: content, isOdd: countQuotes(content) % 2 === 1 };
  }
}

async function* splitLines(source: ByteSource): AsyncGenerator<Buffer> {
  let pieces: Buffer[] = [];
  let size = 0;
  for await (const chunk of source) {
    const bytes = Buffer.from(chunk);
    let start = 0;
    for (let end = bytes.indexOf(newLine); end !== -1; end = bytes.indexOf(newLine, start)) {
      yield Buffer.concat([...pieces, bytes.subarray(start, end)]);
      pieces = [];
      size = 0;
      start = end + 1;
    }
    pieces.push(bytes.subarray(start));
    size += bytes.length - start;
    if (size > maxRecordBytes)
      throw new AppError(
        'invalid_input',
        'A line is longer than 64 MiB. This is no CSV file of requests or events.',
      );
  }
  if (size > 0) yield Buffer.concat(pieces);
}

function withoutByteOrderMark(bytes: Buffer): Buffer {
  const [first, second, third] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff))
    throw new AppError('invalid_input', 'The file is UTF-16 text. Save it as CSV in UTF-8.');
  return first === 0xef && second === 0xbb && third === 0xbf ? bytes.subarray(3) : bytes;
}

function countQuotes(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(quote); at !== -1; at = bytes.indexOf(quote, at + 1)) count += 1;
  return count;
}
