import { expect, it } from 'vitest';
import { AppError } from '../../shared/model/errors.ts';
import { createSystemHealth } from './system-health.ts';

function ticking() {
  let at = Date.parse('2026-05-18T09:00:00.000Z');
  return {
    now() {
      at += 1_000;
      return new Date(at);
    },
  };
}

it('counts a refusal of one call as an answer, a failure as the last error, and a call that was given up as nothing', () => {
  const health = createSystemHealth({ clock: ticking() });
  health.begin('hubspot', true);
  const seen = (thrown: AppError) => {
    health.noteFailure('hubspot', thrown);
    const { lastSuccessAt, lastError } = health.observed('hubspot');
    return [lastSuccessAt?.slice(17, 19) ?? null, lastError?.message ?? null];
  };
  expect([
    seen(new AppError('cancelled', 'Given up')),
    seen(new AppError('paused', 'HubSpot is paused')),
    seen(new AppError('vendor_unreachable', 'HubSpot did not answer')),
    seen(new AppError('vendor_refused', 'A rule says no')),
    seen(new AppError('record_changed', 'Somebody was first')),
  ]).toEqual([
    [null, null],
    [null, null],
    [null, 'HubSpot did not answer'],
    ['02', 'HubSpot did not answer'],
    ['03', 'HubSpot did not answer'],
  ]);
});

it('tells what keeps a system from working until a call goes well, and of a chat until it can be listened to', () => {
  const told: string[] = [];
  const health = createSystemHealth({
    clock: ticking(),
    onChange: () => told.push(health.list().map(({ state, detail }) => `${state} ${detail}`)[0] ?? ''),
  });
  health.begin('slack', true);
  health.note('slack', 'Slack does not answer');
  health.noteAnswer('slack');
  health.noteListening('slack', 'Slack does not let us listen');
  health.noteAnswer('slack');
  health.noteListening('slack', null);
  health.notePause('slack', 'Paused by Ada');
  health.begin('slack', false);
  expect(told).toEqual([
    'trouble Slack does not answer',
    'ok null',
    'trouble Slack does not let us listen',
    'ok null',
    'paused Paused by Ada',
    'not connected null',
  ]);
});
