import { z } from 'zod';
import type { ConnectionCheck } from '../../../../shared/model/connection.ts';
import { type AppError, toAppError } from '../../../../shared/model/errors.ts';
import type { CallOptions } from '../connector.ts';
import { isScarce } from './budget.ts';
import { errorCodeOf } from './errors.ts';
import { accountFields, leadFields, opportunityFields } from './map.ts';
import type { DescribedObject, Queries } from './queries.ts';
import type { SalesforceOptions, SalesforceSession } from './session.ts';
import { quote } from './soql.ts';

interface Parts {
  session: SalesforceSession;
  queries: Queries;
  options: Pick<SalesforceOptions, 'auth'>;
  callOptions: CallOptions;
}

type Outcome = Pick<ConnectionCheck, 'state' | 'detail'>;

interface Check {
  id: string;
  title: string;
  /** Where at Salesforce it is set right, from the organisation's address on. */
  page: string;
  /** What to do where Salesforce refuses. */
  todo: string;
  try(): Promise<Outcome>;
}

const ActingUserRow = z.object({ Username: z.string() });
const OrganizationRow = z.object({ Name: z.string(), IsSandbox: z.boolean(), OrganizationType: z.string() });
const PermissionRow = z.object({ PermissionsTransferAnyLead: z.boolean() });
const Anything = z.looseObject({});

const pages = {
  app: '/lightning/setup/ManageExternalClientApplication/home',
  permissions: '/lightning/setup/PermSets/home',
  leadFields: '/lightning/setup/ObjectManager/Lead/FieldsAndRelationships/view',
  company: '/lightning/setup/CompanyProfileInfo/home',
} as const;

/** Without these a lead cannot be judged or changed at all; the others count as unknown where they are hidden. */
const neededFields = ['Id', 'Name', 'Email', 'Company', 'OwnerId', 'IsConverted', 'LastModifiedDate'];
/** What no rule can ask for, or what every account sees. */
const unasked = new Set([
  'Id',
  'IsDeleted',
  'CreatedDate',
  'LastModifiedDate',
  'IsConverted',
  'OwnerId',
  'Name',
]);

const ok = (detail: string | null = null): Outcome => ({ state: 'ok', detail });
const missing = (detail: string): Outcome => ({ state: 'missing', detail });

/** Tries what the connector lives on, by reading alone. The first two have to pass before anything else can be tried. */
export async function* checkConnection(parts: Parts): AsyncGenerator<ConnectionCheck, void, void> {
  const { session } = parts;
  const address = checkAddress(parts);
  yield toCheck(session, address, await address.try());
  const signIn = checkSignIn(parts);
  const signedIn = await carryOut(signIn);
  yield toCheck(session, signIn, signedIn);
  for (const check of checksAfterSignIn(parts)) {
    const outcome: Outcome =
      signedIn.state === 'ok'
        ? await carryOut(check)
        : { state: 'skipped', detail: 'Signing in has to work first.' };
    yield toCheck(session, check, outcome);
  }
}

async function carryOut(check: Check): Promise<Outcome> {
  try {
    return await check.try();
  } catch (thrown) {
    const error = toAppError(thrown);
    if (error.code === 'cancelled') throw error;
    return outcomeOf(error);
  }
}

function outcomeOf(error: AppError): Outcome {
  const isRefused = error.code === 'vendor_refused' || error.code === 'vendor_auth';
  return { state: isRefused ? 'missing' : 'failed', detail: error.message };
}

function toCheck(session: SalesforceSession, check: Check, { state, detail }: Outcome): ConnectionCheck {
  const { id, title, page } = check;
  if (state !== 'missing') return { id, title, state, detail, remedy: null };
  // A login page is no organisation's, so nothing can be set up there.
  const isKnown = session.address.kind !== 'login page' || session.instanceUrl() !== session.address.origin;
  const url = isKnown ? `${session.instanceUrl()}${page}` : null;
  return { id, title, state, detail, remedy: { text: check.todo, url } };
}

