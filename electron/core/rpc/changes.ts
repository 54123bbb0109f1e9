import type { Changes } from '../changes.ts';
import { implementation } from './implementation.ts';

export function changeHandlers(changes: Changes) {
  return {
    watch: implementation.changes.watch.handler(({ signal }) => changes.watch(signal)),
  };
}
