import path from 'node:path';
import { readConfig } from '../../electron/core/config.ts';
import { keepWorkspaceOpen } from '../../electron/core/open-workspace.ts';
import type { SecretStore } from '../../electron/core/ports.ts';
import type { ServedConsole } from '../../electron/core/rpc/websocket.ts';
import { silentLog } from '../../electron/core/store/test-database.ts';

const staticDir = path.resolve(import.meta.dirname, '../../out/renderer');

export interface OwnProgram {
  /** The console's link, with its token; the same whichever workspace is open. */
  url: string;
  stop(): Promise<void>;
}

/** Runs the program in this process, with the built page, on an environment that says nothing. */
export async function runInProcess(options: {
  dataDir: string;
  /** None: a machine without a keychain. */
  secrets?: SecretStore;
}): Promise<OwnProgram> {
  const { dataDir, secrets } = options;
  const ending = Promise.withResolvers<void>();
  const opened = Promise.withResolvers<string>();
  let served: ServedConsole | null = null;
  const running = keepWorkspaceOpen({
    readConfig: () => ({ ...readConfig({}, { dataDir }), logLevel: 'silent' }),
    parts: { log: silentLog, ...(secrets === undefined ? {} : { secrets }) },
    untilEnd: ending.promise,
    async onOpen(host) {
      served = await host.serve({ port: served?.port ?? 0, token: served?.token, staticDir });
      opened.resolve(served.url);
      await host.start();
    },
  });
  const url = await Promise.race([opened.promise, running.then(() => Promise.reject(new Error('It ended')))]);
  return {
    url,
    async stop() {
      ending.resolve();
      await running;
    },
  };
}
