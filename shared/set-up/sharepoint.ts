import { type GraphPermission, requiredResourceAccess, toSetUpPermission } from './graph-permissions.ts';
import type { SetUpGuide } from './guide.ts';
import { consentStep, microsoftFields, microsoftSteps } from './microsoft.ts';
import { address, text } from './values.ts';

/** What an address holds behind the site's own: its pages, libraries with forms, lists and pages of the system. */
const insideSite =
  /\/(?:SitePages|Pages|Shared(?: |%20)Documents|Lists|_layouts)(?:\/.*)?$|\/[^/]+\/Forms(?:\/.*)?$|\/[^/]+\.aspx$/i;
/** A link that was copied with Share: `/:f:/r/sites/RevOps/…`. */
const sharedLink = /^\/:\w:\/[rs](\/(?:sites|teams)\/[^/]+)/;

/** The site that an address leads to, also that of one of its pages or folders. */
export function readSiteUrl(url: string): string {
  const [, origin = url, path = ''] = /^(https?:\/\/[^/?#]+)([^?#]*)/i.exec(url) ?? [];
  const site = sharedLink.exec(path)?.[1] ?? path.replace(insideSite, '');
  return origin + site.replace(/\/+$/, '');
}

export const sharepointVariables = {
  SWITCHYARD_SHAREPOINT_SITE: address.transform(readSiteUrl),
  SWITCHYARD_SHAREPOINT_LIBRARY: text,
} as const;

export const sharepointPermissions = [
  {
    kind: 'app',
    name: 'Sites.Read.All',
    id: '332a536c-c7ef-4017-ab91-336970924f0d',
    why: 'Reads the pages and files of the library. Where it is too much, Sites.Selected with read on that one site serves for a library of files.',
  },
] as const satisfies readonly GraphPermission[];

const manifest = { requiredResourceAccess: requiredResourceAccess(sharepointPermissions) };

export const sharepointGuide = {
  system: 'sharepoint',
  title: 'SharePoint',
  purpose: 'Reads the policy pages and documents that govern the operation.',
  steps: [
    ...microsoftSteps,
    {
      text: 'API permissions → Add a permission → Microsoft Graph → Application permissions → Sites.Read.All. Or Manifest → Microsoft Graph App Manifest: put this in the place of the property of this name (where Teams is read with the same app, add to what stands there).',
      copy: { label: 'Copy the property', text: JSON.stringify(manifest, null, 2) },
    },
    consentStep,
    {
      text: 'In SharePoint, give the policy a library of its own: everything in it that can be read is policy (site pages, .docx, .html, .md and .txt). Only published versions count. Leave the library’s versioning on: decisions quote the version.',
    },
  ],
  permissions: sharepointPermissions.map(toSetUpPermission),
  fields: [
    ...microsoftFields,
    {
      variable: 'SWITCHYARD_SHAREPOINT_SITE',
      label: 'Site',
      kind: 'address',
      isRequired: true,
      help: 'The address of the site, or of any page of it, from the browser.',
      placeholder: 'https://acme.sharepoint.com/sites/revenue',
    },
    {
      variable: 'SWITCHYARD_SHAREPOINT_LIBRARY',
      label: 'Library',
      kind: 'text',
      isRequired: true,
      help: 'Its title, or as it stands in its address: Policies, or Site Pages for the site’s own pages.',
      placeholder: 'Policies',
    },
  ],
  signIn: null,
} satisfies SetUpGuide;
