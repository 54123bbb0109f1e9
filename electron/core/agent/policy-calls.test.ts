import { describe, expect, it } from 'vitest';
import { AppError } from '../../../shared/model/errors.ts';
import type { PolicyDocument } from '../../../shared/model/policy.ts';
import type { Tried } from '../connectors/retry.ts';
import type { PolicySource } from '../knowledge/policy-library.ts';
import { systemClock } from '../ports.ts';
import { createSystemHealth } from '../system-health.ts';
import { createRuleBasedReader } from './language/rule-based-reader.ts';
import { ask, begin } from './tool-calls.ts';
import { createTools, newTrail } from './tools.ts';

const document = (id: string, cachedAt: string | null = null): PolicyDocument => ({
  id,
  version: 3,
  title: id,
  url: null,
  passages: [],
  settings: [],
  cachedAt,
});
const gives = (...value: PolicyDocument[]): Tried<PolicyDocument[]> => ({ isOk: true, tries: 1, value });
const fails: Tried<PolicyDocument[]> = {
  isOk: false,
  tries: 5,
  error: new AppError('vendor_unreachable', 'It did not answer.'),
};

const parts = {
  crms: {},
  reader: createRuleBasedReader(),
  readRouting: () => Promise.reject(new Error('Nobody asked for the routing rules')),
  clock: systemClock,
};

async function readPolicy(readings: Partial<Record<PolicySource['system'], Tried<PolicyDocument[]>>>) {
  const policy = (['confluence', 'sharepoint'] as const).flatMap((system) => {
    const reading = readings[system];
    return reading ? [{ system, read: async () => reading }] : [];
  });
  const health = createSystemHealth({ clock: systemClock });
  for (const system of ['confluence', 'sharepoint']) health.begin(system, true);
  const tools = createTools({ ...parts, policy: () => policy, health });
  const trail = newTrail();
  const answer = await tools.drive(ask('read_policy', {}), trail, AbortSignal.timeout(5_000));
  return {
    found: answer.isOk ? answer.value.map(({ id }) => id) : answer.error.code,
    calls: trail.calls.map(({ system, outcome, result }) => `${system} ${outcome}: ${result}`),
    states: health.list().map(({ system, state }) => `${system} ${state}`),
  };
}

describe('reading the policy', () => {
  it('notes a call to each system that it was read from, and that copies had to do', async () => {
    const kept = document('S-1', '2026-05-18T09:00:00.000Z');
    expect(await readPolicy({ confluence: gives(document('7001')), sharepoint: gives(kept) })).toEqual({
      found: ['7001', 'S-1'],
      calls: ['confluence ok: 7001@3', 'sharepoint ok: S-1@3, copy of 2026-05-18T09:00:00.000Z'],
      states: ['confluence ok', 'sharepoint trouble'],
    });
  });

  it('goes on with the pages of one system where the other gives none', async () => {
    expect(await readPolicy({ confluence: fails, sharepoint: gives(document('S-1')) })).toEqual({
      found: ['S-1'],
      calls: ['confluence failed: It did not answer.', 'sharepoint ok: S-1@3'],
      states: ['confluence trouble', 'sharepoint ok'],
    });
  });

  it('shows a system that refuses its pages as in trouble', async () => {
    const error = new AppError('vendor_refused', 'The site has no library "Policy".');
    const { states } = await readPolicy({
      confluence: gives(),
      sharepoint: { isOk: false, tries: 1, error },
    });
    expect(states).toEqual(['confluence ok', 'sharepoint trouble']);
  });

  it('is given up where nobody needs it any more, which says nothing of its system', async () => {
    const health = createSystemHealth({ clock: systemClock });
    health.begin('confluence', true);
    const read = (signal: AbortSignal) =>
      new Promise<never>((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
      });
    const tools = createTools({ ...parts, policy: () => [{ system: 'confluence', read }], health });
    const trail = newTrail();
    function* needsAPausedSystem() {
      yield* begin('read_policy', {});
      throw new AppError('paused', 'HubSpot is paused.');
    }
    const run = tools.drive(needsAPausedSystem(), trail, AbortSignal.timeout(5_000));
    await expect(run).rejects.toThrow('HubSpot is paused.');
    expect(health.list()).toEqual([{ system: 'confluence', state: 'ok', detail: null }]);
    expect(trail.calls.map(({ result }) => result)).toEqual(['The policy had not answered by then.']);
  });

  it('fails where no system gives a page and one failed', async () => {
    const { found, calls } = await readPolicy({ confluence: gives(), sharepoint: fails });
    expect(found).toBe('vendor_unreachable');
    expect(calls).toEqual(['confluence ok: no page', 'sharepoint failed: It did not answer.']);
  });

  it('finds nothing where no system is connected', async () => {
    expect(await readPolicy({})).toMatchObject({ found: [], calls: [] });
  });
});
