import freeMailDomains from 'email-providers/all.json' with { type: 'json' };
import { getDomain } from 'tldts';

const freeMail = new Set<string>(freeMailDomains);

/** The domain under which an organisation registered, from a web address, a host or an e-mail address. */
function registeredDomain(text: string): string | null {
  const host = text.includes('@') ? text.slice(text.lastIndexOf('@') + 1) : text;
  return getDomain(host.trim().toLowerCase(), { allowPrivateDomains: true });
}

/** The company's domain, or null where the text names none or a free-mail provider. */
export function companyDomain(text: string | null): string | null {
  if (!text) return null;
  const domain = registeredDomain(text);
  return domain === null || freeMail.has(domain) ? null : domain;
}
