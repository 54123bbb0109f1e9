import {
  type FilterGroup as CompanyFilterGroup,
  FilterOperatorEnum as CompanyOperator,
} from '@hubspot/api-client/lib/codegen/crm/companies/index.js';
import {
  type FilterGroup as ContactFilterGroup,
  FilterOperatorEnum as ContactOperator,
} from '@hubspot/api-client/lib/codegen/crm/contacts/index.js';
import type { CrmRecord } from '../../../../shared/model/lead.ts';
import { wordsOf } from './names.ts';

/**
 * What HubSpot's search is asked. Groups are joined by OR, the filters of one by AND; HubSpot takes 5 groups, 6
 * filters in each and 18 in all. CONTAINS_TOKEN compares whole words, letter case aside, with `*` for any beginning
 * or end. The search finds more than is wanted on purpose: the records are compared afterwards.
 */
export type { CompanyFilterGroup, ContactFilterGroup };

const token = (propertyName: string, value: string) => ({
  propertyName,
  operator: ContactOperator.ContainsToken,
  value,
});
const without = (propertyName: string) => ({ propertyName, operator: ContactOperator.NotHasProperty });

/** The contact with this address, as its main or as a further one. */
export function contactsWithEmail(email: string): ContactFilterGroup[] {
  return [
    { filters: [{ propertyName: 'email', operator: ContactOperator.Eq, value: email.toLowerCase() }] },
    { filters: [token('hs_additional_emails', email.toLowerCase())] },
  ];
}

/** Contacts by personal name, company or both; no groups where neither has a word to look for. */
export function contactsNamed(query: { name: string | null; company: string | null }): ContactFilterGroup[] {
  const company = beginnings(query.company ?? '').map((value) => token('company', value));
  if (query.company !== null && company.length === 0) return [];
  const groups = query.name === null ? [[]] : personalNames(query.name);
  return groups
    .map((name) => ({ filters: [...name, ...company] }))
    .filter(({ filters }) => filters.length > 0);
}

/**
 * HubSpot keeps first and last name apart, and where one ends and the other begins is not known: the first word is
 * looked for in the one and the last word in the other, or both in the only one that is filled. A name with marks is
 * also looked for without them.
 */
function personalNames(name: string): ReturnType<typeof token | typeof without>[][] {
  const words = wordsOf(name);
  const [first, last] = [words[0], words.at(-1)];
  if (first === undefined || last === undefined) return [];
  const spellings = withoutMarks(name) === name ? [withoutMarks] : [asWritten, withoutMarks];
  if (words.length === 1) {
    return spellings.flatMap((spell) => [
      [token('firstname', spell(first))],
      [token('lastname', spell(first))],
    ]);
  }
  return [
    ...spellings.map((spell) => [token('firstname', spell(first)), token('lastname', spell(last))]),
    [without('firstname'), token('lastname', first), token('lastname', last)],
    [without('lastname'), token('firstname', first), token('firstname', last)],
  ];
}

const asWritten = (word: string): string => word;
const withoutMarks = (word: string): string =>
  word
    .normalize('NFD')
    .replace(/\p{M}+/gu, '')
    .normalize('NFC');

/** Contacts that may be the same person as the record, which may be another CRM's. */
export function contactsLike({ email, name, company }: CrmRecord): ContactFilterGroup[] {
  const lastName = wordsOf(name ?? '').at(-1);
  const groups = email === null ? [] : contactsWithEmail(email);
  if (lastName === undefined) return groups;
  const ofThatName = token('lastname', lastName);
  const host = email?.split('@').at(1)?.toLowerCase();
  if (host) groups.push({ filters: [ofThatName, token('email', `*@${host}`)] });
  const atCompany = beginnings(company ?? '').map((value) => token('company', value));
  if (atCompany.length > 0) groups.push({ filters: [ofThatName, ...atCompany] });
  return groups;
}

/** Companies with this web domain, or whose name begins with the same letters. */
export function companiesLike(query: { domain: string | null; name: string | null }): CompanyFilterGroup[] {
  const names = beginnings(query.name ?? '').map((value) => ({
    propertyName: 'name',
    operator: CompanyOperator.ContainsToken,
    value,
  }));
  return [
    ...(query.domain === null
      ? []
      : [
          {
            filters: [
              { propertyName: 'domain', operator: CompanyOperator.Eq, value: query.domain.toLowerCase() },
            ],
          },
        ]),
    ...(names.length === 0 ? [] : [{ filters: names }]),
  ];
}

/**
 * The beginning of a company's first word, with that of the second where the first has fewer than four letters
 * (`The*` alone finds too much). A letter with a mark ends a beginning, as it may be written without.
 */
function beginnings(name: string): string[] {
  const found: string[] = [];
  let letters = 0;
  for (const word of wordsOf(name)) {
    const start = /^[a-z0-9]{1,4}/i.exec(word)?.[0] ?? word;
    found.push(`${start}*`);
    letters += start.length;
    if (letters >= 4 || found.length === 2) break;
  }
  return found;
}
