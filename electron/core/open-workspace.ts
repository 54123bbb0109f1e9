import { setTimeout as wait } from 'node:timers/promises';
import { toAppError } from '../../shared/model/errors.ts';
import type { Config } from './config.ts';
import { createHost, type Host, type HostParts } from './host.ts';
import { createLog } from './log.ts';
import { readWorkspaceChoice, type WorkspaceChoice, writeWorkspaceChoice } from './workspace-choice.ts';

export interface OpenWorkspaceOptions {
  /** Read anew for each workspace: what was chosen at the console is part of it. */
  readConfig: () => Config;
  parts?: HostParts;
  /** Serves the workspace; where it rejects, the program ends with that. */
  onOpen(host: Host, config: Config): Promise<void>;
  /** Resolves when the program has to end. */
  untilEnd: Promise<void>;
}

/** The console hears that its choice was taken before the way to it is closed. */
const answeredWithinMs = 100;

/**
 * Opens the workspace that is configured or was chosen, and after each choice at the console the chosen one in its
 * place, until the program has to end. One that cannot be opened gives way to the one before it. Throws what keeps the
 * first one from being opened.
 */
export async function keepWorkspaceOpen(options: OpenWorkspaceOptions): Promise<void> {
  let former: WorkspaceChoice | null = null;
  while (true) {
    const config = options.readConfig();
    const chosen = Promise.withResolvers<'chosen'>();
    const host = await openHost(config, {
      parts: { ...options.parts, reopen: () => chosen.resolve('chosen') },
      former,
    });
    if (host === null) continue;
    former = { workspace: config.workspace, user: readWorkspaceChoice(config.dataDir)?.user ?? null };
    try {
      const working = options.onOpen(host, config).then(() => new Promise<never>(() => undefined));
      if ((await Promise.race([chosen.promise, options.untilEnd, working])) !== 'chosen') return;
      await wait(answeredWithinMs);
    } finally {
      await host.stop();
    }
  }
}

/** Null where it cannot be opened and the former one is chosen again. */
async function openHost(
  config: Config,
  { parts, former }: { parts: HostParts; former: WorkspaceChoice | null },
): Promise<Host | null> {
  try {
    return await createHost(config, parts);
  } catch (thrown) {
    if (former === null || former.workspace === config.workspace) throw thrown;
    const { code, message } = toAppError(thrown);
    (parts.log ?? createLog(config.logLevel)).error(
      { code },
      `The chosen workspace cannot be opened. ${message}`,
    );
    await writeWorkspaceChoice(config.dataDir, former);
    return null;
  }
}
