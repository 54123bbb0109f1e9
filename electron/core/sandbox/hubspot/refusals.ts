import { randomUUID } from 'node:crypto';
import type { StandInReply } from '../stand-in.ts';

/** HubSpot's errors: one form for all, the reason in `category`. */
export function refusal(status: number, category: string, message: string, more: object = {}): StandInReply {
  return { status, body: { status: 'error', message, correlationId: randomUUID(), category, ...more } };
}

export function notFound(): StandInReply {
  return refusal(404, 'OBJECT_NOT_FOUND', 'resource not found');
}

export function invalid(message: string): StandInReply {
  return refusal(400, 'VALIDATION_ERROR', message);
}

/** Of the properties in a write; HubSpot puts a list as JSON into the message. */
export function invalidProperty(problem: { name: string; error: string; message: string }): StandInReply {
  return invalid(`Property values were not valid: ${JSON.stringify([{ isValid: false, ...problem }])}`);
}

export function unauthenticated(): StandInReply {
  return refusal(
    401,
    'INVALID_AUTHENTICATION',
    'Authentication credentials not found. This API supports OAuth 2.0 authentication and you can find more details at https://developers.hubspot.com/docs/methods/auth/oauth-overview',
  );
}

export function busy(isSearch: boolean, retryAfterSeconds: number | null): StandInReply {
  const window = isSearch ? 'secondly' : 'ten_secondly_rolling';
  return {
    ...refusal(429, 'RATE_LIMITS', `You have reached your ${window} limit.`, {
      errorType: 'RATE_LIMIT',
      policyName: window.toUpperCase(),
    }),
    ...(retryAfterSeconds === null ? {} : { headers: { 'retry-after': String(retryAfterSeconds) } }),
  };
}

export function unavailable(): StandInReply {
  return refusal(503, 'SERVICE_UNAVAILABLE', 'Service temporarily unavailable, please retry.');
}
