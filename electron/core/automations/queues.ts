/** Every kind of job, and what it is given. All of them are safe to run twice. */
export interface Queues {
  /** Invoke Lead Routing Exception Handling Agent: there is something to judge or to apply. */
  'invoke-agent': { requestId: string };
  /** Sends what is to be sent for a request. */
  'deliver-messages': { requestId: string };
  /** Escalation Reminder: the review window of the escalation with this version ends. */
  'escalation-reminder': { requestId: string; escalatedVersion: number };
  /** Close Request Audit: sends the closure update and writes the final event. */
  'close-request': { requestId: string };
  /** Closes a request whose requester has not answered since this version. */
  'close-unanswered': { requestId: string; version: number };
  /** Fetches the files of a request that are still with the chat that they came in. */
  'fetch-files': { requestId: string };
  /** Takes the buttons from the cards of a request on which nothing is to be decided any more. */
  'settle-cards': { requestId: string };
  /** Brings somebody's page in a chat up to date. */
  'show-home': { source: 'slack' | 'teams'; user: string };
  /** Reads the groups of people that a chat knows, where one of them is named as approver. */
  'read-groups': { source: 'slack' | 'teams' };
}

export type QueueName = keyof Queues;
export const queueNames = [
  'invoke-agent',
  'deliver-messages',
  'escalation-reminder',
  'close-request',
  'close-unanswered',
  'fetch-files',
  'settle-cards',
  'show-home',
  'read-groups',
] as const satisfies readonly QueueName[];

/** How long a question to the requester may stay unanswered before the request is closed. */
export const unansweredAfterMs = 7 * 24 * 3600 * 1000;

/** By what a job that waits is known, so that another of the same purpose is not added. */
export function jobKey(payload: Queues[QueueName]): string {
  if ('requestId' in payload) return payload.requestId;
  return 'user' in payload ? `${payload.source} ${payload.user}` : payload.source;
}
