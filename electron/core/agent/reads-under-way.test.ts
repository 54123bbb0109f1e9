import { setTimeout as after } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../../shared/model/errors.ts';
import type { CrmSystem } from '../../../shared/model/lead.ts';
import { createReadsUnderWay, type Patience } from './reads-under-way.ts';
import type { AnyToolAnswer, AnyToolCall } from './tool-calls.ts';

const historyOf = (system: CrmSystem, id: string): AnyToolCall => ({
  tool: 'ownership_history',
  input: { system, id },
});
const nothing: AnyToolAnswer = { isOk: true, value: [], at: '2026-05-18T09:00:00.000Z' };
const outcomeOf = (answer: AnyToolAnswer): string => (answer.isOk ? 'answered' : answer.error.message);

/** Reads whose answers take as long as their record's id says, in milliseconds; `never` waits to be given up. */
function slowReads(budget: { systemMs: number; caseMs: number }) {
  const patience: Patience = new Map();
  const needed: string[] = [];
  const reads = createReadsUnderWay({
    budget,
    patience,
    onNeeded: (_call, answer) => needed.push(outcomeOf(answer)),
    signal: new AbortController().signal,
    async answer({ input }, { signal, givenUpBecause }) {
      const id = 'id' in input ? input.id : '';
      if (id === 'paused') throw new AppError('paused', 'Salesforce is paused by Ana.');
      if (id !== 'never') {
        await after(Number(id));
        return nothing;
      }
      return new Promise((resolve) => {
        const giveUp = () =>
          resolve({ isOk: false, error: givenUpBecause() ?? new AppError('cancelled', '') });
        signal.addEventListener('abort', giveUp);
      });
    },
  });
  return { reads, patience, needed };
}

describe('what a case can be decided without', () => {
  it('is waited for as long as the budget of its system allows, and answers with a failure when it is late', async () => {
    const { reads, needed } = slowReads({ systemMs: 100, caseMs: 1_000 });
    const quick = reads.begin(historyOf('hubspot', '1'));
    const slow = reads.begin(historyOf('salesforce', 'never'));
    const slowToo = reads.begin(historyOf('salesforce', 'never'));
    const startedAt = performance.now();
    const answers = [
      await reads.finishInTime(slow),
      await reads.finishInTime(slowToo),
      await reads.finishInTime(quick),
    ].map(outcomeOf);
    expect([answers, performance.now() - startedAt < 500, needed]).toEqual([
      ['Salesforce did not answer within 0.1 s.', 'Salesforce did not answer within 0.1 s.', 'answered'],
      true,
      [],
    ]);
  });

  it('is waited for no longer in all than one case may', async () => {
    const { reads, patience } = slowReads({ systemMs: 400, caseMs: 500 });
    const salesforce = reads.begin(historyOf('salesforce', 'never'));
    const hubspot = reads.begin(historyOf('hubspot', 'never'));
    await reads.finishInTime(salesforce);
    await reads.finishInTime(hubspot);
    expect([...patience.values()].map((waitedMs) => Math.round(waitedMs / 100))).toEqual([4, 1]);
  });

  it('goes on when it is late, and has its answer for whoever needs it after all', async () => {
    const { reads, needed } = slowReads({ systemMs: 20, caseMs: 1_000 });
    const read = reads.begin(historyOf('salesforce', '120'));
    const late = await reads.finishInTime(read);
    const answer = await reads.finish(read);
    expect([late.isOk, answer.isOk, needed]).toEqual([false, true, ['answered']]);
  });

  it('keeps nobody waiting where its system is paused; whoever needs it is told', async () => {
    const { reads } = slowReads({ systemMs: 100, caseMs: 1_000 });
    const read = reads.begin(historyOf('salesforce', 'paused'));
    const withoutIt = outcomeOf(await reads.finishInTime(read));
    const needed = await reads.finish(read).catch((thrown: AppError) => thrown.code);
    expect([withoutIt, needed]).toEqual(['Salesforce is paused by Ana.', 'paused']);
  });
});

it('what nobody waited for is given the rest of the budget at the end, then given up', async () => {
  const { reads } = slowReads({ systemMs: 100, caseMs: 1_000 });
  const quick = reads.begin(historyOf('hubspot', '20'));
  const slow = reads.begin(historyOf('salesforce', 'never'));
  await reads.end();
  expect([outcomeOf(await reads.finish(quick)), outcomeOf(await reads.finish(slow))]).toEqual([
    'answered',
    'Salesforce did not answer within 0.1 s.',
  ]);
});
