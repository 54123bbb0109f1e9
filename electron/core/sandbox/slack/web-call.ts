import type { StandInRequest } from '../stand-in.ts';
import type { Json } from './workspace.ts';

/** A request as one call of Slack's Web API. */
export interface WebCall {
  /** E.g. `chat.postMessage`; null where the path is none of the API. */
  method: string | null;
  token: string | null;
  /** As in a JSON body: what a form carries as JSON text is read already. */
  arguments: Json;
  isBodyReadable: boolean;
}

/** Arguments that the SDK sends as JSON text inside a form. */
const jsonArguments = ['blocks', 'attachments', 'metadata', 'view'];

export function readWebCall({ url, headers, body }: StandInRequest): WebCall {
  const method = /^\/api\/([A-Za-z.]+)$/.exec(url.pathname)?.[1] ?? null;
  const isJson = (headers['content-type'] ?? '').startsWith('application/json');
  const sent = isJson ? readObject(body) : readForm(new URLSearchParams(body));
  const { token, ...rest } = { ...readForm(url.searchParams), ...sent };
  const bearer = /^Bearer (.+)$/i.exec(headers.authorization ?? '')?.[1];
  return {
    method,
    token: bearer ?? (typeof token === 'string' ? token : null),
    arguments: rest,
    isBodyReadable: sent !== null,
  };
}

function readForm(form: URLSearchParams): Record<string, unknown> {
  return Object.fromEntries(
    [...form].map(([name, value]) => [name, jsonArguments.includes(name) ? readJson(value) : value]),
  );
}

function readObject(body: string): Record<string, unknown> | null {
  const json = body === '' ? {} : readJson(body);
  return typeof json === 'object' && json !== null && !Array.isArray(json) ? { ...json } : null;
}

/** The text itself where it is no JSON. */
function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
