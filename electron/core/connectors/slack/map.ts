import { readEvent } from './events.ts';
import { readInteraction } from './interactions.ts';
import { ignored, type Listening, type Reading } from './reading.ts';
import type { Envelope } from './socket.ts';

/** Reads the payload of a Socket Mode envelope. */
export function readEnvelope({ type, payload }: Envelope, listening: Listening): Reading {
  if (type === 'events_api') return readEvent(payload, listening);
  if (type === 'interactive') return readInteraction(payload);
  return ignored;
}
