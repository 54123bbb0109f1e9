import { type CreateHarness, connected } from './vendor-harness.ts';

const lead = '00Q000000000301EAA';
const boris = '005000000000012AAA';

export const createSalesforceHarness: CreateHarness = async ({ connectors }) => {
  const salesforce = connected(connectors.crms.salesforce, 'salesforce');
  // What there is to see is asked once and kept.
  await salesforce.getRecord(lead);
  return {
    system: 'salesforce',
    async call(kind) {
      if (kind === 'list' || kind === 'search') return salesforce.listOwners();
      const record = await salesforce.getRecord(lead);
      if (kind === 'read') return { name: record?.name, owner: record?.owner?.email };
      return salesforce.changeOwner({
        id: lead,
        ownerId: boris,
        ifUnmodifiedSince: record?.modifiedAt ?? null,
      });
    },
  };
};
