import { z } from 'zod';
import { AppError } from '../../../../shared/model/errors.ts';
import { garbled, retryAfterMs, type VendorReply } from '../vendor-fetch.ts';

/** Version 1 of the API and the gateway give one message, version 2 a list. */
const ErrorBody = z.union([
  z.object({ message: z.string() }).transform(({ message }) => message),
  z
    .object({ errors: z.array(z.object({ title: z.string(), detail: z.string().nullish() })).min(1) })
    .transform(({ errors }) => errors.map(({ title, detail }) => detail ?? title).join(' ')),
]);

/**
 * What an answer other than 2xx means, in Confluence's own words where it gave any. A 404 without an error body of
 * Confluence's comes from something else, so it never passes for a page that is not there.
 */
export function refusalOf(reply: VendorReply): AppError {
  const { status } = reply;
  const words = wordsOf(reply.text);
  const said = words === null ? '' : ` It says: ${words.slice(0, 600)}`;
  const waitMs = retryAfterMs(reply.headers);
  const options = {
    details: { vendor: 'Confluence', status },
    ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }),
  };
  // Atlassian's gateway answers a token that lacks a scope as it answers one that is not valid, but for the words.
  if (status === 401 && /scope does not match/i.test(words ?? '')) {
    return new AppError(
      'vendor_refused',
      `The API token lacks a scope that is needed. Make one with search:confluence, read:page:confluence, read:space:confluence and read:confluence-user, or one without scopes.${said}`,
      options,
    );
  }
  if (status === 401) {
    return new AppError(
      'vendor_auth',
      `Confluence does not accept the sign-in. Check the e-mail address and the API token in the connector's settings.${said}`,
      options,
    );
  }
  if (status === 429)
    return new AppError(
      'vendor_busy',
      `Confluence asks to wait (429). It is tried again by itself.${said}`,
      options,
    );
  if (status >= 500) {
    return new AppError(
      'vendor_unreachable',
      `Confluence failed to answer (${status}). Check Atlassian's status page if this goes on.${said}`,
      options,
    );
  }
  if (status === 403) {
    return new AppError(
      'vendor_refused',
      `Confluence does not let the account read this. Give it the right to view the policy's space.${said}`,
      options,
    );
  }
  if (words === null) return garbled('Confluence', `status ${status} and no reason`);
  return new AppError(
    'vendor_refused',
    `Confluence refused the call (${status}). Look at Connectors → Confluence → Test connection.${said}`,
    options,
  );
}

function wordsOf(text: string): string | null {
  try {
    return ErrorBody.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}
