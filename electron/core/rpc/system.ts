import type { SystemHealth } from '../system-health.ts';
import { implementation } from './implementation.ts';

export function systemHandlers(health: SystemHealth) {
  return { status: implementation.system.status.handler(() => ({ systems: health.list() })) };
}
