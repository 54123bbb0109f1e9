import type { PolicyPage } from '../../shared/model/policy.ts';
import type { VendorBench } from './vendor-bench.ts';
import { connected, type VendorHarness } from './vendor-harness.ts';

const shown = (page: PolicyPage | null) =>
  page === null ? null : { title: page.title, version: page.version };

/** The calls of a policy source: one page by its id, and all that there are. */
export function knowledgeHarness(
  { connectors }: VendorBench,
  { system, page }: { system: 'confluence' | 'sharepoint'; page: string },
): VendorHarness {
  const source = connected(connectors.knowledge[system], system);
  return {
    system,
    async call(kind) {
      if (kind === 'read') return shown(await source.readPage(page));
      return (await source.findPolicyPages({ label: 'lead-routing-policy' })).map(shown);
    },
  };
}
