import { describe, expect, it } from 'vitest';
import { hubspotVariables } from './hubspot.ts';

const problemOf = (variable: keyof typeof hubspotVariables, value: string) =>
  hubspotVariables[variable].safeParse(value).error?.issues[0]?.message ?? null;

describe('what is entered for HubSpot', () => {
  it.each([
    [' pat-eu1-12345678-aaaa-bbbb-cccc-1234567890ab ', null],
    ['CiRlbW9-service-key', null],
    ['   ', 'is empty'],
    ['Bearer pat-na1-1', 'has blanks in it: copy it again, without the words around it'],
    ['12345678-aaaa-bbbb-cccc-1234567890ab', 'is an API key of the old kind, which HubSpot takes no more'],
  ])('as the key "%s": %s', (value, problem) => {
    expect(problemOf('SWITCHYARD_HUBSPOT_TOKEN', value)).toBe(problem);
  });

  it.each([
    ['https://api.hubapi.com/', null],
    [
      'https://app-eu1.hubspot.com/contacts/1',
      'is where people work: programs are answered at https://api.hubapi.com',
    ],
  ])('as the address %s: %s', (value, problem) => {
    expect(problemOf('SWITCHYARD_HUBSPOT_API_URL', value)).toBe(problem);
  });
});
