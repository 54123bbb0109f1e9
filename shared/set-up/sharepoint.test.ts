import { expect, it } from 'vitest';
import { readSiteUrl } from './sharepoint.ts';

const site = 'https://acme.sharepoint.com/sites/RevOps';

it.each([
  site,
  `${site}/`,
  `${site}?web=1#top`,
  `${site}/SitePages/Home.aspx`,
  `${site}/SitePages`,
  `${site}/Shared%20Documents/Forms/AllItems.aspx?id=%2Fsites`,
  `${site}/Policies/Forms/AllItems.aspx`,
  `${site}/default.aspx`,
  `${site}/_layouts/15/viewlsts.aspx`,
  'https://acme.sharepoint.com/:f:/r/sites/RevOps/Policies/2026?csf=1&web=1',
])('the site of %s is read', (url) => {
  expect(readSiteUrl(url)).toBe(site);
});

it('the site at the root and a site below another stay as they are', () => {
  expect(readSiteUrl('https://acme.sharepoint.com/')).toBe('https://acme.sharepoint.com');
  expect(readSiteUrl(`${site}/north`)).toBe(`${site}/north`);
});
