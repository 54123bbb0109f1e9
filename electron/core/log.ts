import pino from 'pino';
import type { Log } from './ports.ts';

/** Lines of JSON on stderr: stdout belongs to what a command answers. */
export function createLog(level: 'debug' | 'info' | 'warn' | 'error' | 'silent'): Log {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: ['token', 'password', 'authorization', '*.token', '*.password', '*.authorization'] },
    },
    pino.destination({ dest: 2, sync: true }),
  );
}
