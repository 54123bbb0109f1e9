import type { CrmAccount, CrmRecord } from '../../../../shared/model/lead.ts';
import { beginsWithLetters, hasLetters, likeText, looseLike, quote, sameLetters } from './soql.ts';

/**
 * What a search asks Salesforce, and what of the answer is meant: LIKE can only ask for too much. `where` is null
 * where there is nothing to ask for.
 */
export interface Search<Found> {
  where: string | null;
  isMeant(found: Found): boolean;
}

export function searchByEmail(email: string): Search<CrmRecord> {
  const address = email.trim();
  // SOQL compares text without letter case.
  return { where: address === '' ? null : `Email = ${quote(address)}`, isMeant: () => true };
}

/** A name of a single word may be the whole name, the first or the last. */
export function searchByName({
  name,
  company,
}: {
  name: string | null;
  company: string | null;
}): Search<CrmRecord> {
  const person = name === null || !hasLetters(name) ? null : name.trim();
  const firm = company === null || !hasLetters(company) ? null : companyStem(company);
  const conditions = [
    ...(person === null ? [] : [nameCondition(person)]),
    ...(firm === null ? [] : [`Company LIKE '${looseLike(firm)}%'`]),
  ];
  return {
    where: conditions.length === 0 ? null : conditions.join(' AND '),
    isMeant: (record) =>
      (person === null || isCalled(record, person)) &&
      (firm === null || beginsWithLetters(record.company ?? '', firm)),
  };
}

/** The same e-mail, or the same last name at the same domain or company; the record itself is left out. */
export function searchDuplicates(record: CrmRecord): Search<CrmRecord> {
  const email = record.email?.trim() || null;
  const lastName = record.name === null ? null : lastWord(record.name);
  const firm = record.company === null || !hasLetters(record.company) ? null : companyStem(record.company);
  const places = [
    ...domainsOf(record).flatMap((domain) => [
      `Email LIKE '%@${likeText(domain)}'`,
      `Website LIKE '%${likeText(domain)}%'`,
    ]),
    ...(firm === null ? [] : [`Company LIKE '${looseLike(firm)}%'`]),
  ];
  const conditions = [
    ...(email === null ? [] : [`Email = ${quote(email)}`]),
    ...(lastName === null || places.length === 0
      ? []
      : [`(Name LIKE '%${looseLike(lastName)}' AND (${places.join(' OR ')}))`]),
  ];
  const isItself = (other: CrmRecord) => other.system === record.system && other.id === record.id;
  const hasSameEmail = (other: CrmRecord) =>
    email !== null && other.email?.toLowerCase() === email.toLowerCase();
  const hasSameLastName = (other: CrmRecord) =>
    lastName !== null && other.name !== null && sameLetters(lastWord(other.name) ?? '', lastName);
  return {
    where: conditions.length === 0 ? null : conditions.join(' OR '),
    isMeant: (other) => !isItself(other) && (hasSameEmail(other) || hasSameLastName(other)),
  };
}

/** Accounts with this domain, or whose name begins alike. */
export function searchAccounts(query: { domain: string | null; name: string | null }): Search<CrmAccount> {
  const domain = query.domain === null ? '' : withoutWww(query.domain.trim().toLowerCase());
  const firm = query.name === null || !hasLetters(query.name) ? null : companyStem(query.name);
  const conditions = [
    ...(domain === '' ? [] : [`Website LIKE '%${likeText(domain)}%'`]),
    ...(firm === null ? [] : [`Name LIKE '${looseLike(firm)}%'`]),
  ];
  return {
    where: conditions.length === 0 ? null : conditions.join(' OR '),
    isMeant: (account) =>
      (domain !== '' && account.domain !== null && account.domain.includes(domain)) ||
      (firm !== null && beginsWithLetters(account.name, firm)),
  };
}

export function withoutWww(host: string): string {
  return host.replace(/^www\./i, '');
}

function nameCondition(name: string): string {
  const pattern = `LIKE '${looseLike(name)}'`;
  return isOneWord(name)
    ? `(Name ${pattern} OR FirstName ${pattern} OR LastName ${pattern})`
    : `Name ${pattern}`;
}

function isCalled(record: CrmRecord, name: string): boolean {
  const actual = record.name ?? '';
  if (sameLetters(actual, name)) return true;
  return isOneWord(name) && actual.split(/\s+/).some((word) => sameLetters(word, name));
}

function isOneWord(name: string): boolean {
  return !/\s/.test(name);
}

function lastWord(name: string): string | null {
  const word = name.trim().split(/\s+/).at(-1) ?? '';
  return hasLetters(word) ? word : null;
}

/**
 * A company's name without short words at its end. Legal forms are short and spelled in many ways (`SpA`, `S. p. A.`),
 * and SOQL cannot compare them.
 */
function companyStem(company: string): string {
  const words = company.trim().split(/\s+/);
  const isShort = (word: string) => word.replace(/[^\p{L}\p{N}]/gu, '').length <= 4 && !/\p{N}/u.test(word);
  const last = words.findLastIndex((word, index) => index === 0 || !isShort(word));
  return words.slice(0, last + 1).join(' ');
}

function domainsOf(record: CrmRecord): string[] {
  const domains = [record.domain, record.email?.split('@')[1] ?? null]
    .filter((domain) => domain !== null)
    .map((domain) => withoutWww(domain.trim().toLowerCase()))
    .filter((domain) => domain !== '');
  return [...new Set(domains)];
}
