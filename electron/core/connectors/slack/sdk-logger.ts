import { type Logger, LogLevel } from '@slack/web-api';
import type { Log } from '../../ports.ts';

/**
 * The SDK's logger on top of ours. What the SDK writes at `debug` holds tokens and whole messages, so that level is
 * dropped; the rest is detail here, since every failure is thrown or logged by the connector as well.
 */
export function createSdkLogger(log: Log): Logger {
  const detail = (...parts: unknown[]) => log.debug({}, parts.map(String).join(' '));
  return {
    debug: () => undefined,
    info: detail,
    warn: detail,
    error: detail,
    setLevel: () => undefined,
    getLevel: () => LogLevel.INFO,
    setName: () => undefined,
  };
}
