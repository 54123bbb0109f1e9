import { type ConnectedSystem, connectedSystems } from '../../../shared/model/connection.ts';
import { builderOf, type ConnectOptions } from './connect.ts';
import type { ConnectorsConfig } from './connectors-config.ts';
import type { LiveConnectors } from './live-connectors.ts';

/** Connects everything that a configuration names. */
export function connectGiven(
  live: Pick<LiveConnectors, 'replace'>,
  config: ConnectorsConfig,
  optionsOf: (system: ConnectedSystem) => ConnectOptions,
): void {
  for (const system of connectedSystems)
    live.replace(
      system,
      builderOf(system, config, () => optionsOf(system)),
    );
}
