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
}

export type QueueName = keyof Queues;
export const queueNames = [
  'invoke-agent',
  'deliver-messages',
  'escalation-reminder',
  'close-request',
  'close-unanswered',
] as const satisfies readonly QueueName[];

/** How long a question to the requester may stay unanswered before the request is closed. */
export const unansweredAfterMs = 7 * 24 * 3600 * 1000;
