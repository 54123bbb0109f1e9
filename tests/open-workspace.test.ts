import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import type { ContractRouterClient } from '@orpc/contract';
import { expect, it } from 'vitest';
import { readConfig } from '../electron/core/config.ts';
import type { Host } from '../electron/core/host.ts';
import { keepWorkspaceOpen } from '../electron/core/open-workspace.ts';
import { silentLog } from '../electron/core/store/test-database.ts';
import { readWorkspaceChoice, writeWorkspaceChoice } from '../electron/core/workspace-choice.ts';
import type { Contract } from '../shared/contract/contract.ts';

function consoleOf(host: Host): ContractRouterClient<Contract> {
  const { port1, port2 } = new MessageChannel();
  host.servePort(port1);
  port1.start();
  port2.start();
  return createORPCClient(new RPCLink({ port: port2 }));
}

it('a chosen workspace that cannot be opened gives way to the one before it, and the log says so', async () => {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'switchyard-open-'));
  // As root, the store runs as another user, who has to pass.
  await chmod(dataDir, 0o755);
  // The store of one's own workspace has its folder taken by a file.
  await writeFile(path.join(dataDir, 'postgres'), '');
  await writeWorkspaceChoice(dataDir, { workspace: 'demo', user: 'mei@acme.com' });
  const opened: string[] = [];
  const errors: string[] = [];
  const ending = Promise.withResolvers<void>();
  try {
    await keepWorkspaceOpen({
      readConfig: () => readConfig({}, { dataDir }),
      parts: { log: { ...silentLog, error: (_fields, message) => void errors.push(message) } },
      untilEnd: ending.promise,
      async onOpen(host, { workspace }) {
        opened.push(workspace);
        if (opened.length === 1) await consoleOf(host).workspace.open({ kind: 'own' });
        else ending.resolve();
      },
    });
    expect({ opened, choice: readWorkspaceChoice(dataDir)?.workspace, errors }).toEqual({
      opened: ['demo', 'demo'],
      choice: 'demo',
      errors: [expect.stringContaining('The chosen workspace cannot be opened.')],
    });
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
});
