import { type Logger, LogLevel } from '@slack/web-api';
import type { Log } from '../../ports.ts';

/**
 * The SDK's logger on top of ours. What the SDK writes at `debug` holds tokens and whole messages, so that level is
 * dropped; its errors are warnings here, since whoever called decides whether a failure is one.
 */
export function createSdkLogger(log: Log): Logger {
  const warn = (...parts: unknown[]) => log.warn({}, parts.map(String).join(' '));
  return {
    debug: () => undefined,
    info: (...parts) => log.debug({}, parts.map(String).join(' ')),
    warn,
    error: warn,
    setLevel: () => undefined,
    getLevel: () => LogLevel.INFO,
    setName: () => undefined,
  };
}
