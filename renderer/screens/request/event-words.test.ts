import { expect, test } from 'vitest';
import type { AuditEvent } from '../../../shared/model/audit.ts';
import { eventWords } from './event-words.ts';

const event = (event_type: AuditEvent['event_type'], details: AuditEvent['details']): AuditEvent => ({
  event_id: 'EVT-2048',
  request_id: 'REV-1048',
  actor: 'emma.clarke@example.com',
  event_type,
  details,
  created_at: '2026-05-18T09:18:00.000Z',
});

test('a call to a vendor tells the system, what was asked, what came back, and how long it took', () => {
  const call = {
    tool: 'find_by_email',
    system: 'hubspot',
    asked: 'a@b.example',
    outcome: 'ok',
    result: '1 record',
  };
  expect(eventWords(event('Tool Call', { ...call, tries: 1, durationMs: 9 }))).toEqual({
    tone: 'grey',
    line: 'HubSpot: find by email → 1 record',
    ms: 9,
  });
});

test('a call that failed stands out and tells how often it was tried', () => {
  const call = {
    tool: 'get_record',
    system: 'salesforce',
    asked: '00Q',
    outcome: 'failed',
    result: 'No answer.',
  };
  expect(eventWords(event('Tool Call', { ...call, tries: 5, durationMs: 80 }))).toMatchObject({
    tone: 'red',
    line: 'Salesforce: get record → No answer., 5 tries',
  });
});

test('an escalation tells its reason in words, a refused attempt why it was refused', () => {
  expect(eventWords(event('Escalation', { reason: 'data_conflict', rationale: 'Long.' })).line).toBe(
    'Data conflict',
  );
  const refused = { refused_attempt: 'approve', because: 'Only Lars Berg decides this.' };
  expect(eventWords(event('Message', refused)).line).toBe('Only Lars Berg decides this.');
});

test('details of an unknown form leave the line empty and break nothing', () => {
  expect(eventWords(event('Tool Call', { something: 'else' })).line).toBe('');
});
