import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as after } from 'node:timers/promises';

/** A road to a server on which some requests take their time. */
export interface SlowRoad {
  readonly url: string;
  /** Which requests take how long, in milliseconds; the words are those of the address and the body. */
  slowDown(isSlow: (words: string) => boolean, delayMs: number): void;
  stop(): Promise<void>;
}

export async function startSlowRoad(targetUrl: string): Promise<SlowRoad> {
  let delayOf = (_words: string): number => 0;
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const path = request.url ?? '/';
    await after(delayOf(`${decodeURIComponent(path)} ${body}`));
    const { host: _host, connection: _connection, 'content-length': _length, ...headers } = request.headers;
    const answer = await fetch(new URL(path, targetUrl), {
      method: request.method ?? 'GET',
      headers: headers as Record<string, string>,
      ...(body.length > 0 ? { body } : {}),
    });
    response.writeHead(answer.status, {
      'content-type': answer.headers.get('content-type') ?? 'application/json',
    });
    // Whoever is told the server's own address would leave the road.
    response.end((await answer.text()).replaceAll(targetUrl, url));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    slowDown(isSlow, delayMs) {
      delayOf = (words) => (isSlow(words) ? delayMs : 0);
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