function checkAddress({ session, options }: Parts): Check {
  const { origin, kind, isSandbox } = session.address;
  return {
    id: 'address',
    title: 'Address of the organisation',
    page: '/lightning/setup/OrgDomain/home',
    todo: "Enter the organisation's My Domain, https://….my.salesforce.com, as Setup → My Domain shows it.",
    async try() {
      if (kind === 'login page') {
        const isSignInPage = options.auth.kind !== 'client-credentials';
        if (isSignInPage) return ok(`${origin}, where every organisation signs in.`);
        return missing(
          `Client credentials are given out at the organisation's own address, not at ${origin}.`,
        );
      }
      if (kind === 'custom domain') {
        return ok(
          `${origin} is none of Salesforce's own addresses. That is right only where it is a custom domain of your organisation: secrets are sent there.`,
        );
      }
      return ok(isSandbox ? `${origin}, a sandbox.` : origin);
    },
  };
}

function checkSignIn({ session, queries, callOptions }: Parts): Check {
  return {
    id: 'sign-in',
    title: 'Sign in',
    page: pages.app,
    todo: "Set it right in the app's settings and policies (External Client App Manager), or in the fields above.",
    async try() {
      const userId = await session.signIn();
      if (userId === null) return ok();
      const soql = `SELECT Username FROM User WHERE Id = ${quote(userId)}`;
      const [user] = await queries.rows(ActingUserRow, soql, callOptions);
      return ok(user === undefined ? null : `Acts as ${user.Username}.`);
    },
  };
}

function checksAfterSignIn(parts: Parts): Check[] {
  return [
    checkOrganisation(parts),
    checkObject(parts, { id: 'read-leads', title: 'Read leads', object: 'Lead', needed: neededFields }),
    checkHiddenFields(parts),
    checkOwnerField(parts),
    checkTransfer(parts),
    checkQuery(parts, {
      id: 'read-lead-history',
      title: 'Read the earlier owners of leads',
      soql: 'SELECT Id FROM LeadHistory LIMIT 1',
      page: pages.leadFields,
      todo: 'Under Set History Tracking, switch it on and choose Lead Owner. Without it cases show no earlier owners.',
    }),
    checkObject(parts, {
      id: 'read-accounts',
      title: 'Read accounts',
      object: 'Account',
      needed: accountFields,
    }),
    checkObject(parts, {
      id: 'read-opportunities',
      title: 'Read opportunities',
      object: 'Opportunity',
      needed: opportunityFields,
    }),
    checkQuery(parts, {
      id: 'read-users',
      title: 'Read users and queues',
      soql: 'SELECT Id, Name, Email, IsActive, UserType FROM User LIMIT 1',
      page: pages.permissions,
      todo: 'Give the account View All Users, or sharing that shows it the users who own leads.',
    }),
    checkRelated(parts, {
      id: 'read-campaigns',
      title: 'Read the campaigns of leads',
      object: 'Lead',
      related: 'CampaignMember',
      absent: 'The organisation shows no campaigns to the account: cases are judged without them.',
    }),
    checkRelated(parts, {
      id: 'read-duplicate-sets',
      title: "Read what the organisation's duplicate rules found",
      object: 'Lead',
      related: 'DuplicateRecordItem',
      absent: 'No duplicate sets are shown to the account: duplicates are found by our own search alone.',
    }),
    checkRelated(parts, {
      id: 'read-territories',
      title: 'Read sales territories',
      object: 'Account',
      related: 'ObjectTerritory2Association',
      absent: 'The organisation does not use Sales Territories, or does not show them to the account.',
    }),
    checkAllowance(parts),
  ];
}

function checkOrganisation({ queries, callOptions }: Parts): Check {
  return {
    id: 'organisation',
    title: 'Organisation',
    page: pages.company,
    todo: 'Let the account see Setup → Company Information.',
    async try() {
      const soql = 'SELECT Name, IsSandbox, OrganizationType FROM Organization LIMIT 1';
      const [organisation] = await queries.rows(OrganizationRow, soql, callOptions);
      if (organisation === undefined) return ok();
      const { Name: name, IsSandbox: isSandbox, OrganizationType: edition } = organisation;
      return ok(`${name}, ${edition}, ${isSandbox ? 'a sandbox' : 'production'}.`);
    },
  };
}

/** Whether an object may be read, and the fields of it that cannot be missed. */
function checkObject(
  parts: Parts,
  {
    id,
    title,
    object,
    needed,
  }: { id: string; title: string; object: DescribedObject; needed: readonly string[] },
): Check {
  return {
    id,
    title,
    page: pages.permissions,
    todo: `In the account's permission set, under Object Settings → ${object}, give Read on the object and on these fields.`,
    async try() {
      const hidden = await hiddenFields(parts, object, needed);
      if (hidden.length > 0) return missing(`The account may not see: ${hidden.join(', ')}.`);
      const { queries, callOptions } = parts;
      const [found] = await queries.rows(Anything, `SELECT Id FROM ${object} LIMIT 1`, callOptions);
      return ok(found === undefined ? 'There is none that the account may see.' : null);
    },
  };
}

