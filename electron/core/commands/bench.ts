import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { AppError } from '../../../shared/model/errors.ts';

/** Measures; the benchmarks and the peers that they measure against come with the sources, not with the program. */
export function runBench({ name, isJson }: { name: string; isJson: boolean }): Promise<number> {
  const fromHere = import.meta.url.endsWith('.ts')
    ? '../../../tests/bench/run.ts'
    : '../../tests/bench/run.ts';
  const file = fileURLToPath(new URL(fromHere, import.meta.url));
  if (!existsSync(file))
    throw new AppError(
      'invalid_input',
      'Benchmarks run from a checkout of the sources: npm run bench -- NAME.',
    );
  const child = spawn(process.execPath, [file, name, ...(isJson ? ['--json'] : [])], { stdio: 'inherit' });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? 1));
  });
}
