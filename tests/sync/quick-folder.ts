import { existsSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/**
 * A new folder where the disk need not be waited for, if the system has such a place: a process that is killed loses
 * nothing of what the system has.
 */
export function makeQuickFolder(): Promise<string> {
  const place = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
  return mkdtemp(path.join(place, 'switchyard-sync-'));
}