function checkHiddenFields(parts: Parts): Check {
  return {
    id: 'read-lead-fields',
    title: 'See the fields that rules ask for',
    page: pages.permissions,
    todo: "In the account's permission set, under Object Settings → Lead, give Read on these fields.",
    async try() {
      const wanted = leadFields.filter((name) => !unasked.has(name) && !neededFields.includes(name));
      const hidden = await hiddenFields(parts, 'Lead', wanted);
      if (hidden.length === 0) return ok();
      return missing(
        `The account may not see: ${hidden.join(', ')}. Rules that ask for them find them unknown.`,
      );
    },
  };
}

async function hiddenFields(
  { queries, callOptions }: Parts,
  object: DescribedObject,
  wanted: readonly string[],
): Promise<string[]> {
  const { fields } = await queries.describe(object, callOptions);
  const visible = new Set(fields.map(({ name }) => name));
  return wanted.filter((name) => !visible.has(name));
}

function checkOwnerField({ queries, callOptions }: Parts): Check {
  return {
    id: 'change-owner',
    title: 'Change the owner of a lead',
    page: pages.permissions,
    todo: "In the account's permission set, under Object Settings → Lead, give Edit on the object.",
    async try() {
      const { updateable, fields } = await queries.describe('Lead', callOptions);
      const isOwnerEditable = fields.some(({ name, updateable: may }) => name === 'OwnerId' && may);
      return updateable && isOwnerEditable
        ? ok('By what Salesforce says of the account; nothing was changed to try it.')
        : missing('The account may read leads and may not change their owner.');
    },
  };
}

function checkTransfer({ queries, callOptions }: Parts): Check {
  return {
    id: 'transfer-leads',
    title: 'Give away leads that somebody else owns',
    page: pages.permissions,
    todo: "In the account's permission set, under App Permissions → Sales, give Transfer Leads.",
    async try() {
      try {
        const soql = 'SELECT PermissionsTransferAnyLead FROM UserPermissionAccess LIMIT 1';
        const [permissions] = await queries.rows(PermissionRow, soql, callOptions);
        return permissions?.PermissionsTransferAnyLead
          ? ok()
          : missing('The account can change only leads that it owns or that are shared with it for editing.');
      } catch (thrown) {
        const errorCode = errorCodeOf(thrown);
        if (errorCode !== 'INVALID_TYPE' && errorCode !== 'INVALID_FIELD') throw thrown;
        return {
          state: 'skipped',
          detail: 'The organisation does not tell, and it cannot be tried without changing a lead.',
        };
      }
    },
  };
}

function checkQuery(
  { queries, callOptions }: Parts,
  { soql, ...check }: Omit<Check, 'try'> & { soql: string },
): Check {
  return {
    ...check,
    async try() {
      await queries.rows(Anything, soql, callOptions);
      return ok();
    },
  };
}

/** What belongs to records and not every organisation has: its absence is no fault. */
function checkRelated(
  { queries, callOptions }: Parts,
  {
    object,
    related,
    absent,
    ...check
  }: { id: string; title: string; object: DescribedObject; related: string; absent: string },
): Check {
  return {
    ...check,
    page: pages.permissions,
    todo: `In the account's permission set give Read on ${related}, or leave it: cases are judged without it.`,
    async try() {
      const { childRelationships } = await queries.describe(object, callOptions);
      const isShown = childRelationships.some(({ childSObject }) => childSObject === related);
      if (!isShown) return { state: 'skipped', detail: absent };
      await queries.rows(Anything, `SELECT Id FROM ${related} LIMIT 1`, callOptions);
      return ok();
    },
  };
}

function checkAllowance({ session }: Parts): Check {
  return {
    id: 'api-calls',
    title: 'API calls of the last 24 hours',
    page: pages.company,
    todo: "Find out in Setup → API Usage which program uses them, or ask Salesforce for more. When they are used up, every program's calls are refused.",
    async try() {
      const budget = session.budget();
      if (budget === null) return { state: 'skipped', detail: 'Salesforce does not tell how many are used.' };
      const words = `${budget.used} of ${budget.limit} are used, by all programs together.`;
      return isScarce(budget) ? missing(words) : ok(words);
    },
  };
}
