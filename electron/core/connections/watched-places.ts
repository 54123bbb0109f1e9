import { isDeepStrictEqual } from 'node:util';
import type { ConnectedSystem, WatchedPlace } from '../../../shared/model/connection.ts';
import type { Clock, Log } from '../ports.ts';
import type { LiveConnectors } from './live-connectors.ts';

export interface WatchedPlaces {
  /** What is known; read anew in the background where that is old. */
  of(system: ConnectedSystem): WatchedPlace[];
}

export interface WatchedPlacesOptions {
  live: Pick<LiveConnectors, 'connector' | 'pauseOf'>;
  clock: Clock;
  log: Log;
  timeoutMs: number;
  /** Called when something else is watched than was known. */
  onChange: () => void;
}

/** What is watched changes at the vendor only when somebody renames or moves it. */
const keptMs = 300_000;

interface Reading {
  /** Whose places they are: a connector that was replaced may watch others. */
  connector: object;
  at: number;
  places: WatchedPlace[];
}

export function createWatchedPlaces(options: WatchedPlacesOptions): WatchedPlaces {
  const { live, clock, log, timeoutMs, onChange } = options;
  const readings = new Map<ConnectedSystem, Reading>();

  async function read(system: ConnectedSystem, reading: Reading): Promise<void> {
    try {
      const signal = AbortSignal.timeout(timeoutMs);
      const places = (await live.connector(system)?.watched({ signal })) ?? [];
      if (readings.get(system) !== reading || isDeepStrictEqual(places, reading.places)) return;
      reading.places = places;
      onChange();
    } catch (thrown) {
      log.debug({ err: thrown, system }, 'What is watched could not be read');
    }
  }

  return {
    of(system) {
      const connector = live.connector(system);
      const known = readings.get(system);
      const isCurrent = known !== undefined && known.connector === connector;
      const now = clock.now().getTime();
      if (connector !== null && live.pauseOf(system) === null && !(isCurrent && now - known.at < keptMs)) {
        const reading = { connector, at: now, places: isCurrent ? known.places : [] };
        readings.set(system, reading);
        void read(system, reading);
        return reading.places;
      }
      return isCurrent ? known.places : [];
    },
  };
}
