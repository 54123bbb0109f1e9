const newline = 0x0a;

export interface GatheredChunk {
  /** Fills a buffer of its own, so that it can be handed over to another thread. */
  bytes: Uint8Array<ArrayBuffer>;
  /** Ends of lines in it. */
  lines: number;
}

/** Copies pieces of a stream into buffers of about that size, the last one aside. */
export async function* gatherChunks(
  stream: AsyncIterable<Uint8Array>,
  sizeBytes: number,
): AsyncGenerator<GatheredChunk, void, void> {
  let gathered = new Uint8Array(sizeBytes);
  let used = 0;
  for await (const piece of stream) {
    for (let from = 0; from < piece.length; ) {
      const part = piece.subarray(from, from + sizeBytes - used);
      gathered.set(part, used);
      used += part.length;
      from += part.length;
      if (used < sizeBytes) continue;
      yield { bytes: gathered, lines: countLines(gathered) };
      gathered = new Uint8Array(sizeBytes);
      used = 0;
    }
  }
  if (used === 0) return;
  const rest = gathered.slice(0, used);
  yield { bytes: rest, lines: countLines(rest) };
}

function countLines(bytes: Uint8Array): number {
  let lines = 0;
  for (let at = bytes.indexOf(newline); at !== -1; at = bytes.indexOf(newline, at + 1)) lines += 1;
  return lines;
}
