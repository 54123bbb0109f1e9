// npm run package: the installable program for the platform at hand, into dist/. Where SWITCHYARD_ELECTRON names an
// Electron, that one is packed and nothing is downloaded; then as a folder only, which needs no further tools.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { buildIfStale } from './build-if-stale.ts';
import { runProgram } from './run-program.ts';

const root = path.resolve(import.meta.dirname, '..');

await buildIfStale();
const builder = path.join(root, 'node_modules/electron-builder/cli.js');
const given = process.argv.slice(2);
process.exitCode = await runProgram(process.execPath, [
  builder,
  ...electronAtHand(),
  ...given,
  '--publish',
  'never',
]);

function electronAtHand(): string[] {
  const executable = process.env.SWITCHYARD_ELECTRON;
  if (executable === undefined || executable === '') return [];
  const folder = path.dirname(executable);
  const version = readFileSync(path.join(folder, 'version'), 'utf8').trim();
  return [`-c.electronDist=${folder}`, `-c.electronVersion=${version}`, '--dir'];
}
