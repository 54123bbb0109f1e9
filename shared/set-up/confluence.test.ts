import { describe, expect, it } from 'vitest';
import { confluenceVariables } from './confluence.ts';

const { SWITCHYARD_CONFLUENCE_URL: site, SWITCHYARD_CONFLUENCE_SPACES: spaces } = confluenceVariables;

describe('what is entered for Confluence', () => {
  it.each([
    ['https://acme.atlassian.net', 'https://acme.atlassian.net'],
    ['https://acme.atlassian.net/wiki/', 'https://acme.atlassian.net'],
    ['https://acme.atlassian.net/wiki/spaces/REVOPS/pages/12/Routing?focus=1', 'https://acme.atlassian.net'],
    ['http://127.0.0.1:4000', 'http://127.0.0.1:4000'],
    [
      'https://api.atlassian.com/ex/confluence/11111111-2222-3333-4444-555555555555/wiki',
      'https://api.atlassian.com/ex/confluence/11111111-2222-3333-4444-555555555555',
    ],
  ])('the site of %s is %s', (entered, expected) => {
    expect(site.parse(entered)).toBe(expected);
  });

  it('where accounts are kept is no site', () => {
    expect(site.safeParse('https://id.atlassian.com/manage-profile').error?.issues[0]?.message).toBe(
      'is where accounts are kept: enter the address of your Confluence',
    );
  });

  it('spaces are taken by key or by address, each once', () => {
    expect(spaces.parse('REVOPS, https://acme.atlassian.net/wiki/spaces/~712020abc/overview REVOPS')).toEqual(
      ['REVOPS', '~712020abc'],
    );
  });

  it('a token that was copied with the words around it is told', () => {
    expect(confluenceVariables.SWITCHYARD_CONFLUENCE_TOKEN.safeParse('Token: ATATT3x').success).toBe(false);
  });
});
