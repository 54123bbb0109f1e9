import { describe, expect, it } from 'vitest';
import { refusalError } from './errors.ts';

const reply = (status: number, errors: unknown, headers: Record<string, string> = {}) => ({
  status,
  headers: new Headers(headers),
  text: typeof errors === 'string' ? errors : JSON.stringify(errors),
});
const refused = (errorCode: string, message: string, more: object = {}) =>
  refusalError(reply(400, [{ errorCode, message, ...more }]));

describe('what Salesforce refuses, in plain words', () => {
  it.each([
    ['FIELD_CUSTOM_VALIDATION_EXCEPTION', 'A validation rule of your organisation forbids the change.'],
    ['INSUFFICIENT_ACCESS_OR_READONLY', 'may read the lead and may not change it'],
    ['INVALID_FIELD_FOR_INSERT_UPDATE', 'Field-level security keeps'],
    ['TRANSFER_REQUIRES_READ', 'The new owner may not read leads'],
    ['CANNOT_UPDATE_CONVERTED_LEAD', 'The lead was converted'],
    ['INACTIVE_OWNER_OR_USER', 'no longer active'],
    ['REQUEST_LIMIT_EXCEEDED', 'calls of the last 24 hours are used up'],
    ['SOMETHING_NEW', 'Salesforce takes the call and does not carry it out.'],
  ])('%s', (errorCode, words) => {
    const { code, message } = refused(errorCode, 'words of the vendor');
    expect([code, message]).toEqual(['vendor_refused', expect.stringContaining(words)]);
    expect(message).toContain(`"words of the vendor" (${errorCode})`);
  });

  it('names the fields, and the rule that found duplicates with its own alert', () => {
    expect(refused('REQUIRED_FIELD_MISSING', 'Required', { fields: ['Region__c'] }).message).toContain(
      '"Required [fields: Region__c]"',
    );
    const duplicateResult = {
      allowSave: false,
      duplicateRule: 'Standard_Lead_Rule',
      errorMessage: 'This lead looks like Jonas Weber.',
    };
    expect(
      refused('DUPLICATES_DETECTED', 'Use one of these records?', { fields: [], duplicateResult }).message,
    ).toContain('"This lead looks like Jonas Weber. [duplicate rule Standard_Lead_Rule]"');
  });

  it('tells what passes from what does not', () => {
    const codes = [
      refused('UNABLE_TO_LOCK_ROW', 'locked'),
      refusalError(reply(403, [{ errorCode: 'API_DISABLED_FOR_ORG', message: 'off' }])),
      refusalError(reply(401, [{ errorCode: 'INVALID_SESSION_ID', message: 'over' }])),
      refusalError(reply(412, [{ errorCode: 'PRECONDITION_FAILED', message: 'changed' }])),
      refusalError(reply(503, '<html>', { 'retry-after': '2.5' })),
    ].map(({ code, retryAfterMs }) => [code, retryAfterMs]);
    expect(codes).toEqual([
      ['vendor_busy', undefined],
      ['vendor_auth', undefined],
      ['vendor_auth', undefined],
      ['record_changed', undefined],
      ['vendor_unreachable', 2500],
    ]);
  });
});
