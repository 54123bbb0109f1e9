/** The SDK's own default is years old. Winter '25; every field and header that is used here is in it. */
export const apiVersion = '62.0';
export const apiPath = `/services/data/v${apiVersion}`;

/** Where an organisation of Salesforce is reached. */
export interface SalesforceAddress {
  /** Of the API and of the sign-in, without a slash at the end. */
  origin: string;
  /** `login page` is login.salesforce.com or test.salesforce.com, which serve every organisation. */
  kind: 'my domain' | 'login page' | 'this machine' | 'custom domain';
  isSandbox: boolean;
}

/** Pages for people, and the host of the same organisation that serves the API. */
const pageHosts: readonly { pages: string; api: string }[] = [
  { pages: '.lightning.force.com', api: '.my.salesforce.com' },
  { pages: '.my.salesforce-setup.com', api: '.my.salesforce.com' },
  { pages: '.lightning.crmforce.mil', api: '.my.salesforce.mil' },
];

const ownHost = /(^|\.)(salesforce\.(com|mil)|sfcrmproducts\.cn)$/;
const loginHost = /^(login|test)\.salesforce\.(com|mil)$/;
const thisMachine = /^(localhost|127(\.\d+){3}|\[::1\])$/;
/** `acme--test.sandbox.my…`, a scratch organisation, and sandboxes that are older than enhanced domains. */
const sandboxHost = /^test\.|\.(sandbox|scratch)\.my\.|^[^.]+--[^.]+\.(cs\d+\.)?my\.|^cs\d+\./;

/**
 * The organisation's API for an address as people copy it: a page of Lightning or of Setup, with a path behind it,
 * stands for the My Domain whose page it is. Source: Salesforce Help, "My Domain URL Formats".
 */
export function salesforceAddress(url: string): SalesforceAddress {
  const { protocol, hostname, port } = new URL(url);
  const page = pageHosts.find(({ pages }) => hostname.endsWith(pages));
  const host = page === undefined ? hostname : `${hostname.slice(0, -page.pages.length)}${page.api}`;
  return {
    origin: `${protocol}//${host}${port === '' ? '' : `:${port}`}`,
    kind: kindOf(host),
    isSandbox: ownHost.test(host) && sandboxHost.test(host),
  };
}

/** Whom a JWT is for: the login page of the organisation's kind, whichever address it is sent to. */
export function assertionAudience({ origin, kind, isSandbox }: SalesforceAddress): string {
  if (kind === 'this machine') return origin;
  return isSandbox ? 'https://test.salesforce.com' : 'https://login.salesforce.com';
}

function kindOf(host: string): SalesforceAddress['kind'] {
  if (thisMachine.test(host)) return 'this machine';
  if (loginHost.test(host)) return 'login page';
  return ownHost.test(host) ? 'my domain' : 'custom domain';
}
