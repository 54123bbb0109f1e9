import { WebAPIPlatformError, WebAPIRequestError } from '@slack/web-api';
import { AppError, type ErrorCode } from '../../../../shared/model/errors.ts';

interface Explanation {
  code: ErrorCode;
  message: string;
}

const renewTokens = 'Install the Slack app again and enter its tokens anew.';

/** Slack's own words for a refusal, as its reference of each method lists them, and what they mean to an admin. */
const explanations: Readonly<Record<string, Explanation>> = {
  not_authed: { code: 'vendor_auth', message: `No Slack token is set. ${renewTokens}` },
  invalid_auth: { code: 'vendor_auth', message: `Slack does not accept the token. ${renewTokens}` },
  account_inactive: { code: 'vendor_auth', message: `The Slack app was removed. ${renewTokens}` },
  token_revoked: { code: 'vendor_auth', message: `The Slack token was revoked. ${renewTokens}` },
  token_expired: { code: 'vendor_auth', message: `The Slack token has expired. ${renewTokens}` },
  not_allowed_token_type: {
    code: 'vendor_auth',
    message:
      'The Slack tokens are mixed up. The bot token begins with xoxb-, the app-level token with xapp-.',
  },
  access_denied: {
    code: 'vendor_auth',
    message: "Slack denies the app access. Ask the workspace's admin to allow it.",
  },
  ratelimited: { code: 'vendor_busy', message: 'Slack asks for fewer calls. It is tried again later.' },
  rate_limited: { code: 'vendor_busy', message: 'Slack asks for fewer calls. It is tried again later.' },
  internal_error: {
    code: 'vendor_unreachable',
    message: "Slack has an internal error. Check Slack's status page if this goes on.",
  },
  fatal_error: {
    code: 'vendor_unreachable',
    message: "Slack has an internal error. Check Slack's status page if this goes on.",
  },
  service_unavailable: {
    code: 'vendor_unreachable',
    message: "Slack is not available. Check Slack's status page if this goes on.",
  },
  request_timeout: {
    code: 'vendor_unreachable',
    message: 'Slack did not receive the whole request. Check the network if this goes on.',
  },
  channel_not_found: {
    code: 'vendor_refused',
    message: 'Slack knows no such channel, or it is private. Check its id, and invite the app to it.',
  },
  not_in_channel: {
    code: 'vendor_refused',
    message: 'The app is not in the Slack channel. Invite it there.',
  },
  is_archived: {
    code: 'vendor_refused',
    message: 'The Slack channel is archived. Choose another one, or restore it.',
  },
  message_not_found: { code: 'vendor_refused', message: 'The message is not in Slack any more.' },
  thread_not_found: { code: 'vendor_refused', message: 'The Slack thread is not there any more.' },
  user_not_found: { code: 'vendor_refused', message: 'Slack knows no such user. Check the Slack user id.' },
  user_disabled: { code: 'vendor_refused', message: 'The Slack user is deactivated. Choose somebody else.' },
  msg_too_long: { code: 'vendor_refused', message: 'The message is too long for Slack. Shorten it.' },
  expired_trigger_id: {
    code: 'vendor_refused',
    message: 'Slack waited too long for the form. Press the button again.',
  },
};

/** Slack's words for a thread or channel that is gone, or closed to the app. */
const goneWords: readonly string[] = [
  'thread_not_found',
  'message_not_found',
  'channel_not_found',
  'not_in_channel',
  'is_archived',
  'restricted_action_thread_locked',
];

/**
 * What the SDK threw as an `AppError`. An HTTP failure is one already (see `web-api.ts`); Slack says everything else
 * with `ok: false` and HTTP 200.
 */
export function toSlackError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  if (thrown instanceof WebAPIRequestError && thrown.original instanceof AppError) return thrown.original;
  if (thrown instanceof WebAPIPlatformError) return refusal(thrown);
  return new AppError('internal', 'The call to Slack failed inside Switchyard. The log has the details.', {
    cause: thrown,
  });
}

/** Slack's short word for the refusal, e.g. `users_not_found`; null for any other failure. */
export function slackWord(thrown: unknown): string | null {
  const refused = thrown instanceof AppError ? thrown.cause : thrown;
  return refused instanceof WebAPIPlatformError ? refused.data.error : null;
}

function refusal(error: WebAPIPlatformError): AppError {
  const { data } = error;
  const word = data.error;
  const details = {
    vendor: 'Slack',
    error: word,
    ...(goneWords.includes(word) ? { isPlaceGone: true } : {}),
  };
  if (word === 'missing_scope') {
    const scope = 'needed' in data && typeof data.needed === 'string' ? ` "${data.needed}"` : '';
    return new AppError(
      'vendor_auth',
      `The Slack app lacks the scope${scope}. Add it in the app's settings and install the app again.`,
      { cause: error, details },
    );
  }
  const known = Object.hasOwn(explanations, word) ? explanations[word] : undefined;
  if (known !== undefined) return new AppError(known.code, known.message, { cause: error, details });
  return new AppError(
    'vendor_refused',
    `Slack refused the call and said "${word}". Look that up in Slack's reference of the Web API.`,
    { cause: error, details },
  );
}

/** Slack's answer is well-formed, but not whole. */
export function lacking(what: string): AppError {
  return new AppError(
    'vendor_garbled',
    `Slack's answer lacks ${what}. Check the address of Slack, and for a proxy in between.`,
    { details: { vendor: 'Slack' } },
  );
}
