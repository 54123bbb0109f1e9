import { setTimeout as sleep } from 'node:timers/promises';
import type { HeardVendor } from './intake-cells.ts';
import { startVendorBench } from './vendor-bench.ts';
import { connected } from './vendor-harness.ts';

const waitAtMostMs = 3_000;
const pollMs = 20;

/** How often a message is heard that is written after we began to listen, with our clock so far ahead of the chat's. */
export async function timesHeard(system: HeardVendor, aheadMs: number): Promise<number> {
  const bench = await startVendorBench({ aheadMs });
  const { slack, teams } = bench.sandbox;
  let heard = 0;
  try {
    const chat = connected(bench.connectors.chats[system], system);
    await chat.listen(
      async () => {
        heard += 1;
      },
      () => undefined,
    );
    const text = 'A lead has the wrong owner';
    if (system === 'slack') slack.sendMessage({ user: 'U-NINA', channel: 'C-LEADS', text });
    else teams.sendMessage({ user: 't-nina', channel: '19:leads@thread.tacv2', text });
    const until = performance.now() + waitAtMostMs;
    while (heard === 0 && performance.now() < until) await sleep(pollMs);
    // A second time would follow at once.
    await sleep(5 * pollMs);
    return heard;
  } finally {
    await bench.stop();
  }
}
