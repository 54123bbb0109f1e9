import { type CreateHarness, connected } from './vendor-harness.ts';

const contact = '602';
const boris = '802';

export const createHubspotHarness: CreateHarness = async ({ connectors }) => {
  const hubspot = connected(connectors.crms.hubspot, 'hubspot');
  return {
    system: 'hubspot',
    async call(kind) {
      if (kind === 'list' || kind === 'search') return hubspot.listOwners();
      const record = await hubspot.getRecord(contact);
      if (kind === 'read') return { name: record?.name, owner: record?.owner?.email };
      return hubspot.changeOwner({
        id: contact,
        ownerId: boris,
        ifUnmodifiedSince: record?.modifiedAt ?? null,
      });
    },
  };
};
