import { randomUUID } from 'node:crypto';
import type { StandInReply, StandInRequest } from '../stand-in.ts';

const path = /^\/download\/([^/]+)$/;

/** Addresses to fetch files from, each signed for one short use. */
export interface Downloads {
  /** Sends the client to such an address; `content` is asked when it is used. */
  redirectTo(content: () => Buffer | null): StandInReply;
  /** The answer at such an address; null for any other request. */
  handle(request: StandInRequest): StandInReply | null;
}

export function createDownloads(baseUrl: () => string): Downloads {
  const contents = new Map<string, () => Buffer | null>();
  return {
    redirectTo(content) {
      const signature = randomUUID();
      contents.set(signature, content);
      return { status: 302, headers: { location: `${baseUrl()}/download/${signature}` } };
    },
    handle({ method, url, headers }) {
      const signature = path.exec(url.pathname)?.[1];
      if (method !== 'GET' || signature === undefined) return null;
      // A token that comes along is not ours to take.
      if (headers.authorization !== undefined) return { status: 401, body: 'Unauthorized' };
      const content = contents.get(signature)?.();
      contents.delete(signature);
      if (!content) return { status: 404, body: 'Not Found' };
      return { status: 200, headers: { 'content-type': 'application/octet-stream' }, body: content };
    },
  };
}
