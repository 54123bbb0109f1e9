import { onTestFinished, vi } from 'vitest';

/**
 * Until the test ends a connector may be given the vendor's own address, as its users have it: what it asks there is answered by
 * a stand-in, and the addresses in an answer are the vendor's.
 *
 * @param standIns the vendor's origin → where its stand-in is
 * @returns what was asked of the vendor so far
 */
export function answerAt(standIns: Readonly<Record<string, string>>): URL[] {
  const asked: URL[] = [];
  const overTheWire = globalThis.fetch;
  vi.stubGlobal('fetch', async (input: URL | string, init?: RequestInit) => {
    const url = new URL(input);
    const standIn = standIns[url.origin];
    if (standIn === undefined) return overTheWire(input, init);
    asked.push(url);
    const reply = await overTheWire(new URL(`${url.pathname}${url.search}`, standIn), init);
    if (!reply.headers.get('content-type')?.includes('json')) return reply;
    const text = (await reply.text()).replaceAll(standIn, url.origin);
    return new Response(text === '' ? null : text, { status: reply.status, headers: reply.headers });
  });
  onTestFinished(() => {
    vi.unstubAllGlobals();
  });
  return asked;
}
