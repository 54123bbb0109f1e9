import { createHash } from 'node:crypto';

/**
 * Our own key in a message. Graph keeps no hidden field of ours: attributes and comments are stripped from the body,
 * and there is no metadata. So each message ends with a short visible reference, the request's number and a digest of
 * the key, by which a retry finds a message that arrived before, and by which people can name the request.
 */
export function referenceOf(key: string): string {
  const [request = ''] = key.split(':', 1);
  const digest = createHash('sha256').update(key).digest('hex').slice(0, 8);
  return `[${request} ${digest}]`;
}

const reference = /\s*\[([A-Z]+-\d+) [0-9a-f]{8}\]\s*$/;

/** What was written, without the reference at its end. */
export function withoutReference(text: string): string {
  return text.replace(reference, '');
}

/** The request that a message of ours belongs to; null where it carries no reference. */
export function requestInReference(text: string): string | null {
  return reference.exec(text)?.[1] ?? null;
}
