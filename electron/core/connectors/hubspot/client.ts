import { AppError } from '../../../../shared/model/errors.ts';
import type { CrmOwner, CrmRecord } from '../../../../shared/model/lead.ts';
import type { CallOptions, CrmConnector } from '../connector.ts';
import { createHubspotApi } from './api.ts';
import { checkConnection } from './check-connection.ts';
import {
  type ContactFilterGroup,
  companiesLike,
  contactsLike,
  contactsNamed,
  contactsWithEmail,
} from './filters.ts';
import {
  forgottenOwner,
  formerIdsOf,
  type HubspotObject,
  ownerIdOf,
  type Surroundings,
  toCrmAccount,
  toCrmOwner,
  toCrmRecord,
  toOwnershipChanges,
} from './map.ts';
import { beginsAlike, hasSameBeginning, isNamed } from './names.ts';
import { createPortalReader, type Portal } from './portal.ts';
import type { HubspotOptions } from './sdk.ts';

export type { HubspotOptions };

/** Up to so many owners are read one by one; for more of them the whole list costs fewer calls. */
const ownersReadSingly = 3;

export function createHubspotConnector(options: HubspotOptions): CrmConnector {
  const api = createHubspotApi(options);
  const readPortal = createPortalReader(api);

  async function readOwners(ids: ReadonlySet<string>, call: CallOptions): Promise<Map<string, CrmOwner>> {
    const owners =
      ids.size > ownersReadSingly
        ? await listOwners(call)
        : await Promise.all(
            [...ids].map(async (id) => {
              const owner = await api.readOwner(id, call);
              return owner === null ? forgottenOwner(id) : toCrmOwner(owner);
            }),
          );
    return new Map(owners.map((owner) => [owner.id, owner]));
  }

  async function listOwners(call: CallOptions): Promise<CrmOwner[]> {
    const lists = await Promise.all([
      api.listOwners({ archived: false }, call),
      api.listOwners({ archived: true }, call),
    ]);
    return lists.flat().map(toCrmOwner);
  }

  /** What stands around each of the objects. */
  async function surroundingsOf(
    objects: readonly HubspotObject[],
    urlIn: (portal: Portal, id: string) => string,
    call: CallOptions,
  ): Promise<(object: HubspotObject) => Surroundings> {
    if (objects.length === 0) return () => ({ owner: null, url: null });
    const [owners, portal] = await Promise.all([
      readOwners(new Set(objects.flatMap((object) => ownerIdOf(object) ?? [])), call),
      readPortal(),
    ]);
    return (object) => {
      const ownerId = ownerIdOf(object);
      return {
        owner: ownerId === null ? null : (owners.get(ownerId) ?? forgottenOwner(ownerId)),
        url: portal && urlIn(portal, object.id),
      };
    };
  }

  async function findContacts(groups: ContactFilterGroup[], call: CallOptions): Promise<HubspotObject[]> {
    if (groups.length === 0) return [];
    return api.readContacts(await api.findContactIds(groups, call), call);
  }

  async function toRecords(contacts: readonly HubspotObject[], call: CallOptions): Promise<CrmRecord[]> {
    const [surroundings, companies] = await Promise.all([
      surroundingsOf(contacts, ({ contactUrl }, id) => contactUrl(id), call),
      api.readCompanyIds(
        contacts.map(({ id }) => id),
        call,
      ),
    ]);
    return contacts.map((contact) =>
      toCrmRecord(contact, { ...surroundings(contact), companyIds: companies.get(contact.id) ?? [] }),
    );
  }

  return {
    system: 'hubspot',

    testConnection: (call = {}) => checkConnection(api, call),

    /** HubSpot is asked about single records; it is not listened to. */
    watched: () => Promise.resolve([]),

    async findByEmail(email, call = {}) {
      const contacts = await findContacts(contactsWithEmail(email), call);
      return toRecords(
        contacts.filter((contact) => hasEmail(contact, email)),
        call,
      );
    },

    async findByName({ name, company }, call = {}) {
      const records = await toRecords(await findContacts(contactsNamed({ name, company }), call), call);
      return records.filter(
        (record) =>
          (name === null || isNamed(record.name ?? '', name)) &&
          (company === null || beginsAlike(record.company ?? '', company)),
      );
    },

    async getRecord(id, call = {}) {
      const contact = isObjectId(id) ? await api.readContact(id, call) : null;
      if (contact === null) return null;
      const [record] = await toRecords([contact], call);
      return record ?? null;
    },

    async findPossibleDuplicates(record, call = {}) {
      const contacts = await findContacts(contactsLike(record), call);
      return toRecords(
        contacts.filter(({ id }) => record.system !== 'hubspot' || id !== record.id),
        call,
      );
    },

    async findAccounts({ domain, name, companyId, otherCompanyIds = [] }, call = {}) {
      const groups = companiesLike({ domain, name });
      const found = groups.length === 0 ? [] : await api.findCompanyIds(groups, call);
      const known = [...(companyId === null ? [] : [companyId]), ...otherCompanyIds].filter(isObjectId);
      const companies = await api.readCompanies([...new Set([...known, ...found])], call);
      const wanted = companies.filter(
        (company) =>
          [company.id, ...formerIdsOf(company)].some((id) => known.includes(id)) ||
          (domain !== null && company.properties.domain?.toLowerCase() === domain.toLowerCase()) ||
          (name !== null && hasSameBeginning(company.properties.name ?? '', name)),
      );
      const surroundings = await surroundingsOf(wanted, ({ companyUrl }, id) => companyUrl(id), call);
      return wanted.map((company) => toCrmAccount(company, surroundings(company)));
    },

    findOpenOpportunities: () => Promise.resolve([]),

    async ownershipHistory(id, call = {}) {
      const values = isObjectId(id) ? await api.readOwnerHistory(id, call) : null;
      if (values === null) return [];
      const ids = values.map(({ value }) => value).filter((value) => value !== '');
      const owners = await readOwners(new Set(ids), call);
      return toOwnershipChanges(id, values, (ownerId) => {
        const owner = owners.get(ownerId);
        return owner?.name ?? owner?.email ?? ownerId;
      });
    },

    async findOwner(email, call = {}) {
      for (const archived of [false, true]) {
        const owners = await api.listOwners({ email, archived }, call);
        const owner = owners.find((one) => one.email?.toLowerCase() === email.toLowerCase());
        if (owner !== undefined) return toCrmOwner(owner);
      }
      return null;
    },

    listOwners: (call = {}) => listOwners(call),

    /**
     * HubSpot takes no condition with a write: the contact is read just before, so a change that falls between the
     * read and the write, a few milliseconds, is overwritten.
     */
    async changeOwner({ id, ownerId, ifUnmodifiedSince }, call = {}) {
      if (ifUnmodifiedSince !== null) {
        const contact = await api.readContact(id, call);
        const modifiedAt = contact?.properties.lastmodifieddate ?? null;
        // A merge gives the surviving contact an id and a stamp of its own.
        if (contact?.id !== id || !isSameInstant(modifiedAt, ifUnmodifiedSince)) {
          throw changedMeanwhile(id, modifiedAt);
        }
      }
      try {
        await api.setOwner(id, ownerId, call);
      } catch (thrown) {
        // An owner need not be unique, so a conflict can only be with somebody else's change.
        if (thrown instanceof AppError && thrown.details.status === 409) {
          throw changedMeanwhile(id, null, thrown);
        }
        throw thrown;
      }
    },
  };
}

/** Other ids, such as a Salesforce one, are no path of HubSpot's. */
function isObjectId(id: string): boolean {
  return /^\d+$/.test(id);
}

function hasEmail({ properties }: HubspotObject, email: string): boolean {
  const further = properties.hs_additional_emails?.split(';') ?? [];
  return [properties.email ?? '', ...further].some(
    (address) => address.trim().toLowerCase() === email.trim().toLowerCase(),
  );
}

/** `…:00Z` and `…:00.000Z` are the same instant. */
function isSameInstant(first: string | null, second: string): boolean {
  return first !== null && Date.parse(first) === Date.parse(second);
}

function changedMeanwhile(id: string, modifiedAt: string | null, cause?: AppError): AppError {
  return new AppError(
    'record_changed',
    `Somebody else changed or deleted contact ${id} in HubSpot. Read it again before deciding.`,
    { cause, details: { vendor: 'HubSpot', modifiedAt } },
  );
}
