import { readFileSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { AppError } from '../../shared/model/errors.ts';
import { Email } from '../../shared/model/person.ts';

/** Which workspace was chosen at the console, and who sits here in one's own. */
const WorkspaceChoice = z.strictObject({ workspace: z.enum(['demo', 'own']), user: Email.nullable() });
export type WorkspaceChoice = z.infer<typeof WorkspaceChoice>;

const fileIn = (dataDir: string): string => path.join(dataDir, 'workspace.json');

/** Null where nothing was chosen yet. Throws `invalid_input`, with what to do, where the file cannot be used. */
export function readWorkspaceChoice(dataDir: string): WorkspaceChoice | null {
  const file = fileIn(dataDir);
  const refusal = (cause: unknown) =>
    new AppError(
      'invalid_input',
      `${file}, which says what workspace to open, cannot be used. Remove it: Switchyard then opens the demo, and your own workspace can be opened from there.`,
      { cause },
    );
  try {
    return WorkspaceChoice.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return null;
    throw refusal(thrown);
  }
}

/** Keeps the choice, whole or not at all. */
export async function writeWorkspaceChoice(dataDir: string, choice: WorkspaceChoice): Promise<void> {
  const file = fileIn(dataDir);
  const beside = `${file}.new`;
  await mkdir(dataDir, { recursive: true });
  await writeFile(beside, `${JSON.stringify(choice, null, 2)}\n`, { mode: 0o600 });
  await rename(beside, file);
}
