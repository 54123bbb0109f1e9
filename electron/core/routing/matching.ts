import { type CrmAccount, type CrmRecord, crmSystems } from '../../../shared/model/lead.ts';
import type { MatchedAccount } from '../../../shared/model/request.ts';
import type { NamedAccount } from '../../../shared/model/rule.ts';
import { companyDomain } from './domains.ts';
import { leadDomain } from './facts.ts';
import { areSimilarNames, foldText, normaliseName } from './names.ts';

/** Open: not converted, not deleted or merged. */
export const isOpenRecord = (record: CrmRecord): boolean => !record.isConverted && !record.isDeleted;

/** Same e-mail, letter case aside; or same normalised personal name and same company domain. */
export function isSamePerson(first: CrmRecord, second: CrmRecord): boolean {
  if (first.system === second.system && first.id === second.id) return true;
  if (first.email && second.email && first.email.toLowerCase() === second.email.toLowerCase()) return true;
  if (!first.name || !second.name || foldText(first.name) !== foldText(second.name)) return false;
  const domain = leadDomain(first);
  return domain !== null && domain === leadDomain(second);
}

/** Groups records into persons; sameness is carried on (a is b, b is c: all one). Order is kept. */
export function groupByPerson(records: readonly CrmRecord[]): CrmRecord[][] {
  const groups: CrmRecord[][] = [];
  for (const record of records) {
    const mine = groups.filter((group) => group.some((member) => isSamePerson(member, record)));
    const [first, ...rest] = mine;
    if (!first) {
      groups.push([record]);
      continue;
    }
    if (!first.some((member) => member.system === record.system && member.id === record.id))
      first.push(record);
    for (const group of rest) {
      first.push(...group);
      groups.splice(groups.indexOf(group), 1);
    }
  }
  return groups;
}

interface Company {
  name: string | null;
  domain: string | null;
}

const hasSameName = (company: Company, name: string): boolean =>
  company.name !== null &&
  normaliseName(company.name) !== '' &&
  normaliseName(company.name) === normaliseName(name);

function namedAs(account: NamedAccount, matchedBy: MatchedAccount['matchedBy']): MatchedAccount {
  return {
    name: account.name,
    tier: account.tier,
    owner: account.owner,
    matchedBy,
    origin: 'named accounts',
  };
}

function crmAs(account: CrmAccount, matchedBy: MatchedAccount['matchedBy']): MatchedAccount {
  return {
    name: account.name,
    tier: 'standard',
    owner: account.owner?.kind === 'user' ? (account.owner.email?.toLowerCase() ?? null) : null,
    matchedBy,
    origin: `${account.system} ${account.id}`,
  };
}

/**
 * The account of a lead: the entry of `named_accounts` with its domain, else with its normalised name, else the
 * CRM account likewise.
 */
export function matchAccount(
  company: Company,
  named: readonly NamedAccount[],
  crmAccounts: readonly CrmAccount[],
): MatchedAccount | null {
  const { domain } = company;
  const namedByDomain = named.find(
    (account) => domain !== null && account.domains.map(companyDomain).includes(domain),
  );
  if (namedByDomain) return namedAs(namedByDomain, 'domain');
  const namedByName = named.find((account) => hasSameName(company, account.name));
  if (namedByName) return namedAs(namedByName, 'name');
  const crmByDomain = crmAccounts.find(
    (account) => domain !== null && companyDomain(account.domain) === domain,
  );
  if (crmByDomain) return crmAs(crmByDomain, 'domain');
  const crmByName = crmAccounts.find((account) => hasSameName(company, account.name));
  return crmByName ? crmAs(crmByName, 'name') : null;
}

/** The accounts and companies of each CRM that are the lead's own: by domain, else by normalised name. */
export function ownAccounts(company: Company, crmAccounts: readonly CrmAccount[]): CrmAccount[] {
  return crmSystems.flatMap((system) => {
    const all = crmAccounts.filter((account) => account.system === system);
    const byDomain = all.filter(
      (account) => company.domain !== null && companyDomain(account.domain) === company.domain,
    );
    return byDomain.length > 0 ? byDomain : all.filter((account) => hasSameName(company, account.name));
  });
}

/**
 * Named accounts whose names are merely similar to the lead's company: candidates, shown as such. The account that
 * the lead matched anyway is none.
 */
export function similarAccounts(
  company: Company,
  named: readonly NamedAccount[],
  matched: MatchedAccount | null,
): MatchedAccount[] {
  const { name } = company;
  if (name === null) return [];
  return named
    .filter((account) => account.name !== matched?.name && areSimilarNames(account.name, name))
    .map((account) => namedAs(account, 'similar name'));
}
