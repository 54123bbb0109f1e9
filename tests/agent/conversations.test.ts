import { afterEach, describe, expect, it } from 'vitest';
import { type AgentBench, requestsOf, startAgentBench } from './agent-bench.ts';

let bench: AgentBench | undefined;
afterEach(async () => {
  await bench?.stop();
  bench = undefined;
});

async function start(): Promise<AgentBench> {
  bench = await startAgentBench();
  return bench;
}

describe('a reply after the end', () => {
  it('that speaks of routing and names no lead is about the same one', async () => {
    const running = await start();
    const { slack } = running.sandbox;
    const { ts } = slack.sendMessage({
      user: 'U-NINA',
      channel: 'C-LEADS',
      text: 'tessa.wolff@kupferhof.example has the wrong owner',
    });
    await running.settle();
    slack.sendMessage({
      user: 'U-NINA',
      channel: 'C-LEADS',
      text: 'Actually it should be with Dario',
      threadTs: ts,
    });
    await running.settle();
    expect(await requestsOf(running)).toEqual([
      expect.objectContaining({ status: 'Completed', next_owner: 'alma.keller@halden.example' }),
      expect.objectContaining({
        status: 'Escalated',
        reason: 'policy_exception',
        approver: 'paula.ruiz@halden.example',
        refers_to: 'REV-1001',
      }),
    ]);
  });
});

describe('a channel that is not watched', () => {
  it('is heard in the threads in which we were asked, and in no other', async () => {
    const running = await start();
    const { slack } = running.sandbox;
    const say = (text: string, threadTs: string | null = null) =>
      slack.sendMessage({ user: 'U-NINA', channel: 'C-OTHER', text, threadTs });
    const ours = say(`<@${slack.botUserId}> one of my leads has the wrong owner`);
    const theirs = say('Who takes notes?');
    await running.settle();
    say('ugo.prieto@naranjal.example', ours.ts);
    say('tessa.wolff@kupferhof.example has the wrong owner', theirs.ts);
    await running.settle();
    expect([await requestsOf(running), slack.repliesTo(theirs.ts).length]).toEqual([
      [expect.objectContaining({ status: 'Completed', next_owner: 'carla.mendes@halden.example' })],
      1,
    ]);
  });
});
