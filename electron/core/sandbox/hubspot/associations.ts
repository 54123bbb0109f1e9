import { z } from 'zod';
import type { StandInReply } from '../stand-in.ts';
import type { StoredObject } from './objects.ts';

/** Ids as HubSpot takes them, at most 1,000 a call. */
export const AssociationsRequest = z.strictObject({
  inputs: z.array(z.strictObject({ id: z.string(), after: z.string().optional() })).max(1_000),
});
type AssociationsRequest = z.infer<typeof AssociationsRequest>;

const plain = { category: 'HUBSPOT_DEFINED', typeId: 279 };
const primary = { category: 'HUBSPOT_DEFINED', typeId: 1, label: 'Primary' };

/** The companies of a contact; one that is merged away is answered by its new id. */
export function companyIdsOf({ properties, otherCompanyIds }: StoredObject): string[] {
  const { associatedcompanyid } = properties;
  return [...(associatedcompanyid === undefined ? [] : [associatedcompanyid]), ...otherCompanyIds];
}

/** The companies of each contact, in no order of rank: what is primary stands in its types. */
export function readAssociations(
  { inputs }: AssociationsRequest,
  find: (contactId: string) => StoredObject | undefined,
  at: string,
): StandInReply {
  const contacts = inputs.map(({ id }) => ({ id, contact: find(id) }));
  const results = contacts.flatMap(({ id, contact }) => {
    const to = contact === undefined ? [] : toAssociated(contact);
    return to.length === 0 ? [] : [{ from: { id }, to }];
  });
  const without = contacts.filter(({ id }) => !results.some(({ from }) => from.id === id));
  const body = { status: 'COMPLETE', results, startedAt: at, completedAt: at };
  if (without.length === 0) return { status: 200, body };
  const errors = without.map(({ id }) => ({
    status: 'error',
    category: 'OBJECT_NOT_FOUND',
    subCategory: 'crm.associations.NO_ASSOCIATIONS_FOUND',
    message: `No company is associated with contact ${id}.`,
    context: { fromObjectId: [id], fromObjectType: ['contact'], toObjectType: ['company'] },
    links: {},
    errors: [],
  }));
  return { status: 207, body: { ...body, numErrors: errors.length, errors } };
}

function toAssociated(contact: StoredObject): object[] {
  return companyIdsOf(contact)
    .map((id) => ({
      toObjectId: id,
      associationTypes: id === contact.properties.associatedcompanyid ? [primary, plain] : [plain],
    }))
    .toSorted((first, second) => Number(first.toObjectId) - Number(second.toObjectId));
}
