// Builds what is stale and runs the program with the arguments given: npm start, npm run switchyard -- COMMAND …
import { spawn } from 'node:child_process';
import path from 'node:path';
import { buildIfStale } from './build-if-stale.ts';

await buildIfStale();
const program = path.resolve(import.meta.dirname, '../out/main/cli.js');
const child = spawn(process.execPath, [program, ...process.argv.slice(2)], { stdio: 'inherit' });

// Ctrl-C reaches the program from the terminal by itself; a signal to this process alone is passed on.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => child.kill('SIGTERM'));
child.on('exit', (code, signal) => {
  process.exitCode = signal === null ? (code ?? 1) : 1;
});
