import type { VendorSystem } from '../../electron/core/sandbox/faults.ts';
import type { CallKind } from './fault-rows.ts';
import type { VendorBench } from './vendor-bench.ts';

/** One vendor's connector, as the table drives it. */
export interface VendorHarness {
  system: VendorSystem;
  /** Makes one call of the kind and gives what came of it, the same as long as nothing fails. */
  call(kind: CallKind): Promise<unknown>;
}

export type CreateHarness = (bench: VendorBench) => Promise<VendorHarness>;

/** The connector, which the bench has by construction. */
export function connected<Connector>(connector: Connector | undefined, system: VendorSystem): Connector {
  if (connector === undefined) throw new Error(`The bench lacks ${system}`);
  return connector;
}
