import type { StandInReply } from '../stand-in.ts';

/** A refusal in Salesforce's own form: a list with one error. */
export class SalesforceRefusal extends Error {
  override readonly name = 'SalesforceRefusal';
  readonly reply: StandInReply;

  constructor(status: number, errorCode: string, message: string, fields?: readonly string[]) {
    super(message);
    this.reply = {
      status,
      body: [{ message, errorCode, ...(fields === undefined ? {} : { fields: [...fields] }) }],
    };
  }
}
