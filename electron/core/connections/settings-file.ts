import { readFile, rename, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { ConnectedSystem } from '../../../shared/model/connection.ts';
import { AppError } from '../../../shared/model/errors.ts';

/** What an admin entered on the screen and is no secret. */
const Settings = z.strictObject({
  /** The systems that are set up here, each with its values by variable. */
  systems: z.partialRecord(ConnectedSystem, z.record(z.string(), z.string())),
  /** Who is signed in at a system. */
  accounts: z.partialRecord(ConnectedSystem, z.string()),
});
export type Settings = z.infer<typeof Settings>;

export const noSettings: Settings = { systems: {}, accounts: {} };

export interface ReadSettings {
  settings: Settings;
  /** What could not be read and where it is kept now; null where everything could. */
  damage: AppError | null;
}

/**
 * Reads the settings; there are none where there is no file. A damaged one is kept aside, so that nothing is lost and
 * the systems can be set up anew.
 */
export async function readSettings(file: string, now: Date): Promise<ReadSettings> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT')
      return { settings: noSettings, damage: null };
    throw new AppError(
      'invalid_input',
      `The settings of the connections cannot be read from ${file}. Check who may read it.`,
      { cause: thrown },
    );
  }
  const settings = parse(text);
  if (settings !== null) return { settings, damage: null };
  const aside = `${file}.damaged-${now.toISOString().replaceAll(/[:.]/g, '-')}`;
  await rename(file, aside);
  return {
    settings: noSettings,
    damage: new AppError(
      'invalid_input',
      `The settings of the connections were damaged, so what was set up on this desk is not connected. Set it up again: Connectors. The damaged file is kept as ${aside}.`,
      { details: { aside } },
    ),
  };
}

function parse(text: string): Settings | null {
  try {
    return Settings.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/** Replaces the file as a whole, readable for this user only: there is never half of one. */
export async function writeSettings(file: string, settings: Settings): Promise<void> {
  const beside = `${file}.new`;
  await writeFile(beside, `${JSON.stringify(settings, null, 2)}\n`, { mode: 0o600, flush: true });
  await rename(beside, file);
}
